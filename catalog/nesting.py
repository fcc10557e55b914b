"""Commands inside commands: each becomes a row of its own, tied to the others by references to rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

from catalog import criteria
from catalog.commands import THIS, Command, Delete, Json, Link, LinkSet, Reference, Upsert
from catalog.entities import ENTITIES
from catalog.rows import Row
from catalog.sharing import ROW, Shared


def flatten(commands: Sequence[Command], shared: Shared) -> list[Row]:
    """A row per command, and after it the rows of what is nested in it."""
    rows: list[Row] = []
    for index, command in enumerate(commands):
        if isinstance(command, Upsert) and _is_flat(command):
            rows.append(Row(index=index, command=command, given=command.values, links=command.links))
        else:
            group = list(_rows(command, index, path="", nested=False, shared=shared))
            if isinstance(command, Upsert) and command.beside:
                shared.settle(group)
            rows.extend(group)
    return rows


def _rows(command: Command, index: int, *, path: str, nested: bool, shared: Shared | None = None) -> Iterator[Row]:
    row = Row(index=index, command=command, path=path, nested=nested)
    yield row
    if isinstance(command, Delete):
        if command.where is not None:
            for id in criteria.matching(command.entity, command.where):
                one = Delete(entity=command.entity, key=Reference("id", id), optional=True)
                yield Row(index=index, command=one, nested=True)
        return
    row.given, row.links = command.values, command.links
    if _is_flat(command):
        return
    yield from _to_one(row, command)
    yield from _to_many(row, command)
    yield from _children(row, command)
    yield from _beside(row, command, shared or Shared())


def _is_flat(command: Upsert) -> bool:
    """Asked of every record, so in plain loops."""
    if command.children or command.beside:
        return False
    for links in command.links.values():
        for link in links.links:
            if isinstance(link.target, Upsert):
                return False
    values = command.values
    for name in _ref_names(command.entity):  # noqa: SIM110
        if isinstance(values.get(name), Upsert):
            return False
    return True


@cache
def _ref_names(entity: str) -> tuple[str, ...]:
    return tuple(ref.name for ref in ENTITIES[entity].refs)


def _to_one(row: Row, command: Upsert) -> Iterator[Row]:
    for ref in ENTITIES[command.entity].refs:
        if isinstance(inner := command.values.get(ref.name), Upsert):
            target, *rest = _rows(inner, row.index, path=row.path + (inner.path or f"/{ref.name}"), nested=True)
            row.given = {**row.given, ref.name: Reference(ROW, target)}
            yield from (target, *rest)


def _to_many(row: Row, command: Upsert) -> Iterator[Row]:
    links: dict[str, LinkSet] = {}
    for name, chosen in command.links.items():
        written: list[Link] = []
        for position, link in enumerate(chosen.links):
            if isinstance(link.target, Upsert):
                path = row.path + (link.path or f"/{name}/{position}")
                target, *rest = _rows(link.target, row.index, path=path, nested=True)
                link = replace(link, target=Reference(ROW, target))  # noqa: PLW2901
                yield from (target, *rest)
            written.append(link)
        links[name] = replace(chosen, links=tuple(written))
    row.links = links


def _children(row: Row, command: Upsert) -> Iterator[Row]:
    for name, members in command.children.items():
        relation = ENTITIES[command.entity].children_by_name[name]
        parent: Mapping[str, Json] = {relation.field: Reference(ROW, row)}
        for position, member in enumerate(members):
            path = row.path + (member.path or f"/{name}/{position}")
            child = replace(member, values={**member.values, **parent})
            yield from _rows(child, row.index, path=path, nested=True)


def _beside(row: Row, command: Upsert, shared: Shared) -> Iterator[Row]:
    for position, other in enumerate(command.beside):
        path = row.path + ((other.path if isinstance(other, Upsert) else "") or f"/{position}")
        if isinstance(other, Delete):
            yield Row(index=row.index, command=other, path=path, nested=True)
            continue
        rows = _rows(_tied(other, row), row.index, path=path, nested=True)
        yield from shared.bring(row, other, rows) if other.shared else rows


def _tied(other: Upsert, row: Row) -> Upsert:
    """Its links to THIS lead to the record that it comes with."""
    if not any(link.target is THIS for links in other.links.values() for link in links.links):
        return other
    tied = {
        name: replace(links, links=tuple(_to(row, link) if link.target is THIS else link for link in links.links))
        for name, links in other.links.items()
    }
    return replace(other, links=tied)


def _to(row: Row, link: Link) -> Link:
    return replace(link, target=Reference(ROW, row))
