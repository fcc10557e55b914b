"""What a caller must be granted before it is worth looking at its request; each record is asked about again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from asyncops.submissions import Caller
from catalog.commands import Filter
from catalog.rights import Action
from syncapi.shopware import errors, sources
from syncapi.shopware.aggregations import Aggregation
from syncapi.shopware.criteria import Criteria
from syncapi.shopware.faults import FaultyError
from syncapi.shopware.operations import SyncOperation
from syncapi.shopware.schema import ALL, RESOURCES, Anything, Resource, Translation, associations_of, related

_WRITING: Final[tuple[Action, ...]] = ("add", "change")
_NAMES: Final = {"add": "create", "change": "update", "delete": "delete", "view": "read"}


def deny(missing: Sequence[str]) -> None:
    """Raises FaultyError: 403."""
    raise FaultyError(errors.forbidden(list(missing)))


def demand(name: str, actions: Iterable[Action], *, by: Caller) -> None:
    """Any of the actions on the entity. Raises FaultyError."""
    wanted = list(actions)
    if not _has_any(ALL[name], wanted, by):
        deny([f"{name}:{_NAMES[action]}" for action in wanted])


def demand_reading(described: Anything, asked: Criteria, *, by: Caller) -> None:
    """Of the entity itself and of all that the criteria show or compare. Raises FaultyError: all that is missing."""
    names = dict.fromkeys((described.name, *_touched(described, asked)))
    if missing := [f"{name}:read" for name in names if not _has_any(ALL[name], ["view"], by)]:
        deny(missing)


def _touched(described: Anything, asked: Criteria) -> Iterator[str]:
    """The entities behind the associations of criteria; those that do not exist are told elsewhere."""
    for name, inner in asked.associations.items():
        if behind := related(described).get(name):
            yield behind[0].name
            yield from _touched(behind[0], inner)
    sums = list(_all(asked.aggregations))
    filters = [*asked.filters, *asked.post, *(score.where for score in asked.scores)]
    filters += [where for each in sums for where in each.filters]
    fields = [*_fields(filters), *(each.field for each in asked.sort), *(each.field for each in sums)]
    fields += [each.order[0] for each in sums if each.order is not None]
    for field in (*fields, *asked.grouping):
        yield from _behind(described, field)
    for each in sums if not isinstance(described, Translation) else ():
        if each.kind == "entity" and (entity := sources.locate(sources.of(described.name), each.field).entity):
            yield entity


def _all(asked: Iterable[Aggregation]) -> Iterator[Aggregation]:
    for each in asked:
        yield each
        if each.inner is not None:
            yield from _all([each.inner])


def _behind(described: Anything, field: str) -> Iterator[str]:
    for name in field.removeprefix(f"{described.name}.").split(".")[:-1]:
        if (association := associations_of(described).get(name)) is None:
            return
        yield association.target
        described = RESOURCES[association.target]


def _fields(filters: Iterable[Filter]) -> Iterator[str]:
    for where in filters:
        yield where.field
        yield from _fields(where.parts)


def demand_for(operations: Iterable[SyncOperation], *, by: Caller) -> None:
    """Raises FaultyError that names all that is missing. An upsert needs either right; which, each record decides."""
    missing: dict[str, None] = {}
    for each in operations:
        actions: tuple[Action, ...] = ("delete",) if each.action == "delete" else _WRITING
        if not _has_any(ALL[each.entity], actions, by):
            missing.update(dict.fromkeys(f"{each.entity}:{_NAMES[action]}" for action in actions))
    if missing:
        deny(list(missing))


def _has_any(described: Anything, actions: Iterable[Action], by: Caller) -> bool:
    """A mapping and a translation are parts of the record that they belong to, so they are changes of it."""
    match described:
        case Resource():
            return any(by.rights.allow(action, described.spec.name) for action in actions)
        case Translation():
            entity = described.resource.spec.name
        case _:
            entity = described.owner
    return by.rights.allow("view" if list(actions) == ["view"] else "change", entity)
