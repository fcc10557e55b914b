"""Bodies that are downloaded: the file that a request names becomes the body that a worker splits."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO, Final

from django.conf import settings
from django.utils import timezone

from asyncops import bodies, fetching, splitting
from asyncops.errand_models import QUEUES, Purpose
from asyncops.errands import Errands, Failed, Task
from asyncops.fetching import BadStatus, FetchFailed, TimedOut, Unreachable
from asyncops.models import Body, Operation
from catalog.outcomes import ErrorCode, FieldError

URL: Final = "bodyUrl"  # where an operation's context names the file
PLACE: Final = "bodyUrlPlace"  # JSON pointer to it in the request, for errors


class Bodies(Errands[Body]):
    purpose = Purpose.BODY
    queue = QUEUES[purpose]

    @property
    def parallel(self) -> int:
        return 2

    def perform(self, work: Task) -> Body | Failed:
        operation = Operation.objects.get(pk=work.operation)
        with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as target:
            try:
                fetching.fetch(
                    operation.context[URL],
                    into=target,
                    max_bytes=settings.MAX_BODY_FILE_BYTES,
                    seconds=settings.BODY_FILE_SECONDS,
                )
            except FetchFailed as failed:
                return _failure(failed, operation)
            target.seek(0)
            return bodies.store(_pieces(target), now=timezone.now())

    def keep(self, operation: Operation, work: Task, outcome: Body) -> None:
        splitting.begin(operation, outcome)


def _pieces(source: IO[bytes]) -> Iterator[bytes]:
    while piece := source.read(bodies.PART):
        yield piece


def _failure(failed: FetchFailed, operation: Operation) -> Failed:
    """Servers that are away or in trouble may be better soon."""
    passing = isinstance(failed, TimedOut | Unreachable) or (isinstance(failed, BadStatus) and failed.status >= 500)
    params = {"message": f"{failed.message}.", "code": "file-download-failed"}
    error = FieldError(path=operation.context.get(PLACE, ""), code=ErrorCode.DIALECT, params=params)
    return Failed(reason=type(failed).__name__, error=error, for_good=not passing)
