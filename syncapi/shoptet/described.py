"""Shoptet's routes for OpenAPI."""

from __future__ import annotations

import re
from typing import Final

from syncapi.describing.endpoints import ANYTHING, Api, Endpoint
from syncapi.shoptet.routes import Route, RouteTable

_UNNAMED: Final = re.compile(r"[^A-Za-z0-9]+")
_VARIABLE: Final = re.compile(r":(\w+)")
_ERROR: Final = {
    "type": "object",
    "properties": {
        "data": {"type": "null"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("errorCode", "message", "instance")},
            },
        },
    },
}
_SCHEMES: Final = {
    name: {"type": "apiKey", "in": "header", "name": header}
    for name, header in (("private", "Shoptet-Private-API-Token"), ("addon", "Shoptet-Access-Token"))
}


def api(table: RouteTable) -> Api:
    return Api(
        title="Shoptet",
        description="Jobs, snapshots, batches from files, images and webhooks.",
        endpoints=tuple(_of(route) for route in table.routes),
        error=_ERROR,
        schemes=_SCHEMES,
    )


def _of(route: Route) -> Endpoint:
    return Endpoint(
        method=route.method,
        path=f"/api/{_VARIABLE.sub(_braced, route.path)}",
        name=_UNNAMED.sub("_", route.name).strip("_").lower(),
        summary=route.name.replace(":", ""),
        tag=route.path.partition("/")[0],
        body={"type": "object"} if route.method in {"POST", "PATCH"} else None,
        answers={"2XX": ("`data` has what was asked for or done; 202 with a `jobId` when it is a job.", ANYTHING)},
        repeatable=not route.is_secret,
    )


def _braced(found: re.Match[str]) -> str:
    return f"{{{found[1]}}}"
