"""How an operation is cut into chunks, and which records each chunk writes and refers to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from catalog import resolving
from catalog.commands import Command, Delete, Json, Policy, Reference
from catalog.entities import ENTITIES
from catalog.resolving import Found, Names

Name = tuple[str, str, Json]  # (entity, kind of name, comparable value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """Items [first, first + size) of an operation, and the 64-bit hashes of the records that they concern."""

    first: int
    size: int
    writes: list[int]
    refers: list[int]
    deletes: bool


def cut(commands: Sequence[Command], *, policy: Policy, size: int) -> list[Cut]:
    """Chunks of consecutive items; under Policy.ALL a single one, since it is one transaction."""
    size = len(commands) if policy is Policy.ALL else size
    found = resolving.find(_names(commands))
    return [_cut(commands[first : first + size], first, found) for first in range(0, len(commands), size or 1)]


def _cut(commands: Sequence[Command], first: int, found: Found) -> Cut:
    return Cut(
        first=first,
        size=len(commands),
        writes=_hashes((name for command in commands for name in written(command)), found),
        refers=_hashes((name for command in commands for name in referred(command)), found),
        deletes=any(isinstance(command, Delete) for command in commands),
    )


def written(command: Command) -> Iterator[Name]:
    """Every name by which a command's own record may be known: the one used, and the natural key that it sets."""
    if command.key is not None:
        yield _name(command.entity, command.key)
    key = ENTITIES[command.entity].key
    if key and not isinstance(command, Delete) and (value := command.values.get(key.field)) is not None:
        yield _name(command.entity, Reference(key.field, value))


def referred(command: Command) -> Iterator[Name]:
    """The names of the records that a command refers to."""
    if isinstance(command, Delete):
        return
    spec = ENTITIES[command.entity]
    for ref in spec.refs:
        if isinstance(reference := command.values.get(ref.name), Reference):
            yield _name(ref.entity, reference)
    for links in spec.links:
        if (chosen := command.links.get(links.name)) is not None:
            for link in chosen.links:
                yield _name(links.entity, link.target)


def _name(entity: str, reference: Reference) -> Name:
    return entity, reference.by, resolving.comparable(entity, reference)


def _names(commands: Iterable[Command]) -> Names:
    """What must be looked up, so that two names of one record meet in its id."""
    names: Names = defaultdict(set)
    for command in commands:
        for entity, by, value in (*written(command), *referred(command)):
            if by != "id":
                names[entity, by].add(value)
    return names


def _hashes(names: Iterator[Name], found: Mapping[Name, Json]) -> list[int]:
    distinct = set(names)
    ids = {(name[0], "id", found[name]) for name in distinct if name in found}
    return sorted({_hash(name) for name in distinct | ids})


def _hash(name: Name) -> int:
    digest = blake2b("\0".join(map(str, name)).encode(errors="replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
