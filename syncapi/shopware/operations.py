"""The body of a sync request: operations of records, flattened to items in the order of the request. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from catalog.commands import Json
from syncapi.shopware import faults
from syncapi.shopware.drafts import V3
from syncapi.shopware.faults import Fault, FaultyError
from syncapi.shopware.schema import ALL, RESOURCES, Resource, Translation

ACTIONS: Final = ("upsert", "delete")
READ_ONLY: Final = frozenset({"product_category_tree"})


@dataclass(frozen=True, kw_only=True, slots=True)
class SyncOperation:
    """`records`: to be written, or keys of records to be deleted. `criteria`: filters that find such keys."""

    key: str
    entity: str
    action: str
    records: Sequence[Json]
    criteria: Sequence[Json] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SyncRequest:
    """`is_list`: the operations came without keys."""

    operations: Sequence[SyncOperation]
    is_list: bool

    @property
    def items(self) -> list[Json]:
        """What the journal keeps: each record with the operation and the position that it had."""
        return [
            {"operation": each.key, "entity": each.entity, "action": each.action, "index": index, "payload": record}
            for each in self.operations
            for index, record in enumerate(each.records)
        ]


def by_need(items: Sequence[Mapping[str, Json]]) -> Sequence[Mapping[str, Json]]:
    """Links and texts that were sent before the records that they belong to come after them (contract 5.3)."""
    last: dict[str, int] = {}
    early = False
    for position, item in enumerate(items):
        if item["action"] == "upsert" and item["entity"] in RESOURCES:
            last[item["entity"]] = position
        else:
            early = early or item["action"] == "upsert"
    if not early or not last:
        return items
    late = [_waits(item, position, last) for position, item in enumerate(items)]
    return [item for wait in (False, True) for item, waits in zip(items, late, strict=True) if waits is wait]


def _waits(item: Mapping[str, Json], position: int, last: Mapping[str, int]) -> bool:
    described = ALL[item["entity"]]
    if item["action"] != "upsert" or isinstance(described, Resource):
        return False
    owner = described.resource.name if isinstance(described, Translation) else described.owner
    return last.get(owner, -1) > position


def read(body: Json, *, family: str, single: bool) -> SyncRequest:
    """Raises FaultyError: every operation that is wrong, and nothing is done."""
    if not isinstance(body, dict | list):
        raise FaultyError(faults.not_operations())
    is_list = isinstance(body, list)
    members = list(enumerate(body)) if isinstance(body, list) else list(body.items())
    if any(not isinstance(given, dict) for _, given in members):
        raise FaultyError(faults.not_operations())
    wrong: list[Fault] = []
    found: list[SyncOperation] = []
    for name, given in members:
        key = _key(name, given, family)
        wrong_here = list(_faults(key, given, family, single))
        wrong += wrong_here
        if not wrong_here:
            found.append(_operation(key, given))
    if wrong:
        raise FaultyError(*wrong)
    return SyncRequest(operations=found, is_list=is_list)


def _key(name: Json, given: Mapping[str, Json], family: str) -> str:
    """Its name in the object, or its position; in the current API a list's element may name itself."""
    own = given.get("key")
    return own if isinstance(name, int) and family != V3 and isinstance(own, str) and own else str(name)


def _faults(key: str, given: Mapping[str, Json], family: str, single: bool) -> Iterator[Fault]:
    details = list(_missing(key, given, family))
    if details:
        yield faults.invalid_operation(details)
        return
    if given["entity"] in READ_ONLY:
        yield faults.read_only_entity(given["entity"])
    elif given["entity"] not in ALL:
        yield faults.unknown_entity(given["entity"])
    payload = given.get("payload")
    if family == V3 and isinstance(payload, dict):
        if single:
            yield faults.no_list()
        payload = list(payload.values())
    if payload and (not isinstance(payload, list) or any(not isinstance(record, dict) for record in payload)):
        yield faults.not_records()
    criteria = given.get("criteria")
    if criteria and not (isinstance(criteria, list) and _action(given) == "delete"):
        yield faults.no_criteria(key, str(given["action"])[:100])


def _missing(key: str, given: Mapping[str, Json], family: str) -> Iterator[str]:
    if not isinstance(given.get("entity"), str) or not given["entity"]:
        yield f'Missing "entity" argument for operation with key "{key}". It needs to be a non-empty string.'
    known = _action(given) if family == V3 else given.get("action")
    if known not in ACTIONS:
        yield (
            f'Missing or invalid "action" argument for operation with key "{key}". '
            "Supported actions are [upsert, delete]"
        )
    is_empty = not given.get("payload") and not given.get("criteria")
    if is_empty and not (family == V3 and isinstance(given.get("payload"), list | dict)):
        yield (
            f'Missing "payload"|"criteria" argument for operation with key "{key}". It needs to be a non-empty array.'
        )


def _action(given: Mapping[str, Json]) -> str:
    action = given.get("action")
    return action.lower() if isinstance(action, str) else ""


def _operation(key: str, given: Mapping[str, Json]) -> SyncOperation:
    payload = given.get("payload") or []
    return SyncOperation(
        key=key,
        entity=given["entity"],
        action=_action(given),
        records=list(payload.values()) if isinstance(payload, dict) else payload,
        criteria=given.get("criteria") or (),
    )


def is_true(header: str) -> bool:
    """As PHP filters booleans: all but these words is false."""
    return header.strip().lower() in {"1", "true", "on", "yes"}
