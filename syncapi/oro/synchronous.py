"""What a caller who waited for a list gets: the records as they are now, under his labels (contract 11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from asyncops.journal import ItemView
from asyncops.models import LocalRecord, Operation
from catalog.commands import Json
from syncapi.oro import loading, operations
from syncapi.oro.kinds import Resource
from syncapi.oro.loading import Lens
from syncapi.oro.names import RESOURCES
from syncapi.oro.places import Places
from syncapi.oro.queries import Query


def document(
    operation: Operation, views: Sequence[ItemView], ids: Mapping[int, UUID], resource: Resource, places: Places
) -> dict[str, Json]:
    """`ids` of the records by index."""
    lens = Lens(query=Query(), places=places, external=bool(operation.context.get("external")))
    shown = {one["id"]: one for one in loading.show(resource, list(dict.fromkeys(ids.values())), lens)}
    by_id = loading.shown_ids(resource, set(ids.values()), lens)
    data = [
        _labelled(shown[by_id[ids[view.index]]], "dataId", operations.label_of(view))
        for view in views
        if view.index in ids
    ]
    body: dict[str, Json] = {"data": data}
    if included := list(_included(operation, views, lens)):
        body["included"] = included
    return body


def _labelled(one: Json, name: str, label: str | None) -> Json:
    return one if label is None else {**one, "meta": {name: label}}


def _included(operation: Operation, views: Sequence[ItemView], lens: Lens) -> Sequence[Json]:
    """The records of `included`, in their order."""
    known = {row.name: row.record_id for row in LocalRecord.objects.filter(operation_id=operation.pk).order_by("name")}
    labels: dict[int, tuple[str, str]] = {}
    for view in views:
        for place, other in (view.payload[1] if isinstance(view.payload, list) else {}).items():
            labels[int(place)] = other["type"], str(other.get("id", other.get("lid")))
    by_type: dict[str, list[UUID]] = {}
    for type, label in labels.values():
        if (id := known.get(f"{type}/{label}")) is not None:
            by_type.setdefault(type, []).append(id)
    shown = {type: _by_record(RESOURCES[type], ids, lens) for type, ids in by_type.items()}
    found = []
    for _, (type, label) in sorted(labels.items()):
        one = shown.get(type, {}).get(known.get(f"{type}/{label}"))
        if one is not None:
            found.append(_labelled(one, "includeId", label))
    return found


def _by_record(resource: Resource, ids: Sequence[UUID], lens: Lens) -> dict[UUID | None, Json]:
    by_id = loading.shown_ids(resource, set(ids), lens)
    shown = {one["id"]: one for one in loading.show(resource, ids, lens)}
    return {id: shown[by_id[id]] for id in ids if id in by_id}
