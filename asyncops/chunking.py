"""How an operation is cut into chunks, and which records each chunk writes and refers to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from hashlib import blake2b

from asyncops.dialects import Concerned
from catalog import resolving
from catalog.commands import Command, Delete, Json, Policy
from catalog.naming import EVERY, Name, referred, written
from catalog.outcomes import Outcome
from catalog.resolving import Found, Names
from catalog.sharing import LOCAL

Entry = Command | Outcome | Concerned  # what is known of an item


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """Items [first, first + size) of an operation, and the 64-bit hashes of the records that they concern."""

    first: int
    size: int
    writes: list[int]
    refers: list[int]
    deletes: bool
    shares: bool


def cut(
    understood: Sequence[Entry],
    *,
    policy: Policy,
    size: int,
    scope: Json,
    dry_run: bool = False,
) -> list[Cut]:
    """Chunks of consecutive items; under Policy.ALL a single one, since it is one transaction.

    An item that is refused already concerns no record. A dry run writes nothing: it waits for what others write. Local
    names mean the same record within one `scope` only.
    """
    size = (len(understood) if policy is Policy.ALL else size) or 1
    parts = [understood[first : first + size] for first in range(0, len(understood), size)]
    named = [_named(part) for part in parts]
    found = resolving.find(_sought(named))
    cuts = [
        _cut(part, number * size, names, found, scope)
        for number, (part, names) in enumerate(zip(parts, named, strict=True))
    ]
    return [_rehearsal(each) for each in cuts] if dry_run else cuts


def _rehearsal(cut: Cut) -> Cut:
    return replace(cut, writes=[], refers=sorted({*cut.writes, *cut.refers}), deletes=False)


@dataclass(frozen=True, slots=True)
class _Named:
    """The names of the records that the commands of a chunk write, and refer to."""

    written: set[Name]
    referred: set[Name]


def _named(understood: Sequence[Entry]) -> _Named:
    names = _Named(set(), set())
    for entry in understood:
        if isinstance(entry, Concerned):
            names.written.update(entry.written)
            names.referred.update(entry.referred)
        elif not isinstance(entry, Outcome):
            names.written.update(written(entry))
            names.referred.update(referred(entry))
    return names


def _cut(understood: Sequence[Entry], first: int, names: _Named, found: Found, scope: Json) -> Cut:
    shares = any(by == LOCAL for _, by, _ in names.written)
    return Cut(
        first=first,
        size=len(understood),
        writes=_hashes(_scoped(names.written, scope) if shares else names.written, found),
        refers=_hashes(names.referred, found),
        deletes=any(isinstance(entry, Delete) for entry in understood),
        shares=shares,
    )


def _sought(named: Iterable[_Named]) -> Names:
    """What must be looked up, so that two names of one record meet in its id."""
    sought: Names = defaultdict(set)
    for names in named:
        for entity, by, value in names.written | names.referred:
            if by not in ("id", EVERY):
                sought[entity, by].add(value)
    return sought


def _scoped(names: Set[Name], scope: Json) -> set[Name]:
    return {(entity, by, f"{scope}/{value}" if by == LOCAL else value) for entity, by, value in names}


def _hashes(names: Set[Name], found: Mapping[Name, Json]) -> list[int]:
    ids = {(name[0], "id", found[name]) for name in names if name in found}
    return sorted({hashed(name) for name in names | ids})


def hashed(name: Name) -> int:
    """64 bits that stand for a record's name wherever one is looked for."""
    entity, by, value = name
    digest = blake2b(f"{entity}\0{by}\0{value}".encode(errors="replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
