"""Exports: lines that PostgreSQL composes, packed and kept under their final name, in memory that does not grow.

The row of a file comes before the file, and is `written` in the transaction that ends the operation: what a worker
that died has left behind has a row, and is swept by it.
"""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any, Final

import psycopg
from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.crypto import get_random_string

from asyncops import dialects, jobids
from asyncops.dialects import Query
from asyncops.errand_models import QUEUES, Errand, ErrandState, Purpose, ResultFile
from asyncops.errands import Errands, Failed, Task
from asyncops.models import Operation

LEVEL: Final = 3  # of gzip: twice as fast as the usual one, and a tenth larger
PIECE: Final = 256 * 1024  # bytes that are packed at once
# Neither character can stand in a JSON text, so no text on one line is ever quoted: it comes out as it is.
_COPY: Final = "COPY ({}) TO STDOUT (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')"


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    file: int
    size: int  # bytes
    lines: int


class Exports(Errands[Written]):
    purpose = Purpose.EXPORT
    queue = QUEUES[purpose]

    @property
    def parallel(self) -> int:
        return 1

    def perform(self, work: Task) -> Written | Failed:
        operation = Operation.objects.get(pk=work.operation)
        query = dialects.exporting(operation.dialect).export(operation.kind, operation.context)
        path = f"{jobids.of(operation.pk)}-{get_random_string(32)}.jsonl.gz"
        file = ResultFile.objects.create(operation=operation, path=path, attempt=work.attempt, begun_at=timezone.now())
        with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as target:
            lines = write(query, target)
            size = target.tell()
            target.seek(0)
            storage().save(path, File(target))
        return Written(file=file.pk, size=size, lines=lines)

    def keep(self, operation: Operation, work: Task, outcome: Written) -> None:
        ResultFile.objects.filter(pk=outcome.file).update(
            written_at=timezone.now(), size=outcome.size, lines=outcome.lines
        )


def storage() -> Storage:
    return storages["results"]


def write(query: Query, target: IO[bytes]) -> int:
    """The lines of a query, packed; how many. One statement, so they are of one moment, and lock nothing."""
    pack = zlib.compressobj(LEVEL, wbits=31)  # with gzip's head and end
    lines = 0
    for piece, count in _pieces(_rows(query)):
        target.write(pack.compress(piece))
        lines += count
    target.write(pack.flush())
    return lines


def _rows(query: Query) -> Iterator[bytes]:
    connection.ensure_connection()
    raw: Any = psycopg.Cursor(connection.connection)
    statement = _COPY.format(query.statement)
    with connection.wrap_database_errors, raw.copy(statement, list(query.parameters)) as copy:
        while row := copy.read():
            if row[0] == 1:
                raise ValueError("an export yields a line that is broken in itself")
            yield bytes(row)


def _pieces(rows: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
    """Rows together, with their number: packing each alone would cost more than the rows."""
    kept: list[bytes] = []
    size = 0
    for row in rows:
        kept.append(row)
        size += len(row)
        if size >= PIECE:
            yield b"".join(kept), len(kept)
            kept, size = [], 0
    if kept:
        yield b"".join(kept), len(kept)


def of(operation: Operation) -> ResultFile | None:
    """The file of an operation that has ended."""
    return operation.files.filter(written_at__isnull=False).first()


def sweep(*, now: datetime) -> int:
    """Delete files whose time is over, and those that no attempt is writing any more; how many."""
    over = Q(written_at__isnull=False, operation__finished_at__lte=now - timedelta(hours=settings.RESULT_HOURS))
    writing = Errand.objects.filter(
        operation=OuterRef("operation"), attempt=OuterRef("attempt"), state=ErrandState.OPEN, lease_until__gt=now
    )
    files = list(ResultFile.objects.filter(over | Q(written_at=None) & ~Exists(writing)))
    for file in files:
        storage().delete(file.path)
    if files:  # the files first: by their rows they are found
        ResultFile.objects.filter(pk__in=[file.pk for file in files]).delete()
    return len(files)
