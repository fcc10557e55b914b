"""JSON:API's own bulk: operations on records of any type, in order, in one transaction (contract 17.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings
from rest_framework.response import Response

from asyncops.submissions import Submission
from catalog.commands import Json, Policy
from catalog.outcomes import Outcome
from syncapi import preferences
from syncapi.exchange import ApiRequest
from syncapi.oro import bodies, lists, loading, parsing, reading, refusals, wording
from syncapi.oro.loading import Lens
from syncapi.oro.names import RESOURCES
from syncapi.oro.places import Places
from syncapi.oro.queries import Query
from syncapi.oro.refusals import RequestData
from syncapi.oro.routes import Route

MEMBER: Final = "atomic:operations"
RESULTS: Final = "atomic:results"
PLACE: Final = f"/{MEMBER}/{{index}}/data"


def run(request: ApiRequest, route: Route, places: Places) -> Response:
    """200 with a result for each operation; with one error nothing is written."""
    document = bodies.decode(request.body_read, max_depth=settings.MAX_JSON_DEPTH)
    items = _items(document)
    _, outcomes = preferences.run_now(request, _submission(request, items))
    _refuse_if_wrong(items, outcomes)
    shown = _shown(items, outcomes, request, places)
    return Response({RESULTS: [{"data": shown[n]} if n in shown else {} for n in range(len(items))]})


def _items(document: Json) -> list[Json]:
    given = document.get(MEMBER) if isinstance(document, dict) else None
    if not isinstance(given, list) or not given:
        raise RequestData(f"The '{MEMBER}' property should be an array that is not empty", pointer="")
    if document.keys() & {"data", "included"}:
        raise RequestData(f"A document with '{MEMBER}' has neither 'data' nor 'included'")
    return given


def _submission(request: ApiRequest, items: Sequence[Json]) -> Submission:
    types = {type for item in items if (type := parsing.target_of(item).type) in RESOURCES}
    entities = {RESOURCES[type].entity for type in types}
    return Submission(
        dialect="oro",
        kind="atomic",
        entity=entities.pop() if len(entities) == 1 else "",
        items=items,
        context={**lists.request_context(request, *types), "place": PLACE, "salt": str(uuid4())},
        policy=Policy.ALL,
    )


def _refuse_if_wrong(items: Sequence[Json], outcomes: Sequence[Outcome]) -> None:
    worded = [
        wording.word(error, RESOURCES.get(parsing.target_of(item).type), place=f"/{MEMBER}/{index}/data")
        for index, (item, outcome) in enumerate(zip(items, outcomes, strict=True))
        for error in outcome.errors
    ]
    if worded:
        raise refusals.worded(worded)


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
        if item["op"] != "remove" and parsing.target_of(item).relation is None and outcome.id is not None:
            yield position, parsing.target_of(item).type, outcome.id
