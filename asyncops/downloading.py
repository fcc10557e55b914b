"""Images that items name by URL: a chunk waits while they are downloaded, each for itself, and is then applied.

One bad image refuses its own item only. Contents go to the storage of media before any record shows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import md5, sha256
from io import BytesIO
from typing import Final

import orjson
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from asyncops import dialects, doorbell, fetching, keeping, leasing
from asyncops.dialects import Cause, DownloadingDialect, ItemRefused, Wanted
from asyncops.fetching import BadStatus, FetchFailed, TimedOut, TooLarge, UrlForbidden
from asyncops.models import Chunk, Download, Operation
from asyncops.network import Kind, Work
from asyncops.network_models import DownloadState
from asyncops.states import ChunkState
from asyncops.understanding import understand
from catalog import images, storing
from catalog.commands import Command, Json
from catalog.images import CutShort, Image, KeptImage, NotAnImage, TooManyPixels
from catalog.outcomes import Outcome, refused
from catalog.sql import run

QUEUE: Final = "images"


def of(operation: Operation) -> QuerySet[Download]:
    """What became of the images of an operation, in the order of its items."""
    return Download.objects.filter(operation_id=operation.pk).order_by("index")


def ready(chunks: Sequence[Chunk]) -> list[Chunk]:
    """Those of the chunks, which the caller has locked, that have all their images; the others wait for theirs.

    Inside the transaction that applies them. The number of statements does not depend on how many they are.
    """
    real = [chunk for chunk in chunks if not chunk.operation.dry_run]
    wanting = {chunk.pk: wanted for chunk in real if (wanted := list(_wanted(chunk)))}
    if not wanting:
        return list(chunks)
    Download.objects.bulk_create([row for rows in wanting.values() for row in rows], ignore_conflicts=True)
    waiting = {id for (id,) in run(_WAITING, [sorted(wanting)])}
    if waiting:
        Chunk.objects.filter(pk__in=waiting).update(state=ChunkState.QUEUED, fetching=True, lease_until=None)
        transaction.on_commit(lambda: doorbell.ring(QUEUE), robust=True)
    return [chunk for chunk in chunks if chunk.pk not in waiting]


def understood(chunks: Sequence[Chunk]) -> list[list[Command | Outcome]]:
    """What the items of each chunk mean, those with an image now that it is here, or is not to be had."""
    found = {chunk.pk: _stand_ins(chunk) if chunk.operation.dry_run else {} for chunk in chunks}
    downloading = [chunk.pk for chunk in chunks if _dialect(chunk) and not chunk.operation.dry_run]
    pairs = run(_OF_CHUNKS, [downloading]) if downloading else []
    rows = Download.objects.in_bulk([id for _, id in pairs]) if pairs else {}
    for chunk, id in pairs:
        found[chunk][rows[id].index] = rows[id]
    return [_understood(chunk, found[chunk.pk]) for chunk in chunks]


def _understood(chunk: Chunk, rows: Mapping[int, Download]) -> list[Command | Outcome]:
    items, dialect, operation = orjson.loads(chunk.payload), _dialect(chunk), chunk.operation
    if dialect is None or not rows:
        return understand(operation, items)
    plain = iter(understand(operation, [item for index, item in enumerate(items, chunk.first) if index not in rows]))
    return [
        _with_image(operation, dialect, item, rows[index]) if index in rows else next(plain)
        for index, item in enumerate(items, chunk.first)
    ]


def _dialect(chunk: Chunk) -> DownloadingDialect | None:
    return dialects.downloading(chunk.operation.dialect)


def _wanted(chunk: Chunk) -> Iterable[Download]:
    dialect, operation = _dialect(chunk), chunk.operation
    if dialect is None:
        return
    for index, item in enumerate(orjson.loads(chunk.payload), chunk.first):
        wanted = dialect.wanted(operation.kind, item, operation.context)
        if wanted is not None:
            limit = wanted.max_bytes or settings.MAX_IMAGE_BYTES
            yield Download(operation_id=operation.pk, index=index, url=wanted.url, max_bytes=limit)


def _stand_ins(chunk: Chunk) -> dict[int, Download]:
    """As if every image were kept, for a dry run: nothing is downloaded, so its content is not known."""
    rows = {row.index: row for row in _wanted(chunk)}
    for row in rows.values():
        row.state, row.mime_type, row.extension = DownloadState.KEPT, "image/png", "png"
        row.content_hash = sha256(row.url.encode()).hexdigest()
    return rows


_OWN: Final = "d.operation_id = c.operation_id AND d.index >= c.first AND d.index < c.first + c.size"
_WAITING: Final = f"""
    SELECT c.id FROM asyncops_chunk c
     WHERE c.id = ANY(%b::bigint[])
       AND EXISTS (SELECT 1 FROM asyncops_download d WHERE {_OWN} AND d.state = 'waiting')"""
_OF_CHUNKS: Final = f"""
    SELECT c.id, d.id FROM asyncops_chunk c JOIN asyncops_download d ON {_OWN} WHERE c.id = ANY(%b::bigint[])"""


def _with_image(operation: Operation, dialect: DownloadingDialect, item: Json, row: Download) -> Command | Outcome:
    wanted = dialect.wanted(operation.kind, item, operation.context) or Wanted(url=row.url)
    if row.state != DownloadState.KEPT:
        return refused(dialect.unfetched(operation.kind, wanted, Cause(row.cause)))
    try:
        return dialect.placed(operation.kind, item, operation.context, _kept(row))
    except ItemRefused as refusal:
        return refused(*refusal.errors)


def _kept(row: Download) -> KeptImage:
    return KeptImage(
        content_hash=row.content_hash,
        mime_type=row.mime_type,
        extension=row.extension,
        width=row.width,
        height=row.height,
        size=row.size,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetching(Work):
    operation: int
    url: str
    max_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """A download: the image that is kept, or why there is none."""

    at: datetime
    image: KeptImage | None = None
    md5: str = ""
    cause: Cause | None = None


# Of each operation the first ones: none waits for another's hundred slow images. Who has most on the way is last.
_NEXT: Final = f"""
    SELECT n.id
      FROM (SELECT DISTINCT c.operation_id FROM asyncops_chunk c JOIN asyncops_operation o ON o.id = c.operation_id
             WHERE c.fetching AND c.open AND o.cancel_requested_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM asyncops_pause p
                                WHERE p.organization_id = o.organization_id OR p.organization_id IS NULL)) g
     CROSS JOIN LATERAL (
           SELECT f.id, row_number() OVER (ORDER BY f.index)
                        + (SELECT count(*) FROM asyncops_download l
                            WHERE l.operation_id = g.operation_id AND l.state = 'waiting'
                              AND l.lease_until >= statement_timestamp()) AS turn
             FROM (SELECT id, index FROM asyncops_download
                    WHERE operation_id = g.operation_id AND state = 'waiting' AND attempt < %b::int AND {leasing.FREE}
                    ORDER BY index LIMIT %b::int) f) n
     ORDER BY n.turn, n.id
     LIMIT %b::int"""
_LOCK: Final = f"""
    SELECT id FROM asyncops_download
     WHERE id = ANY(%b::bigint[]) AND state = 'waiting' AND {leasing.FREE}
     ORDER BY id FOR UPDATE SKIP LOCKED"""

_PARKED: Final = """
    SELECT id FROM asyncops_chunk
     WHERE operation_id = ANY(%b::bigint[]) AND fetching ORDER BY id FOR NO KEY UPDATE"""
_STORE: Final = """
    UPDATE asyncops_download d
       SET state = CASE WHEN u.cause = '' THEN 'kept' ELSE 'failed' END, cause = u.cause, md5 = u.md5,
           content_hash = u.content_hash, mime_type = u.mime_type, extension = u.extension, width = u.width,
           height = u.height, size = u.size, ended_at = u.ended_at, lease_until = NULL
      FROM unnest(%b::bigint[], %b::int[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[], %b::int[],
                  %b::int[], %b::int[], %b::timestamptz[])
           AS u (id, attempt, cause, md5, content_hash, mime_type, extension, width, height, size, ended_at)
     WHERE d.id = u.id AND d.attempt = u.attempt AND d.state = 'waiting' AND d.lease_until IS NOT NULL"""
_UNPARK: Final = f"""
    UPDATE asyncops_chunk c SET fetching = false
     WHERE c.id = ANY(%b::bigint[]) AND c.fetching
       AND NOT EXISTS (SELECT 1 FROM asyncops_download d WHERE {_OWN} AND d.state = 'waiting')
    RETURNING 1"""


class Images(Kind[Fetching, Ended]):
    queue = QUEUE
    table = "asyncops_download"

    @property
    def parallel(self) -> int:
        return int(settings.IMAGES_PARALLEL)

    def claim(self, most: int, *, owner: str) -> list[Fetching]:
        with transaction.atomic():
            near = [id for (id,) in run(_NEXT, [settings.MAX_ATTEMPTS, most, most])]
            if near:
                keeping.leasing_downloads()
            free = [id for (id,) in run(_LOCK, [near])] if near else []
            leased = leasing.lease(self.table, free, owner=owner) if free else []
        rows = Download.objects.filter(pk__in=leased).order_by("pk")
        return [
            Fetching(id=row.pk, attempt=row.attempt, operation=row.operation_id, url=row.url, max_bytes=row.max_bytes)
            for row in rows
        ]

    def act(self, work: Fetching) -> Ended:
        try:
            image = download(work.url, max_bytes=work.max_bytes)
        except (FetchFailed, NotAnImage) as reason:
            return Ended(at=timezone.now(), cause=_cause(reason))
        storing.keep([image.file])
        digest = md5(image.content, usedforsecurity=False).hexdigest()
        return Ended(at=timezone.now(), image=image.kept, md5=digest)

    def store(self, done: Sequence[tuple[Fetching, Ended]]) -> None:
        _store([(work.id, work.attempt, ended) for work, ended in done], {work.operation for work, _ in done})

    def is_due(self) -> bool:
        return bool(run(_NEXT, [settings.MAX_ATTEMPTS, 1, 1]))


def download(url: str, *, max_bytes: int) -> Image:
    """A whole image of a kind that is kept here. Raises FetchFailed or NotAnImage."""
    file = BytesIO()
    fetching.fetch(url, into=file, max_bytes=max_bytes, seconds=settings.IMAGE_SECONDS)
    image = images.inspect(file.getvalue())
    images.unpack(image)
    return image


def sweep() -> None:
    """Give up what ended its worker again and again, and let go of chunks that wait for nothing any more."""
    with transaction.atomic():
        spent = Download.objects.filter(state=DownloadState.WAITING, attempt__gte=settings.MAX_ATTEMPTS)
        idle = spent.exclude(lease_until__gt=timezone.now()).select_for_update(skip_locked=True)
        lost = list(idle.order_by("pk")[:1000])
        if lost:
            leasing.lease(Images.table, [row.pk for row in lost], owner="")
            ended = Ended(at=timezone.now(), cause=Cause.CRASHED)
            _store([(row.pk, row.attempt + 1, ended) for row in lost], {row.operation_id for row in lost})
    parked = set(Chunk.objects.filter(fetching=True, open=True).values_list("operation_id", flat=True)[:1000])
    if parked:
        _store([], parked)


def _store(done: Sequence[tuple[int, int, Ended]], operations: set[int]) -> None:
    """Outcomes whose lease is still ours; chunks that have all their images now can be claimed.

    The chunks are locked first: of two workers with the last two images, the second sees what the first has stored.
    """
    rows = [(id, attempt, *_columns(ended)) for id, attempt, ended in sorted(done, key=lambda entry: entry[0])]
    keeping.note([ended.image.path for _, _, ended in done if ended.image], now=timezone.now())
    with transaction.atomic():
        parked = [id for (id,) in run(_PARKED, [sorted(operations)])]
        if rows:
            run(_STORE, [list(column) for column in zip(*rows, strict=True)])
        if run(_UNPARK, [parked]):
            transaction.on_commit(doorbell.ring, robust=True)


def _columns(ended: Ended) -> tuple[str, str, str, str, str, int, int, int, datetime]:
    image, cause = ended.image, ended.cause.value if ended.cause else ""
    if image is None:
        return cause, "", "", "", "", 0, 0, 0, ended.at
    facts = image.content_hash, image.mime_type, image.extension, image.width, image.height, image.size
    return (cause, ended.md5, *facts, ended.at)


def _cause(reason: FetchFailed | NotAnImage) -> Cause:
    match reason:
        case UrlForbidden():
            return Cause.FORBIDDEN
        case TimedOut():
            return Cause.TIMEOUT
        case TooLarge():
            return Cause.TOO_LARGE
        case BadStatus(is_missing=True):
            return Cause.MISSING
        case TooManyPixels():
            return Cause.PIXELS
        case CutShort():
            return Cause.CUT_SHORT
        case NotAnImage():
            return Cause.TYPE
    return Cause.FAILED
