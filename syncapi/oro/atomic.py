"""JSON:API's own bulk: operations on records of any type, in order, in one transaction (contract 17.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings
from rest_framework.response import Response

from asyncops.intake import ItemsRefused
from asyncops.submissions import Submission
from catalog.commands import Json, Policy
from catalog.outcomes import ErrorCode, FieldError, NotUnderstoodError, Outcome
from syncapi import preferences
from syncapi.exchange import ApiRequest
from syncapi.oro import bodies, lists, loading, reading, refusals, steps, wording
from syncapi.oro.loading import Lens
from syncapi.oro.names import RESOURCES
from syncapi.oro.places import Places
from syncapi.oro.queries import Query
from syncapi.oro.refusals import Refusals, RequestData
from syncapi.oro.routes import Route
from syncapi.oro.steps import Target
from syncapi.oro.wording import Wording

MEMBER: Final = "atomic:operations"
RESULTS: Final = "atomic:results"
PLACE: Final = f"/{MEMBER}/{{index}}/data"


def run(request: ApiRequest, route: Route, places: Places) -> Response:
    """200 with a result for each operation; with one error nothing is written."""
    document = bodies.decode(request.body_read, max_depth=settings.MAX_JSON_DEPTH)
    items = _items(document)
    _check_local_ids(items)
    try:
        _, outcomes = preferences.run_now(request, _submission(request, items))
    except ItemsRefused as refusal:
        raise _worded(items, refusal.errors) from None
    if errors := {index: outcome.errors for index, outcome in enumerate(outcomes) if outcome.errors}:
        raise _worded(items, errors)
    shown = _shown(items, outcomes, request, places)
    return Response({RESULTS: [{"data": shown[n]} if n in shown else {} for n in range(len(items))]})


def _items(document: Json) -> list[Json]:
    given = document.get(MEMBER) if isinstance(document, dict) else None
    if not isinstance(given, list) or not given:
        pointer = f"/{MEMBER}" if given is not None else ""
        raise RequestData(f"The '{MEMBER}' property should be an array that is not empty", pointer=pointer)
    if document.keys() & {"data", "included"}:
        raise RequestData(f"A document with '{MEMBER}' has neither 'data' nor 'included'")
    return given


def _check_local_ids(items: Sequence[Json]) -> None:
    """No two new records may have the same one. Raises RequestData."""
    known: set[tuple[str, str]] = set()
    for index, item in enumerate(items):
        target = _target_of(item)
        if target is None or target.lid is None or target.relation is not None or item["op"] != "add":
            continue
        if (target.type, target.lid) in known:
            raise RequestData("Another operation gave this 'lid'", pointer=f"/{MEMBER}/{index}/data/lid")
        known.add((target.type, target.lid))


def _target_of(item: Json) -> Target | None:
    """None where that cannot be understood, which parsing tells."""
    try:
        return steps.target_of(item)
    except NotUnderstoodError:
        return None


def _submission(request: ApiRequest, items: Sequence[Json]) -> Submission:
    targets = [target for item in items if (target := _target_of(item)) is not None]
    types = {target.type for target in targets if target.type in RESOURCES}
    entities = {RESOURCES[type].entity for type in types}
    return Submission(
        dialect="oro",
        kind="atomic",
        entity=entities.pop() if len(entities) == 1 else "",
        items=items,
        context={**lists.request_context(request, *types), "place": PLACE, "salt": str(uuid4())},
        policy=Policy.ALL,
    )


def _worded(items: Sequence[Json], errors: Mapping[int, Sequence[FieldError]]) -> Refusals:
    return refusals.worded(
        [_word(error, items[index], f"/{MEMBER}/{index}") for index, found in errors.items() for error in found]
    )


def _word(error: FieldError, item: Json, place: str) -> Wording:
    """`place`: of the operation."""
    target = _target_of(item)
    if target is None or error.code is ErrorCode.DIALECT:
        return wording.word(error, None, place=place)
    if error.path and target.relation is not None:
        return wording.in_linkage(error, place=f"{place}/data")
    named = "data" if error.path or item["op"] == "add" else target.member
    return wording.word(error, RESOURCES.get(target.type), place=f"{place}/{named}")


def _shown(
    items: Sequence[Json], outcomes: Sequence[Outcome], request: ApiRequest, places: Places
) -> Mapping[int, Json]:
    """By position: the record that an operation added or changed. A query for each type, not for each record."""
    by_type: dict[str, dict[int, UUID]] = {}
    for position, type, id in _written(items, outcomes):
        by_type.setdefault(type, {})[position] = id
    lens = Lens(query=Query(), places=places, external=reading.is_external(request))
    found: dict[int, Json] = {}
    for type, ids in by_type.items():
        by_id = loading.shown_ids(RESOURCES[type], set(ids.values()), lens)
        shown = {one["id"]: one for one in loading.show(RESOURCES[type], list(set(ids.values())), lens)}
        found |= {position: shown[by_id[id]] for position, id in ids.items() if id in by_id}
    return found


def _written(items: Sequence[Json], outcomes: Sequence[Outcome]) -> Iterator[tuple[int, str, UUID]]:
    for position, (item, outcome) in enumerate(zip(items, outcomes, strict=True)):
        target = steps.target_of(item)
        if item["op"] != "remove" and target.relation is None and outcome.id is not None:
            yield position, target.type, outcome.id
