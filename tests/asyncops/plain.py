"""The simplest dialect there can be, for scenes that are about the engine: an item names a SKU and its values."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from io import BufferedReader

import orjson
from django.utils import timezone

from asyncops import bodies, intake
from asyncops.bodies import BodyFile, Pieces
from asyncops.dialects import BodyRefused, ItemRefused, Notice
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
            return Delete(entity="manufacturer", key=Reference("id", item["id"]), optional=True)
        values = {name: value for name, value in item.items() if name not in ("sku", "maker")}
        if "maker" in item:
            values["manufacturer"] = Reference("id", item["maker"])
        key = Reference("sku", item["sku"])
        if kind == "delete":
            return Delete(entity="product", key=key)
        return Upsert(entity="product", key=key, values=values)

    def split(
        self,
        kind: str,
        body: Pieces,
        context: Mapping[str, Json],
        *,
        size: int,
        remark: Callable[[FieldError], None],
    ) -> Iterator[list[Json]]:
        """A line is an item; one that begins with # is only remarked on, one that is no JSON spoils the body."""
        lines = BufferedReader(BodyFile(body))
        part: list[Json] = []
        for number, line in enumerate(lines):
            if line.startswith(b"#"):
                remark(_fault(number, "a comment"))
                continue
            try:
                part.append(orjson.loads(line))
            except orjson.JSONDecodeError:
                raise BodyRefused(_fault(number, "no JSON")) from None
            if len(part) == size:
                yield part
                part = []
        if part:
            yield part

    def webhook_body(self, notice: Notice) -> tuple[str, bytes]:
        instance = str(notice.record or notice.operation or "test")
        told = {"organization": notice.organization, "event": notice.event, "instance": instance}
        return instance, json.dumps(told).encode()


def _fault(line: int, message: str) -> FieldError:
    return FieldError(path=f"/{line}", code=ErrorCode.DIALECT, params={"message": message})


def submission(*items: Json, kind: str = "save", policy: Policy = Policy.EACH) -> Submission:
    return Submission(dialect="plain", kind=kind, entity="product", items=items, policy=policy)


def send(by: Caller, *items: Json, kind: str = "save", policy: Policy = Policy.EACH) -> Operation:
    return intake.accept(submission(*items, kind=kind, policy=policy), by=by)


def stream(by: Caller, *lines: Json, policy: Policy = Policy.EACH) -> Operation:
    """Accept a body of such lines, which a worker splits. Bytes stand for themselves."""
    texts = [line if isinstance(line, bytes) else orjson.dumps(line) for line in lines]
    body = bodies.store([b"\n".join(texts)], now=timezone.now())
    return intake.accept_body(submission(policy=policy), body, by=by)


def item(sku: str, **values: Json) -> dict[str, Json]:
    return {"sku": sku, **values}
