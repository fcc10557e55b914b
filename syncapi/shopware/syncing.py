"""A sync request from its body to its answer: many operations, one Operation of the engine with an item per record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import quote

from rest_framework.response import Response

from asyncops.submissions import Submission
from catalog.commands import Json
from catalog.marking import Derivation
from syncapi import preferences
from syncapi.exchange import ApiRequest
from syncapi.preferences import Preferences
from syncapi.shopware import answers, expanding, operations, privileges, variants
from syncapi.shopware.answers import Done
from syncapi.shopware.drafts import V3
from syncapi.shopware.headers import Headers
from syncapi.shopware.names import IGNORED
from syncapi.shopware.operations import SyncRequest
from syncapi.shopware.schema import ALL, Resource, Translation
from syncapi.shopware.touched import Lookups

MOST_WARNINGS: Final = 20


def run(request: ApiRequest, body: Json, headers: Headers, context: Mapping[str, Json]) -> Response:
    """Raises FaultyError, PermissionDenied, TooManyItems, RespondAsync."""
    asked = operations.read(body, family=headers.family, single=headers.single_operation)
    privileges.demand_for(asked.operations, by=request.caller)
    asked = expanding.expand(asked)
    submission = _submission(asked, headers, context)
    if Preferences.of(request.META).respond_async:
        preferences.perform(request, submission)
    known = Lookups(submission.items)
    performed = preferences.perform(request, submission)
    known.learn(submission.items, performed.understood, performed.outcomes)
    done = Done(
        request=asked,
        items=submission.items,
        performed=performed,
        known=known,
        policy=submission.policy,
        other_language=bool(context.get("language")),
    )
    missing = answers.missing_privileges(performed.outcomes)
    if missing and done.nothing_stays:
        privileges.deny(missing)
    status, answer = _shape(headers)(done)
    told = {"Bulkhead-Operation": str(performed.operation.uuid), **warnings(asked)}
    return Response(answer, status=status, headers=told)


def _shape(headers: Headers) -> answers.Shape:
    if headers.family != V3:
        return answers.current
    return answers.one_operation if headers.single_operation else answers.each_record


def _submission(asked: SyncRequest, headers: Headers, context: Mapping[str, Json]) -> Submission:
    entities = {_own_entity(each.entity) for each in asked.operations if each.records}
    return Submission(
        dialect="shopware",
        kind=f"POST {'/api/v3' if headers.family else '/api'}/_action/sync",
        entity=entities.pop() if len(entities) == 1 else "",
        items=variants.marked(asked.items if _as_sent(headers) else operations.by_need(asked.items)),
        context=context,
        policy=headers.policy,
        lenient=True,
        indexing=headers.indexing,
        withheld=withheld(headers),
    )


def _as_sent(headers: Headers) -> bool:
    """Whether every record is written by itself, so that a later one is not there yet."""
    return headers.family == V3 and not headers.single_operation


def withheld(headers: Headers) -> dict[str, int]:
    """The sum of derivations by entity that are not to follow this write."""
    found: dict[str, int] = {}
    for entity, derivation in headers.withheld:
        found[entity] = found.get(entity, 0) | Derivation[derivation].value
    return found


def _own_entity(name: str) -> str:
    entity = ALL[name]
    match entity:
        case Resource():
            return entity.spec.name
        case Translation():
            return entity.resource.spec.name
    return entity.owner


def warnings(asked: SyncRequest) -> dict[str, str]:
    """Properties that no record of that entity has: they are passed over, and a header tells."""
    found = [name for each in asked.operations for name in _unknown(each.entity, each.records)]
    if not found:
        return {}
    shown = ", ".join(quote(name, safe="/") for name in found[:MOST_WARNINGS])
    return {"Bulkhead-Unknown-Properties": shown + (", ..." if len(found) > MOST_WARNINGS else "")}


def _unknown(entity: str, records: Sequence[Mapping[str, Json]]) -> Iterator[str]:
    described = ALL[entity]
    if isinstance(described, Resource):
        sent: set[str] = set().union(*records)
        yield from (f"{entity}.{name}" for name in sorted(sent - described.properties - IGNORED))
