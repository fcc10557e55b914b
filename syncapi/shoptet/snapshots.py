"""Snapshots: the products that a query means, each as a line of a file that a worker writes (contract 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final
from uuid import UUID

from rest_framework.response import Response

from asyncops.dialects import Query
from asyncops.errand_models import Purpose
from asyncops.submissions import Submission
from catalog.commands import Json
from catalog.registry import folded
from syncapi import preferences
from syncapi.exchange import ApiRequest
from syncapi.shoptet import languages, moments, names, parameters, snapshot_sql
from syncapi.shoptet.accepting import accepted, may_accept
from syncapi.shoptet.names import DIALECT
from syncapi.shoptet.parsing.products import TYPES
from syncapi.shoptet.queries import query_of
from syncapi.shoptet.refusals import Fault, Refusal, parameter
from syncapi.shoptet.routes import Call

MOST_NAMED: Final = 50  # products that a query may name
VISIBILITIES: Final = (
    "visible", "hidden", "detail-only", "blocked", "show-registered", "block-unregistered", "cash-desk-only",
)  # fmt: skip
_NOT_KEPT: Final = ("availabilityId", "availabilityWhenSoldOutId", "supplierGuid")


def products(request: ApiRequest, call: Call) -> Response:
    query = query_of(request)
    context = {
        "filters": _filters(query),
        "include": sorted({word.lower() for word in parameters.words(query, "include")} & snapshot_sql.INCLUDES),
        **languages.context(query),
    }
    return _accept(request, names.SNAPSHOT, context)


def pricelists(request: ApiRequest, call: Call) -> Response:
    return _accept(request, names.PRICELISTS, {})


def export(kind: str, context: Mapping[str, Json]) -> Query:
    """The statement of the lines of such an operation."""
    if kind == names.PRICELISTS:
        return Query(statement=snapshot_sql.PRICELISTS, parameters=())
    chosen = [(_CONDITIONS[name], value) for name, value in context.get("filters", {}).items()]
    where = " AND ".join(condition for condition, _ in chosen) or "true"
    language = context.get("languageGuid")
    statement = snapshot_sql.products(where, context.get("include", ()))
    return Query(statement=statement, parameters=(language, *(value for _, value in chosen)))


def _accept(request: ApiRequest, kind: str, context: Mapping[str, Json]) -> Response:
    may_accept(request)
    submission = Submission(dialect=DIALECT, kind=kind, entity="product", items=(), context=context)
    return accepted(preferences.accept_errand(request, submission, Purpose.EXPORT))


def _filters(query: parameters.Query) -> dict[str, Json]:
    """By name of the condition. Products that are named by code or guid are all that counts."""
    if "productCodes" in query and "productGuids" in query:
        raise parameter("productCodes", 'You can use "productCodes" or "productGuids", but not both.')
    for name in ("productCodes", "productGuids"):
        if name in query:
            return {name: _named(query, name)}
    return dict(_other_filters(query))


def _named(query: parameters.Query, name: str) -> list[str]:
    given = parameters.words(query, name)
    if not given:
        message = f'Missing value for parameter "{name}".'
        raise Refusal(400, Fault(code="missing-parameter", message=message, instance=name))
    if len(given) > MOST_NAMED:
        raise parameter(name, f"Expected max. {MOST_NAMED} elements, but {len(given)} given.")
    return [folded(code) for code in given] if name == "productCodes" else [_guid(name, guid) for guid in given]


def _other_filters(query: parameters.Query) -> Iterator[tuple[str, Json]]:
    for name in _NOT_KEPT:
        if name in query:
            raise parameter(name, "This catalog keeps nothing of the kind.")
    for name, read in _READ.items():
        if name in query:
            yield name, read(query, name)


def _moment(query: parameters.Query, name: str) -> str | None:
    return moments.written(parameters.moment(query, name))


def _one_of(*known: str) -> Callable[[parameters.Query, str], str]:
    def read(query: parameters.Query, name: str) -> str:
        if query[name] not in known:
            raise parameter(name, f"Expected one of {', '.join(known)}.")
        return query[name]

    return read


def _text(query: parameters.Query, name: str) -> str:
    if not query[name].strip():
        raise Refusal(
            400, Fault(code="missing-parameter", message=f'Missing value for parameter "{name}".', instance=name)
        )
    return query[name].strip()


def _guid(name: str, given: str) -> str:
    try:
        return str(UUID(given))
    except ValueError:
        raise parameter(name, f'"{given[:100]}" is no guid.') from None


_READ: Final[Mapping[str, Callable[[parameters.Query, str], Json]]] = {
    "creationTimeFrom": _moment,
    "creationTimeTo": _moment,
    "changeTimeFrom": _moment,
    "changeTimeTo": _moment,
    "visibility": _one_of(*VISIBILITIES),
    "type": _one_of(*TYPES),
    "brandName": _text,
    "brandCode": _text,
    "defaultCategoryGuid": lambda query, name: _guid(name, query[name]),
    "categoryGuid": lambda query, name: _guid(name, query[name]),
    "flag": _text,
}
_CONDITIONS: Final[Mapping[str, str]] = {
    "productCodes": """p.id IN (SELECT coalesce(n.parent_id, n.id) FROM catalog_product n
                                 WHERE n.sku_key = ANY(%s::text[]))""",
    "productGuids": "p.id = ANY(%s::uuid[])",
    "creationTimeFrom": "p.created_at >= %s::timestamptz",
    "creationTimeTo": "p.created_at < %s::timestamptz + interval '1 second'",
    "changeTimeFrom": f"{snapshot_sql.CHANGED} >= %s::timestamptz",
    "changeTimeTo": f"{snapshot_sql.CHANGED} < %s::timestamptz + interval '1 second'",
    "visibility": f"({snapshot_sql.VISIBILITY}) = %s",
    "type": f"({snapshot_sql.TYPE}) = %s",
    "brandName": "b.name = %s",
    "brandCode": f"{snapshot_sql.BRAND_CODE} = %s",
    "defaultCategoryGuid": f"{snapshot_sql.DEFAULT_CATEGORY}->>'guid' = %s",
    "categoryGuid": """EXISTS (SELECT 1 FROM catalog_productcategory m
                                WHERE m.product_id = p.id AND m.category_id = %s::uuid)""",
    "flag": """CASE %s WHEN 'new' THEN p.new_arrival WHEN 'tip' THEN p.featured
                       WHEN 'action' THEN p.special_price IS NOT NULL ELSE false END""",
}
