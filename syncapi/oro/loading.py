"""Records as resource objects: a page at a time, a fixed number of queries whatever its size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import F, Subquery

from catalog.commands import Json
from catalog.entities import SYSTEM_CURRENCY
from catalog.models import Currency
from catalog.plans import plan
from catalog.registry import Number
from syncapi.oro import selecting
from syncapi.oro.kinds import Attribute, Relation, Resource, Way
from syncapi.oro.names import DB_ID, RESOURCES
from syncapi.oro.places import Places
from syncapi.oro.queries import Query

DECIMALS = Decimal("0.0001")  # prices and the like have four places, or more if they need them
CURRENCY = Currency.objects.filter(pk=SYSTEM_CURRENCY)
Linkage = dict[str, Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class Lens:
    """How records are shown: what of them, under which ids, with which addresses."""

    query: Query
    places: Places
    external: bool = False


def show(resource: Resource, ids: Sequence[UUID], lens: Lens, *, asked: frozenset[str] = frozenset()) -> list[Json]:
    """Resource objects in the order of `ids`; one that is gone is left out. `asked`: relations that are included."""
    chosen = [name for name in resource.attributes if lens.query.shows(resource.type, name)]
    related = [
        relation
        for name, relation in resource.relations.items()
        if lens.query.shows(resource.type, name) and (relation.linked or name in asked)
    ]
    rows = _rows(resource, ids, [resource.attributes[name] for name in chosen], related, lens)
    many = {r.name: _many(resource, r, list(rows), lens) for r in related if r.way not in _IN_THE_ROW}
    found = []
    for id in ids:
        if (row := rows.get(id)) is not None:
            attributes = {name: shown(row[f"a_{n}"], resource.attributes[name]) for n, name in enumerate(chosen)}
            linked = {r.name: _data(r, row, many.get(r.name, {}).get(id, [])) for r in related}
            found.append(_object(resource, row, attributes, linked, lens))
    return found


_IN_THE_ROW = frozenset({Way.REF, Way.SELF, Way.NONE})


def _rows(
    resource: Resource, ids: Sequence[UUID], chosen: Sequence[Attribute], related: Sequence[Relation], lens: Lens
) -> dict[UUID, dict[str, Json]]:
    columns = {f"a_{n}": _column(attribute) for n, attribute in enumerate(chosen)}
    for relation in related:
        if relation.way is Way.REF:
            target = selecting.id_column(RESOURCES[relation.type], external=lens.external)
            columns[f"r_{relation.name}"] = F(f"{relation.source}__{target}")
    own = selecting.id_column(resource, external=lens.external)
    records = plan(resource.entity).model._default_manager.filter(pk__in=ids)
    return {row["pk"]: row for row in records.values("pk", "number", shown_id=F(own), **columns)}


def _column(attribute: Attribute) -> F | Subquery:
    return Subquery(CURRENCY.values("iso_code")) if attribute.is_currency else F(attribute.spec.name)


def _many(resource: Resource, relation: Relation, ids: Sequence[UUID], lens: Lens) -> Mapping[UUID, list[Json]]:
    """The ids of the related records, by owner."""
    model, owner, target = selecting.joining(relation, resource)
    inner = selecting.id_column(RESOURCES[relation.type], external=lens.external)
    column = f"{target}__{inner}" if target else inner
    rows = model._default_manager.filter(**{f"{owner}__in": ids}).order_by(*selecting.arranged(model), column)
    found: dict[UUID, list[Json]] = defaultdict(list)
    for id, other in rows.values_list(owner, column):
        found[id].append(other)
    return found


def _data(relation: Relation, row: Mapping[str, Json], others: Sequence[Json]) -> Json:
    """Resource linkage."""
    match relation.way:
        case Way.NONE:
            return None
        case Way.SELF:
            return identifier(relation.type, row["shown_id"])
        case Way.REF:
            return identifier(relation.type, row[f"r_{relation.name}"])
        case Way.FIRST:
            return identifier(relation.type, others[0] if others else None)
    return [identifier(relation.type, other) for other in others]


def identifier(type: str, id: Json) -> Linkage | None:
    return None if id is None else {"type": type, "id": str(id)}


def _object(
    resource: Resource, row: Mapping[str, Json], attributes: Json, linked: Mapping[str, Json], lens: Lens
) -> Json:
    id = row["shown_id"]
    found: dict[str, Json] = {"type": resource.type, "id": str(id)}
    if lens.places.hateoas:
        found["links"] = {"self": lens.places.of(resource.type, id)}
    if lens.external and resource.external and lens.query.shows(resource.type, DB_ID):
        attributes = {**attributes, DB_ID: row["number"]}
    if attributes:
        found["attributes"] = attributes
    names = [n for n in resource.relations if lens.query.shows(resource.type, n)]
    if names:
        found["relationships"] = {name: _relationship(resource, name, id, linked, lens) for name in names}
    return found


def _relationship(resource: Resource, name: str, id: Json, linked: Mapping[str, Json], lens: Lens) -> Json:
    found: dict[str, Json] = {}
    if lens.places.hateoas:
        found["links"] = {
            "self": lens.places.of(resource.type, id, "relationships", name),
            "related": lens.places.of(resource.type, id, name),
        }
    if name in linked:
        found["data"] = linked[name]
    elif not found:
        found["meta"] = {}
    return found


def shown(value: Json, attribute: Attribute) -> Json:
    """A value as JSON has it: decimals and moments as text."""
    if attribute.words:
        return next((word for word, meaning in attribute.words.items() if meaning == value), value)
    if value is not None and isinstance(attribute.spec, Number):
        decimal = Decimal(value)
        return str(decimal.quantize(DECIMALS) if decimal == decimal.quantize(DECIMALS) else decimal.normalize())
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"
    return str(value) if isinstance(value, UUID) else value


def include(resource: Resource, shown: Sequence[Json], lens: Lens, *, organization: UUID) -> list[Json]:
    """The resources that the paths of the query lead to, each once, none that is shown already."""
    known = {(one["type"], one["id"]): one for one in shown}
    added: list[Json] = []
    for path in lens.query.include:
        current, at = list(shown), resource
        for depth, name in enumerate(path):
            relation = at.relations[name]
            at = RESOURCES[relation.type]
            nexts = frozenset({path[depth + 1]}) if depth + 1 < len(path) else frozenset[str]()
            current = _step(current, relation, at, nexts, known, added, lens, organization)
    return added


def _step(
    current: Sequence[Json],
    relation: Relation,
    target: Resource,
    nexts: frozenset[str],
    known: dict[tuple[str, str], Json],
    added: list[Json],
    lens: Lens,
    organization: UUID,
) -> list[Json]:
    """What `current` is related to. Loads what was not seen yet, and what lacks a linkage that the next step needs."""
    wanted = dict.fromkeys(_linked(current, relation.name))
    lacking = [id for id in wanted if not _has(known.get((target.type, id)), nexts)]
    for one in by_shown_ids(target, lacking, lens, organization=organization, asked=nexts):
        before = known.get((one["type"], one["id"]))
        if before is None:
            added.append(one)
            known[one["type"], one["id"]] = one
        else:
            before.setdefault("relationships", {}).update(one.get("relationships", {}))
    return [known[target.type, id] for id in wanted if (target.type, id) in known]


def _has(one: Json, relations: Iterable[str]) -> bool:
    return one is not None and all("data" in one.get("relationships", {}).get(name, {}) for name in relations)


def _linked(resources: Iterable[Json], name: str) -> Iterable[str]:
    for one in resources:
        data = one.get("relationships", {}).get(name, {}).get("data")
        for linked in data if isinstance(data, list) else [data]:
            if linked is not None:
                yield linked["id"]


def by_shown_ids(
    target: Resource, ids: Sequence[str], lens: Lens, *, organization: UUID, asked: frozenset[str] = frozenset()
) -> list[Json]:
    if not ids:
        return []
    column = selecting.id_column(target, external=lens.external)
    records = selecting.visible(target, organization=organization).filter(**{f"{column}__in": ids})
    found = list(records.order_by("number").values_list("pk", flat=True))
    return show(target, found, lens, asked=asked)


def shown_ids(resource: Resource, ids: Iterable[UUID], lens: Lens) -> dict[UUID, str]:
    """The id of a resource object, by the record's own."""
    column = selecting.id_column(resource, external=lens.external)
    records = plan(resource.entity).model._default_manager.filter(pk__in=list(ids))
    return {id: str(shown) for id, shown in records.values_list("pk", column)}
