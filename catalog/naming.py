"""Which records a command writes and refers to, by every name that it uses for them. Asks the database nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from catalog import resolving
from catalog.commands import THIS, Command, Delete, Json, Reference, Undo, Upsert
from catalog.entities import ENTITIES
from catalog.registry import EntitySpec
from catalog.sharing import LOCAL

Name = tuple[str, str, Json]  # (entity, kind of name, comparable value)
_INNER: Final = frozenset({LOCAL, THIS.by})  # names that mean nothing outside of a chunk
EVERY: Final = "*"  # as a kind of name: all records of the entity, which a delete by criteria writes


def written(command: Command) -> Iterator[Name]:
    """The names of the command's own record, and of those nested in it."""
    if isinstance(command, Delete) and command.where is not None:
        yield command.entity, EVERY, None
    if command.key is not None:
        yield _name(command.entity, command.key)
    if isinstance(command, Delete):
        return
    yield from _written_inside(command)


def _written_inside(command: Upsert) -> Iterator[Name]:
    """Its new name, and the records nested in it; of those, keys that nobody can resolve yet stand for nothing."""
    if command.shared:
        yield command.entity, LOCAL, command.local
    key = ENTITIES[command.entity].key
    if key and isinstance(value := command.values.get(key.fields[0]), str):
        yield command.entity, key.name, key.fold(value)
    for inner in _nested(command):
        yield from (name for name in written(inner) if name[2] is not None or name[1] == EVERY)


def referred(command: Command) -> Iterator[Name]:
    """The names of the records that a command refers to, and of its kind as a whole."""
    yield command.entity, EVERY, None
    if isinstance(command, Delete):
        return
    spec = ENTITIES[command.entity]
    for ref in spec.refs:
        if isinstance(reference := command.values.get(ref.name), Reference) and reference.by not in _INNER:
            yield _name(ref.entity, reference)
    for links in spec.links if command.links else ():
        if (chosen := command.links.get(links.name)) is not None:
            for link in chosen.links:
                if isinstance(link.target, Reference) and link.target.by not in _INNER:
                    yield _name(links.entity, link.target)
    for inner in _nested(command):
        yield from referred(inner)
    if command.undo is not None:
        yield from _left(command.undo, spec)


def _left(undo: Undo, spec: EntitySpec) -> Iterator[Name]:
    """What a record refers to until the command has taken that back."""
    for ref in spec.refs:
        if (named := undo.after.get(ref.column)) is not None:
            yield _name(ref.entity, Reference("id", named))
    for name, targets in undo.unlinks.items():
        yield from (_name(spec.links_by_name[name].entity, Reference("id", target)) for target in targets)


def _nested(command: Upsert) -> Iterator[Command]:
    for ref in ENTITIES[command.entity].refs:
        if isinstance(inner := command.values.get(ref.name), Upsert):
            yield inner
    for chosen in command.links.values():
        yield from (link.target for link in chosen.links if isinstance(link.target, Upsert))
    for members in command.children.values():
        yield from members
    yield from command.beside


def _name(entity: str, reference: Reference) -> Name:
    return entity, reference.by, resolving.comparable(entity, reference)
