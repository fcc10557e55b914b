"""The result of a job that uploads: what became of each image or file, in the order of the request (contract 6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID

import orjson

from asyncops import downloading, journal
from asyncops.journal import ItemView
from asyncops.models import Download, Operation
from catalog.commands import Json
from syncapi.shoptet import names, pictures, wording
from syncapi.shoptet.moments import written
from syncapi.shoptet.parsing import uploads
from syncapi.shoptet.refusals import Fault


def content(operation: Operation) -> Iterator[bytes]:
    """At most a hundred of them, so they fit into one piece."""
    rows = {row.index: row for row in downloading.of(operation)}
    views, priorities = list(journal.items(operation, with_payload=True)), _priorities(operation)
    stored = [view for view in views if not view.errors and view.index in rows]
    images = [image(view, rows[view.index], operation, priorities) for view in stored]
    errors = [fault.body for view in views for fault in faults(view, operation)]
    yield orjson.dumps({"data": {"images": images}, "errors": errors})


def image(view: ItemView, row: Download, operation: Operation, priorities: Mapping[str, int]) -> dict[str, Json]:
    name = uploads.name_of(view.payload, content_hash=row.content_hash, extension=row.extension)
    told: dict[str, Json] = {"index": view.index, "name": name, "md5": row.md5}
    if operation.kind != names.FILES:
        asked = view.payload.get("priority", view.payload.get(uploads.POSITION))
        told |= {"gallery": operation.context["gallery"], "priority": priorities.get(name, asked)}
    created: datetime | None = row.ended_at
    return {**told, "created": written(created), "sourceUrl": uploads.url_of(view.payload)}


def _priorities(operation: Operation) -> dict[str, int]:
    """Where the images of the gallery stand, by name: one that was there already has kept its place."""
    if operation.kind == names.FILES:
        return {}
    there = pictures.named([UUID(operation.context["product"])])
    gallery = there.filter(shown_gallery=operation.context["gallery"])
    return dict(gallery.values_list("shown_name", "position"))


def faults(view: ItemView, operation: Operation) -> list[Fault]:
    at = f"{place(operation)}[{view.index}]"
    name = str((view.payload or {}).get("name", ""))
    return [wording.fault(error, at=at, entity="image", name=name) for error in wording.telling(view.errors)]


def place(operation: Operation) -> str:
    """Where the request has its items."""
    return "data" if operation.kind == names.FILES else "data.images"
