"""Shopware's routes for OpenAPI: the actions as they are, those of entities for every entity."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from syncapi.describing.endpoints import ANYTHING, Api, Endpoint

_UNNAMED: Final = re.compile(r"[^A-Za-z0-9]+")
_ERROR: Final = {
    "type": "object",
    "properties": {"errors": {"type": "array", "items": {"type": "object"}}},
    "required": ["errors"],
}
_WRITING: Final = frozenset({"POST", "PATCH"})


def api(routes: Mapping[str, Mapping[str, str]], open_routes: Iterable[str]) -> Api:
    """`routes`: method -> name of the route, by pattern."""
    return Api(
        title="Shopware",
        description="The Sync API and the Admin API; the same paths below `/api/v3` are the older version.",
        endpoints=tuple(
            endpoint for pattern, methods in routes.items() for endpoint in _of(pattern, methods, set(open_routes))
        ),
        error=_ERROR,
    )


def _of(pattern: str, methods: Mapping[str, str], open_routes: set[str]) -> Iterator[Endpoint]:
    path = pattern.replace("{e}", "{entity}")
    for method, name in methods.items():
        yield Endpoint(
            method=method,
            path=f"/api/{path}",
            name=_UNNAMED.sub("_", f"{method} {path}").strip("_").lower(),
            summary=name.replace("_", " "),
            tag=path.partition("/")[0].strip("{}"),
            body={"type": ["object", "array"]} if method in _WRITING else None,
            answers={"2XX": ("Done, or what was asked for.", ANYTHING)},
            is_open=name in open_routes,
            repeatable=name not in open_routes,
        )
