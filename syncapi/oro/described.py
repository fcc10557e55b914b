"""Oro's types for OpenAPI: what each resource is made of, and which of its URLs take which methods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from catalog.commands import Json
from syncapi.describing.endpoints import ANYTHING, Api, Endpoint, of_field, query, ref
from syncapi.oro.kinds import Attribute, Resource
from syncapi.oro.names import ATOMIC, ATOMIC_PATH, MEDIA_TYPE, OPERATIONS
from syncapi.oro.routes import Form, Route

_ERROR: Final = {
    "type": "object",
    "properties": {
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    **{name: {"type": "string"} for name in ("status", "title", "detail")},
                    "source": {"type": "object"},
                },
            },
        }
    },
    "required": ["errors"],
}
_OPERATION_PATHS: Final = {"{id}": "An operation", "{id}/errors": "Its errors", "{id}/results": "Its records"}


def api(resources: Mapping[str, Resource]) -> Api:
    found = [endpoint for name in resources for endpoint in _of(name)]
    return Api(
        title="OroCommerce",
        description="JSON:API: resources, lists that are written as operations, and the operations themselves.",
        endpoints=(*found, *_operations(), _atomic()),
        error=_ERROR,
        media=MEDIA_TYPE,
        promised=ref("asyncoperation"),
        schemas={name: _document(resource) for name, resource in resources.items()} | {"asyncoperation": ANYTHING},
    )


def _of(type: str) -> Iterator[Endpoint]:
    for route, path in ((Route(form=Form.LIST, type=type), type), (Route(form=Form.ITEM, type=type), f"{type}/{{id}}")):
        for method in route.methods:
            if method != "OPTIONS":
                yield _endpoint(method, f"/api/{path}", route)


def _endpoint(method: str, path: str, route: Route) -> Endpoint:
    listed = route.form is Form.LIST
    bulk = listed and method == "PATCH"
    one = ref(route.type)
    many = {"type": "object", "properties": {"data": {"type": "array"}, "included": {"type": "array"}}}
    return Endpoint(
        method=method,
        path=path,
        name=f"{method.lower()}_{route.type}{'' if listed else '_id'}",
        summary=f"{method} {route.form.value} ({route.type})",
        tag=route.type,
        media=MEDIA_TYPE,
        body={"POST": one, "PATCH": many if listed else one}.get(method),
        answers={"202": ("Accepted.", ref("asyncoperation"))} if bulk else {"2XX": ("Done.", many if listed else one)},
        parameters=(query("page[size]", {"type": "integer"}),) if listed and method == "GET" else (),
    )


def _operations() -> Iterator[Endpoint]:
    for path, summary in _OPERATION_PATHS.items():
        yield Endpoint(
            method="GET",
            path=f"/api/{OPERATIONS}/{path}",
            name=f"get_{OPERATIONS}_{path.partition('/')[2] or 'id'}",
            summary=summary,
            tag=OPERATIONS,
            answers={"200": ("As asked for.", ANYTHING)},
        )


def _atomic() -> Endpoint:
    return Endpoint(
        method="POST",
        path=f"/api/{ATOMIC_PATH}",
        name="post_atomic_operations",
        summary="Several operations, all or none",
        tag=ATOMIC_PATH,
        media=f'{MEDIA_TYPE};ext="{ATOMIC}"',
        body={"type": "object", "properties": {"atomic:operations": {"type": "array"}}},
        answers={"200": ("All are done.", ANYTHING), "204": ("All are done.", None)},
    )


def _attribute(attribute: Attribute) -> Json:
    described = of_field(attribute.spec, attribute.words)
    return described if attribute.writable else {**described, "readOnly": True}


def _document(resource: Resource) -> Json:
    attributes = {name: _attribute(each) for name, each in resource.attributes.items()}
    relations = {name: {"type": "object"} for name in resource.relations}
    data = {
        "type": "object",
        "properties": {
            "type": {"const": resource.type},
            "id": {"type": "string"},
            "attributes": {"type": "object", "properties": attributes},
            "relationships": {"type": "object", "properties": relations},
        },
        "required": ["type"],
    }
    return {"type": "object", "properties": {"data": data, "included": {"type": "array"}}, "required": ["data"]}
