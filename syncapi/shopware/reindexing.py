"""The index actions: what was held back follows, and the rest is compared with what it should be (contract 8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.db import transaction
from rest_framework.response import Response

from asyncops import doorbell
from catalog import indexing, reindexing
from catalog.commands import Json
from catalog.marking import Derivation
from syncapi.exchange import ApiRequest
from syncapi.shopware import faults, headers, privileges, values
from syncapi.shopware.faults import FaultyError
from syncapi.shopware.headers import Headers
from syncapi.shopware.names import UPDATERS
from syncapi.shopware.routing import Route

BATCH: Final = 500  # records of a step
_INDEXERS: Final = {"product.indexer": "product", "category.indexer": "category"}


def index(request: ApiRequest, route: Route) -> Response:
    """Everything, or what `only` names without what `skip` does, in the background."""
    _may_index(request)
    body = _body(request)
    skip, only = _names(body, "skip"), _names(body, "only")
    with transaction.atomic():
        indexing.release()
        for entity, made in _made(only, skip).items():
            reindexing.queue(entity, made=made)
    doorbell.ring()
    return Response(status=204)


def full_index(request: ApiRequest, route: Route) -> Response:
    index(request, route)
    return Response({})


def indexing_step(request: ApiRequest, route: Route) -> Response:
    """One batch of one indexer, at once: the client sends the offset of the answer until it is told to finish."""
    _may_index(request)
    body = _body(request)
    if "offset" not in body:
        raise FaultyError(faults.missing_parameter("offset"))
    entity = _INDEXERS.get(route.path["indexer"])
    if entity is None:
        return Response({"finish": True})
    after = reindexing.step(entity, after=_offset(body["offset"]), size=BATCH)
    return Response({"finish": True} if after is None else {"finish": False, "offset": {"offset": after}})


def index_products(request: ApiRequest, route: Route) -> Response:
    """These products, in the background."""
    _may_index(request)
    body = _body(request)
    ids = body.get("ids")
    if not isinstance(ids, list) or not all(values.is_id(id) for id in ids):
        raise FaultyError(faults.missing_parameter("ids"))
    skip = [*_names(body, "skip"), *Headers(meta=request.META, family=route.family).skipped]
    with transaction.atomic():
        reindexing.queue("product", made=_made([], skip).get("product", 0), ids=[UUID(id) for id in ids])
    doorbell.ring()
    return Response(status=204)


def _may_index(request: ApiRequest) -> None:
    privileges.demand("product", ["change"], by=request.caller)


def _body(request: ApiRequest) -> Mapping[str, Json]:
    data = request.data if request.body_read else {}
    return data if isinstance(data, dict) else {}


def _names(body: Mapping[str, Json], name: str) -> list[str]:
    """Raises FaultyError."""
    given = body.get(name) or []
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise FaultyError(faults.invalid_parameter(name))
    return given


def _offset(given: Json) -> int:
    """None, a number, or what the answer before had. Raises FaultyError."""
    given = given.get("offset") if isinstance(given, dict) else given
    if given is None:
        return 0
    if type(given) is not int or abs(given) >= 2**63:
        raise FaultyError(faults.invalid_parameter("offset"))
    return given


def _made(only: list[str], skip: list[str]) -> dict[str, int]:
    """The sum of derivations by entity that are asked for."""
    asked = headers.derivations(only) if only else {entry for entry in UPDATERS.values() if entry[1]}
    made: dict[str, int] = {}
    for entity, derivation in asked - headers.derivations(skip):
        made[entity] = made.get(entity, 0) | Derivation[derivation].value
    return made
