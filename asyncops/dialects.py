"""The one port through which the engine reaches up: what a dialect must offer a worker and the admin."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable
from uuid import UUID

from asyncops.bodies import Pieces
from catalog.commands import Command, Json
from catalog.images import KeptImage
from catalog.naming import Name
from catalog.outcomes import FieldError, Outcome

if TYPE_CHECKING:
    from asyncops.models import Operation
    from catalog.models import User


class _Refused(Exception):
    """Its errors are stored."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(errors)
        self.errors = errors


class ItemRefused(_Refused):
    """The dialect cannot make a command of an item. Its errors become the item's."""


class BodyRefused(_Refused):
    """The body as a whole cannot be read. Its errors become the operation's, which fails."""


class Dialect(Protocol):
    """Pure and cheap: a worker parses again what was parsed when the request came in."""

    @property
    def name(self) -> str: ...

    @property
    def lifetime(self) -> timedelta:
        """How long an operation that this dialect accepted can be read, in all dialects."""

    def parse(self, kind: str, item: Json, context: Mapping[str, Json]) -> Command:
        """The command that an item of an operation of this kind means. Raises ItemRefused."""


@runtime_checkable
class StreamingDialect(Dialect, Protocol):
    """A dialect whose bodies a worker splits: `intake.accept_body`, then the stage in `splitting`."""

    def split(
        self,
        kind: str,
        body: Pieces,
        context: Mapping[str, Json],
        *,
        size: int,
        remark: Callable[[FieldError], None],
    ) -> Iterator[Sequence[Json]]:
        """The items of a body, in parts of at most `size` that fit into memory. May be asked again after a crash.

        `remark`: for errors of the request that leave its items alone. Raises BodyRefused, and nothing is written.
        """


class Concerned(NamedTuple):
    """The names of the records that an item would write, and refers to (see catalog.naming)."""

    written: Sequence[Name]
    referred: Sequence[Name]


@runtime_checkable
class NamingDialect(Dialect, Protocol):
    """A dialect that can tell which records an item concerns without understanding it, which takes most of the time."""

    def namer(self, kind: str, context: Mapping[str, Json]) -> Callable[[Json], Concerned | None]:
        """For an item its names; None when it must be understood. It may name more records than it will concern."""


@runtime_checkable
class ActingDialect(Dialect, Protocol):
    """A dialect whose items are no writes to the catalog. A dry run of it there is not."""

    def act(self, kind: str, items: Sequence[Json], *, by: User) -> list[Outcome]:
        """What became of each item, in the transaction that journals it: after a crash it is done again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusAnswer:
    """What a caller of a dialect would be told of an operation."""

    request: str  # e.g. "GET /rest/V1/bulk/<uuid>/status"
    answer: Json


@runtime_checkable
class ShowingDialect(Dialect, Protocol):
    """A dialect that can show every operation, whatever dialect accepted it."""

    def render_status(self, operation: Operation, *, items: int, now: datetime) -> StatusAnswer:
        """In its own form and words; of the items at most so many, the first ones."""


class Cause(StrEnum):
    """Why an image could not be had."""

    FORBIDDEN = "forbidden"  # its URL, or a redirect, leads where nobody may go
    MISSING = "missing"  # the server has no such file
    FAILED = "failed"  # the server answered with an error, or could not be reached
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"  # more bytes than wanted
    TYPE = "type"  # no image of a kind that is kept here
    CUT_SHORT = "cut_short"  # an image that ends too early
    PIXELS = "pixels"  # more than this server unpacks
    CRASHED = "crashed"  # it ended the process that unpacked it, several times


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """An image to be downloaded for an item."""

    url: str
    max_bytes: int | None = None  # None: the setting
    path: str = ""  # where the item names the URL, for errors


@runtime_checkable
class DownloadingDialect(Dialect, Protocol):
    """A dialect whose items may name images by URL.

    A worker downloads those of a chunk, several at a time, before it applies the chunk: until then its items are
    undecided, and their records as they were. Then `placed` takes the place of `parse` for the items whose image is
    kept, and `unfetched` refuses the others. A retry of refused items downloads again. Rows of `models.Download` tell
    what became of each (`downloading.of`). A dry run downloads nothing: it takes every image to be there.
    """

    def wanted(self, kind: str, item: Json, context: Mapping[str, Json]) -> Wanted | None:
        """The image that an item needs; None for an item without."""

    def placed(self, kind: str, item: Json, context: Mapping[str, Json], image: KeptImage) -> Command:
        """What the item means now that the image is kept: `image.media(file_name=...)` is its record."""

    def unfetched(self, kind: str, wanted: Wanted, cause: Cause) -> FieldError:
        """The item's error, in the dialect's words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A statement that yields one column: JSON texts, each a line of a file. `%s` marks a parameter."""

    statement: str
    parameters: Sequence[Json]


@runtime_checkable
class ExportingDialect(Dialect, Protocol):
    """A dialect with requests that are answered by a file: `intake.accept_errand`, then the work in `exporting`."""

    def export(self, kind: str, context: Mapping[str, Json]) -> Query:
        """The lines that such an operation writes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """Something that an organization is to be told of. Neither operation nor record: only a test of the way."""

    event: str  # see network_models.Event
    organization: int  # its number
    at: datetime
    operation: int | None = None  # its number, see asyncops.jobids
    record: UUID | None = None  # the product, for the events of products


class Notifier(Protocol):
    """What a dialect offers in whose words webhooks can be sent. Pure and cheap."""

    def webhook_body(self, notice: Notice) -> tuple[str, bytes]:
        """What it is about, in the dialect's words (at most 64 characters), and the body, sent as JSON as it is."""


_REGISTERED: dict[str, Dialect] = {}
_NOTIFIERS: dict[str, Notifier] = {}


def register(dialect: Dialect, *, notifier: Notifier | None = None) -> None:
    _REGISTERED[dialect.name] = dialect
    if notifier:
        _NOTIFIERS[dialect.name] = notifier


def get(name: str) -> Dialect:
    return _REGISTERED[name]


def acting(name: str) -> ActingDialect | None:
    """It, if its items are acts."""
    dialect = get(name)
    return dialect if isinstance(dialect, ActingDialect) else None


def showing() -> list[ShowingDialect]:
    """Those that can show an operation, in the order of their names."""
    return [dialect for _, dialect in sorted(_REGISTERED.items()) if isinstance(dialect, ShowingDialect)]


def naming(name: str) -> NamingDialect | None:
    dialect = get(name)
    return dialect if isinstance(dialect, NamingDialect) else None


def streaming(name: str) -> StreamingDialect:
    dialect = get(name)
    assert isinstance(dialect, StreamingDialect), f"{name} splits no bodies"
    return dialect


def downloading(name: str) -> DownloadingDialect | None:
    dialect = get(name)
    return dialect if isinstance(dialect, DownloadingDialect) else None


def exporting(name: str) -> ExportingDialect:
    dialect = get(name)
    assert isinstance(dialect, ExportingDialect), f"{name} exports nothing"
    return dialect


def notifier(name: str) -> Notifier:
    """Raises LookupError: this dialect sends no webhooks."""
    return _NOTIFIERS[name]
