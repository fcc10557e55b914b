"""The simplest dialect there can be, for scenes that are about the engine: an item names a SKU and its values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from asyncops import intake
from asyncops.dialects import ItemRefused
from asyncops.models import Operation
from asyncops.submissions import Caller, Submission
from catalog.commands import Command, Delete, Json, Policy, Reference, Upsert
from catalog.outcomes import ErrorCode, FieldError


class Plain:
    name = "plain"
    lifetime = timedelta(days=1)

    def parse(self, kind: str, item: Json, context: Mapping[str, Json]) -> Command:
        if not isinstance(item, dict):
            raise ItemRefused(FieldError(path="", code=ErrorCode.TYPE, params={"expected": "object"}))
        if kind == "maker":
            key = Reference("id", item["id"])
            return Upsert(entity="manufacturer", key=key, values={"name": item["name"]})
        if kind == "delete maker":
            return Delete(entity="manufacturer", key=Reference("id", item["id"]))
        values = {name: value for name, value in item.items() if name not in ("sku", "maker")}
        if "maker" in item:
            values["manufacturer"] = Reference("id", item["maker"])
        key = Reference("sku", item["sku"])
        if kind == "delete":
            return Delete(entity="product", key=key)
        return Upsert(entity="product", key=key, values=values)

    def missing_is_refused(self, kind: str) -> bool:
        return kind == "delete"


def submission(*items: Json, kind: str = "save", policy: Policy = Policy.EACH) -> Submission:
    return Submission(dialect="plain", kind=kind, entity="product", items=items, policy=policy)


def send(by: Caller, *items: Json, kind: str = "save", policy: Policy = Policy.EACH) -> Operation:
    return intake.accept(submission(*items, kind=kind, policy=policy), by=by)


def item(sku: str, **values: Json) -> dict[str, Json]:
    return {"sku": sku, **values}
