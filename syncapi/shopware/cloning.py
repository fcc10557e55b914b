"""A copy of a record with all that belongs to it: texts, children, links. Queries grow with the depth alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from rest_framework.response import Response

from asyncops.intake import TooManyItems
from catalog.commands import Json
from catalog.plans import plan
from syncapi.exchange import ApiRequest
from syncapi.shopware import changing, contexts, exploring, faults, jsonvalues, privileges, reading
from syncapi.shopware.criteria import Criteria
from syncapi.shopware.faults import FaultyError
from syncapi.shopware.reading import Eyes, Shown
from syncapi.shopware.routing import Route
from syncapi.shopware.schema import RESOURCES, Arity, Association, Resource

_TREE: Final = "children"
_PRICES: Final = ("price", "purchasePrices")


def clone(request: ApiRequest, route: Route) -> Response:
    """`{"overwrites": {...}, "cloneChildren": true}` -> `{"id": ...}` of the copy. Raises FaultyError."""
    resource, id = exploring.resource_of(route), exploring.id_of(route.path["id"])
    for action in ("view", "add"):
        privileges.demand(resource.name, [action], by=request.caller)
    body = request.data if request.body_read else {}
    asked = body if isinstance(body, dict) else {}
    overwrites = asked.get("overwrites") or {}
    if not isinstance(overwrites, dict):
        raise FaultyError(faults.invalid_parameter("overwrites"))
    copies = Copies(with_tree=asked.get("cloneChildren") not in (False, 0, "0", "false", ""))
    copied = copies.of(resource, [id]).get(id)
    if copied is None:
        raise FaultyError(faults.no_resource(resource.name, id.hex))
    item = changing.item_of(resource.name, "create", _merged(copied, overwrites))
    outcome = changing.write(request, route, resource, item)
    assert outcome.id is not None, "a record that was written has an id"
    return Response({"id": outcome.id.hex})


@dataclass(kw_only=True, slots=True)
class Copies:
    """`with_tree`: what stands below a record in its own tree is copied too."""

    with_tree: bool
    ids: dict[str, str] = field(default_factory=dict)  # of the copies, by those of the records

    def of(self, resource: Resource, ids: Sequence[UUID]) -> dict[UUID, Shown]:
        """As they would be sent to be created. Raises TooManyItems."""
        found = {UUID(each["id"]): self._own(resource, each) for each in reading.read(resource, ids, _ALL, Eyes())}
        if len(self.ids) > settings.MAX_ITEMS:
            raise TooManyItems(limit=settings.MAX_ITEMS)
        if not found:
            return {}
        for owner, texts in _texts(resource, list(found)):
            found[owner].setdefault("translations", {}).update(texts)
        for association in resource.associations.values():
            if association.arity is Arity.LINKS:
                self._link(resource, association, found)
            elif association.arity is Arity.CHILDREN and (self.with_tree or association.name != _TREE):
                self._bring_along(resource, association, found)
        for copied in found.values():
            if copied.get("coverId") in self.ids:
                copied["coverId"] = self.ids[copied["coverId"]]
        return found

    def _own(self, resource: Resource, shown: Shown) -> Shown:
        self.ids[shown["id"]] = contexts.new_id()
        names = [*(name for name in resource.fields if name not in resource.protected), *_PRICES]
        return {"id": self.ids[shown["id"]]} | {n: shown[n] for n in names if shown.get(n) is not None}

    def _link(self, resource: Resource, association: Association, found: Mapping[UUID, Shown]) -> None:
        for owner, other in _pairs(resource, association, found):
            found[owner].setdefault(association.name, []).append({"id": other.hex})

    def _bring_along(self, resource: Resource, association: Association, found: Mapping[UUID, Shown]) -> None:
        target = RESOURCES[association.target]
        linked = _pairs(resource, association, found)
        belonging = "parentId" if association.name == _TREE else target.property_of(target.named.parent)
        copies = self.of(target, [other for _, other in linked]) if linked else {}
        for owner, other in linked:
            copied = {name: value for name, value in copies[other].items() if name != belonging}
            found[owner].setdefault(association.name, []).append(copied)


_ALL: Final = Criteria()


def _pairs(resource: Resource, association: Association, found: Mapping[UUID, Any]) -> list[tuple[UUID, UUID]]:
    return reading.pairs(resource, association, RESOURCES[association.target], found)


def _texts(resource: Resource, ids: Sequence[UUID]) -> list[tuple[UUID, Shown]]:
    """(record, {language: texts}) of the languages beside the system's."""
    if not resource.spec.translated:
        return []
    current = plan(resource.spec.name)
    model = current.model._meta.get_field("translations").related_model
    rows = model._default_manager.filter(**{f"{current.owner}__in": ids}).values()  # type: ignore[union-attr]
    return [
        (
            row[current.owner],
            {row["language_id"].hex: {n: jsonvalues.of(row[f.column]) for n, f in resource.translated.items()}},
        )
        for row in rows
    ]


def _merged(copied: Json, overwrites: Mapping[str, Json]) -> Shown:
    """Objects are merged, whatever else is sent takes its place."""
    merged = dict(copied)
    for name, value in overwrites.items():
        old = merged.get(name)
        merged[name] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged
