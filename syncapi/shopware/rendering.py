"""Records in the two forms that Shopware has: flat JSON, and JSON:API."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

from catalog.commands import Json
from syncapi.shopware.criteria import Criteria
from syncapi.shopware.names import dashed
from syncapi.shopware.reading import Shown
from syncapi.shopware.schema import Anything, related
from syncapi.shopware.searching import AHEAD

FLAT = "application/json"
JSON_API = "application/vnd.api+json"
_ALWAYS = frozenset({"apiAlias"})


def flat(record: Shown, asked: Criteria) -> Shown:
    """Of an entity that `includes` or `excludes` name only these properties, and always which entity it is."""
    kept = {name: value for name, value in record.items() if _is_shown(record["apiAlias"], name, asked)}
    return {name: _inner(value, asked) for name, value in kept.items()}


def _is_shown(entity: str, name: str, asked: Criteria) -> bool:
    if name in _ALWAYS:
        return True
    included = asked.includes.get(entity)
    return (included is None or name in included) and name not in asked.excludes.get(entity, ())


def _inner(value: Json, asked: Criteria) -> Json:
    if isinstance(value, dict) and "apiAlias" in value and "_uniqueIdentifier" in value:
        return flat(value, asked)
    if isinstance(value, list):
        return [_inner(each, asked) for each in value]
    return value


def flat_list(records: Iterable[Shown], criteria: Criteria, *, total: int, aggregations: Json) -> Shown:
    data = [flat(record, criteria) for record in records]
    return {"total": total, "data": data, "aggregations": aggregations or []}


def resource_list(
    described: Anything,
    records: Sequence[Shown],
    criteria: Criteria,
    *,
    base: str,
    links: Mapping[str, str],
    total: int,
    aggregations: Json,
) -> Shown:
    included: dict[tuple[str, str], Json] = {}
    data = [resource_object(described, record, criteria, base=base, included=included) for record in records]
    return {
        "data": data,
        "included": list(included.values()),
        "links": links,
        "meta": {"totalCountMode": criteria.total, "total": total},
        "aggregations": aggregations or [],
    }


def page_links(address: str, query: Sequence[tuple[str, str]], asked: Criteria, *, total: int) -> dict[str, str]:
    """To the other pages of a list, as far as its total tells whether there are any. `query`: what else is asked."""
    kept = [(name, value) for name, value in query if name not in ("limit", "page")]

    def page(number: int) -> str:
        return f"{address}?{urlencode([*kept, ('limit', asked.limit), ('page', number)])}"

    found = {"first": page(1)} | ({"prev": page(asked.page - 1)} if asked.page > 1 else {})
    before = asked.page - 1 if asked.total == 2 else 0
    last = before + math.ceil(total / asked.limit)
    if asked.total == 1 or (asked.total == 2 and 0 < total <= (AHEAD + 1) * asked.limit):
        found["last"] = page(max(last, 1))
    if total >= asked.limit if asked.total == 0 else asked.page < last:
        found["next"] = page(asked.page + 1)
    return found


def resource_document(described: Anything, record: Shown, asked: Criteria, *, base: str, address: str) -> Shown:
    included: dict[tuple[str, str], Json] = {}
    data = resource_object(described, record, asked, base=base, included=included)
    return {"data": data, "included": list(included.values()), "links": {"self": address}}


def resource_object(
    described: Anything, record: Shown, asked: Criteria, *, base: str, included: dict[tuple[str, str], Json]
) -> Shown:
    """What is associated goes to `included`, once each."""
    own = f"{base}/{dashed(described.name)}/{record['_uniqueIdentifier']}"
    relations, relationships = related(described), {}
    for name, (target, is_list) in relations.items():
        if not _is_shown(described.name, name, asked):
            continue
        value = record.get(name)
        members = value if isinstance(value, list) else [value] if value else []
        for each in members:
            key = (target.name, each["_uniqueIdentifier"])
            if key not in included:
                included[key] = {}
                included[key] = resource_object(target, each, asked, base=base, included=included)
        data = [{"type": target.name, "id": each["_uniqueIdentifier"]} for each in members]
        relationships[name] = {
            "data": data if is_list else (data[0] if data else None),
            "links": {"related": f"{own}/{dashed(name)}"},
        }
    hidden = {"id", "_uniqueIdentifier", *relations}
    return {
        "id": record["_uniqueIdentifier"],
        "type": described.name,
        "attributes": {
            name: value
            for name, value in record.items()
            if name not in hidden and _is_shown(described.name, name, asked)
        },
        "links": {"self": own},
        "relationships": relationships,
        "meta": None,
    }
