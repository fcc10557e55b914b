"""Magento's routes for OpenAPI, each in its forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from catalog.commands import Json
from syncapi.describing.endpoints import ANYTHING, Api, Endpoint, query, ref
from syncapi.magento.routes import Form, Route, RouteTable, Shows, WriteRoute
from syncapi.magento.shapes import OF_DTO, OF_ENTITY, OF_PATH, SCHEMAS

_UNNAMED: Final = re.compile(r"[^A-Za-z0-9]+")
_ERROR: Final = {
    "type": "object",
    "properties": {"message": {"type": "string"}, "parameters": {"type": ["object", "array"]}},
    "required": ["message"],
}


def api(table: RouteTable) -> Api:
    return Api(
        title="Magento",
        description="Synchronous, asynchronous and bulk routes of stores; `{store}` is a store's code or `all`.",
        endpoints=tuple(endpoint for route in table.routes for form in route.forms for endpoint in _of(route, form)),
        error=_ERROR,
        schemas=SCHEMAS,
    )


def _of(route: Route, form: Form) -> Iterator[Endpoint]:
    segments = "/".join(f"{{{part[1:]}}}" if part[0] == ":" else part for part in route.segments(form))
    path = "/".join(filter(None, ("/rest/{store}", form.value, "V1", segments)))
    done = ("Done.", _answer(route))
    yield Endpoint(
        method=route.method,
        path=path,
        name=_UNNAMED.sub("_", f"{route.method} {form.value} {segments}").strip("_").lower(),
        summary=f"{route.method} {route.path.replace(':', '')}" + (f" ({form.value})" if form.value else ""),
        tag=route.path.partition("/")[0],
        body=_body(route, form),
        answers={"200": done} if form is Form.SYNC else {"202": ("Accepted.", ref("Accepted"))},
        parameters=(query("fields", {"type": "string"}, "Members to be shown."),) if form is Form.SYNC else (),
        is_open=route.is_open,
        repeatable=not route.is_open,
    )


def _body(route: Route, form: Form) -> Json:
    if route.method not in {"POST", "PUT"} and form is not Form.BULK:
        return None
    dto = route.dto if isinstance(route, WriteRoute) else ""
    one = {"type": "object", **({"properties": {dto: ref(OF_DTO[dto])}, "required": [dto]} if dto else {})}
    return {"type": "array", "items": one} if form is Form.BULK else one


def _answer(route: Route) -> Json:
    """Of the synchronous form."""
    if not isinstance(route, WriteRoute):
        return OF_PATH.get(route.path, ANYTHING) if route.method == "GET" else ANYTHING
    match route.shows:
        case Shows.TRUE:
            return {"type": "boolean"}
        case Shows.NUMBER:
            return {"type": "integer"}
        case Shows.OPTION:
            return {"type": "string"}
        case Shows.ERRORS:
            return ref("Messages")
    return {"type": "boolean"} if route.method == "DELETE" else ref(OF_ENTITY[route.entity])
