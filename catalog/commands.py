"""What can be asked of the catalog: frozen values, free of Django, made by a dialect's parsing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from catalog.outcomes import FieldError

Json = Any  # decoded JSON; the only place where Any is allowed


class Policy(StrEnum):
    """What one bad record means for the others."""

    EACH = "each"  # bad records are refused, good ones stay
    ALL = "all"  # one error and nothing is written


class Mode(StrEnum):
    """What an upsert may do."""

    UPSERT = "upsert"
    CREATE = "create"  # refused when the record exists
    UPDATE = "update"  # refused when it does not
    PRESENT = "present"  # unchanged when it does not; unknown links to remove are no error either


class Indexing(StrEnum):
    """When what is derived from the written records (trees, lists of ids, search documents) follows them."""

    NOW = "now"  # in the same transaction
    QUEUED = "queued"  # soon, by whoever drains the queue
    OFF = "off"  # when somebody asks for it


class Change(StrEnum):
    """What a set of links does to those that are there."""

    ADD = "add"
    REPLACE = "replace"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Reference:
    """Names a record: by "id" (UUID), "number" (integer), a natural key or lookup of its entity, or "local".

    A natural key of several fields has a tuple as its value, whose members may be references themselves. A local
    name is the `local` of an upsert of the same chunk, wherever it stands there. An `optional` one that names nothing
    is None.
    """

    by: str
    value: Json
    optional: bool = False


THIS = Reference("this", None)  # in the links of a record of `Upsert.beside`: the record that it comes with


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """The height at which values are written: the base row, one store (its code or number), or one language.

    A new record's values go to the base row, whatever the store, unless it is `alone`.
    """

    store: str | int | None = None
    language: Reference | None = None
    alone: bool = False  # no other store shall see them, even of a new record


BASE = Scope()


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """`target` may be an upsert: then it is written first."""

    target: Reference | Upsert
    values: Mapping[str, int] = field(default_factory=dict)
    path: str = ""  # JSON pointer below the record, for errors; "" means /<name of the relation>/<position>


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkSet:
    links: tuple[Link, ...]
    change: Change = Change.ADD
    demanded: bool = False  # to remove: a link that is not there refuses the record


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a record goes among its siblings: in front, behind the one with a number, or else at the end."""

    first: bool = False
    behind: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """The content of a file, kept at `path` in the storage of media before the record that shows it is written."""

    path: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Undo:
    """For a command that takes an earlier write back. All values are as the journal kept them, ids as text.

    `at`: the record's updated_at as that write left it, and `after` columns with their values: if one is another now,
    the record is refused with `otherwise`. `unlinks`: by relation the targets of links to be taken away;
    `store_values`: by store what to merge into its own values. Of a deleted record: its `number`, `created_at`, the
    `rows` of each table beside it, and by "table.column" who referred to it before (`lost`).
    """

    otherwise: FieldError
    at: str = ""
    after: Mapping[str, Json] = field(default_factory=dict)
    unlinks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    store_values: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    number: int | None = None
    created_at: str = ""
    rows: Mapping[str, Sequence[Mapping[str, Json]]] = field(default_factory=dict)
    lost: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Upsert:
    """Create the record that `key` names, or change the fields given in `values`.

    `values`: by field name; only what is given changes, None clears; a reference may be an upsert itself.
    `children`: by relation, records that belong to this one. `translations`: by language, values or None (removed).
    `replace_only`: by relation, a field and its values that the other children to be deleted have.
    `defaults` fill a new record only; `required` are the fields that the dialect demands of one. `key` None: always
    a new record. `local`: a name by which other upserts of the chunk may refer to this one. `beside`: what else is
    written or deleted with it, all or nothing; what is not there to be deleted refuses it. `flaws`: what is wrong with
    it, known already and told when it is written. `sole`: the error when its key, which need not be unique, names
    several records; else the oldest counts. `settled`: references that a record which is there keeps, and the error of
    who would change one. `untranslated`: values that are the same in every language, and the error of who sends one in
    another than the system's.
    """

    entity: str
    key: Reference | None
    values: Mapping[str, Json]
    links: Mapping[str, LinkSet] = field(default_factory=dict)
    children: Mapping[str, tuple[Upsert, ...]] = field(default_factory=dict)
    replace_children: frozenset[str] = frozenset()  # relations whose other children are deleted
    replace_only: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)  # those with such a field
    translations: tuple[tuple[Reference, Mapping[str, Json] | None], ...] = ()
    defaults: Mapping[str, Json] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    scope: Scope = BASE
    mode: Mode = Mode.UPSERT
    rehearsed: bool = False  # checked like any other, but not written
    local: str | None = None
    beside: tuple[Upsert | Delete, ...] = ()
    shared: bool = False  # beside others of the chunk: written once for all that have it under the same `local`
    place: Place | None = None  # in a tree of records with a position
    files: tuple[File, ...] = ()
    flaws: tuple[FieldError, ...] = ()
    sole: FieldError | None = None
    settled: Mapping[str, FieldError] = field(default_factory=dict)
    untranslated: Mapping[str, FieldError] = field(default_factory=dict)
    undo: Undo | None = None
    path: str = ""  # of a nested upsert: JSON pointer below its record


@dataclass(frozen=True, kw_only=True, slots=True)
class Delete:
    """Delete the record that `key` names, or all, any or none, that fit `where` when the chunk begins.

    A record that `key` names and that is not there is an error; with `optional` it is what was wanted. Entities of
    `releases` lose their references to it, where they would else forbid that it goes.
    """

    entity: str
    key: Reference | None = None
    where: Filter | None = None
    optional: bool = False
    releases: frozenset[str] = frozenset()
    undo: Undo | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """A condition on records: `operator` is equals, any, range, contains, prefix, suffix, and, or, not.

    `value`: a scalar; a tuple for any; {"gte"|"gt"|"lte"|"lt": scalar} for range. `parts`: for and, or, not.
    """

    operator: str
    field: str = ""
    value: Json = None
    parts: tuple[Filter, ...] = ()


Command = Upsert | Delete
