"""Shoptet's routes for OpenAPI: what each takes is what it checks, and what it answers is its schema here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from asyncops.network_models import DeliveryStatus, Event
from catalog.commands import Json
from syncapi.describing.endpoints import Api, Endpoint, query, ref
from syncapi.shoptet.names import GALLERIES, Status
from syncapi.shoptet.routes import Route, RouteTable
from syncapi.shoptet.schema import Schema

_UNNAMED: Final = re.compile(r"[^A-Za-z0-9]+")
_VARIABLE: Final = re.compile(r":(\w+)")
_TEXT: Final[Schema] = {"type": "string"}
_MAYBE: Final[Schema] = {"type": ["string", "null"]}
_WHOLE: Final[Schema] = {"type": "integer"}
_SCHEMES: Final = {
    name: {"type": "apiKey", "in": "header", "name": header}
    for name, header in (("private", "Shoptet-Private-API-Token"), ("addon", "Shoptet-Access-Token"))
}


def _object(**properties: Json) -> Schema:
    """All of them are always there."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _list(of: Json) -> Schema:
    return {"type": "array", "items": of}


_FAULT: Final = _object(errorCode=_TEXT, message=_TEXT, instance=_TEXT)
_METADATA: Final = _object(requestId=_TEXT)
_ERROR: Final = _object(data={"type": "null"}, errors=_list(_FAULT), metadata=_METADATA)
_PAGINATOR: Final = _object(**dict.fromkeys(("totalCount", "page", "pageCount", "itemsOnPage", "itemsPerPage"), _WHOLE))
_IN_ROW: Final = {
    "jobId": {"type": "string", "pattern": "^[a-z0-9]{7}$"},
    "endpoint": _TEXT,
    "creationTime": _TEXT,
    "completionTime": _MAYBE,
    "status": {"enum": list(Status)},
    "validUntil": _MAYBE,
    "language": _MAYBE,
}
_IN_JOB: Final = {**_IN_ROW, "duration": _MAYBE, "resultUrl": _MAYBE, "log": _MAYBE}


def _job(**members: Json) -> Schema:
    """Only a dry run has `dryRun`."""
    schema = _object(**members)
    return {**schema, "properties": {**schema["properties"], "dryRun": {"const": True}}}


_WEBHOOK: Final = _object(
    id=_WHOLE, event={"enum": list(Event)}, url=_TEXT, created=_TEXT, updated=_MAYBE, sendPayload=_MAYBE
)
_NOTIFICATION: Final = _object(
    id=_WHOLE,
    webhookId=_WHOLE,
    webhookUrl=_TEXT,
    event={"enum": list(Event)},
    eventCreated=_TEXT,
    created=_TEXT,
    attempted=_MAYBE,
    attempts=_WHOLE,
    status={"enum": list(DeliveryStatus)},
    active={"type": "boolean"},
    data=_object(eshopId=_WHOLE, event=_TEXT, eventCreated=_TEXT, eventInstance=_TEXT),
)
_IMAGE: Final = _object(
    name=_TEXT,
    priority=_WHOLE,
    description=_MAYBE,
    changeTime=_TEXT,
    seoName=_TEXT,
    cdnName=_TEXT,
    signedCdnNames=_list(_TEXT),
    isMainImage={"type": "boolean"},
    gallery={"enum": list(GALLERIES)},
)
# The `data` of good answers, by the name that a route gives.
DATA: Final[Mapping[str, Schema]] = {
    "Nothing": {"type": "null"},
    "Job accepted": _object(jobId=_IN_ROW["jobId"]),
    "Jobs": _object(jobs=_list(_job(**_IN_ROW)), paginator=_PAGINATOR),
    "Job detail": _job(**_IN_JOB, job=_job(**_IN_JOB)),
    "Images": _object(images=_list(_IMAGE)),
    "File": _object(image=_object(name=_TEXT, created=_TEXT)),
    "Webhook": _object(webhook=_WEBHOOK),
    "Webhooks made": _object(webhooks=_list(_WEBHOOK)),
    "Webhooks": _object(webhooks=_list(_WEBHOOK), paginator=_PAGINATOR),
    "Notifications": _object(notifications=_list(_NOTIFICATION), paginator=_PAGINATOR),
    "Signature key": _object(signatureKey={"type": "string", "pattern": "^[0-9a-f]{32}$"}),
}
_PAGES: Final = {name: {"type": "integer", "minimum": 1} for name in ("page", "itemsPerPage")}
_TIMES: Final = ("creationTimeFrom", "creationTimeTo")
_QUERIES: Final[Mapping[str, Mapping[str, Json]]] = {
    "GET system/jobs": {
        "status": {"enum": list(Status)},
        **dict.fromkeys((*_TIMES, "completionTimeFrom", "completionTimeTo"), _TEXT),
        **_PAGES,
    },
    "GET system/jobs/:job": {"wait": {"type": "integer", "minimum": 0}},
    "GET products/snapshot": dict.fromkeys(
        (
            "include", "productCodes", "productGuids", *_TIMES, "changeTimeFrom", "changeTimeTo", "visibility", "type",
            "brandName", "brandCode", "defaultCategoryGuid", "categoryGuid", "flag", "language",
        ),
        _TEXT,
    ),
    "GET webhooks": _PAGES,
    "GET webhooks/notifications": {
        "status": {"enum": list(DeliveryStatus)},
        "event": {"enum": list(Event)},
        "active": {"type": "boolean"},
        "from": _TEXT,
        **_PAGES,
    },
}  # fmt: skip


def api(table: RouteTable) -> Api:
    return Api(
        title="Shoptet",
        description="Jobs, snapshots, batches from files, images and webhooks.",
        endpoints=tuple(_of(route) for route in table.routes),
        error=_ERROR,
        promised=ref(_named("Job accepted")),
        schemas={_named(name): _envelope(data) for name, data in DATA.items()},
        schemes=_SCHEMES,
    )


def _of(route: Route) -> Endpoint:
    return Endpoint(
        method=route.method,
        path=f"/api/{_VARIABLE.sub(_braced, route.path)}",
        name=_UNNAMED.sub("_", route.name).strip("_").lower(),
        summary=route.name.replace(":", ""),
        tag=route.path.partition("/")[0],
        body=_anchored(route.body),
        answers={str(route.status): (f"{route.answers}.", ref(_named(route.answers)))},
        parameters=tuple(query(name, schema) for name, schema in _QUERIES.get(route.name, {}).items()),
        repeatable=not route.is_secret,
    )


def _anchored(schema: Json) -> Json:
    """Patterns here are of the whole text; JSON Schema's match anywhere in it."""
    if isinstance(schema, Mapping):
        return {name: f"^{part}$" if name == "pattern" else _anchored(part) for name, part in schema.items()}
    return schema


def _envelope(data: Schema) -> Schema:
    """`errors` beside data: what was left out of several."""
    return _object(data=data, errors={"type": ["array", "null"], "items": _FAULT}, metadata=_METADATA)


def _named(answer: str) -> str:
    return answer.title().replace(" ", "")


def _braced(found: re.Match[str]) -> str:
    return f"{{{found[1]}}}"
