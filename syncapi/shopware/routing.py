"""From a path below /api to what is asked for: the API's age, the route, its variables. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from syncapi.shopware import faults
from syncapi.shopware.drafts import V3
from syncapi.shopware.faults import Fault, FaultyError
from syncapi.shopware.schema import PATHS

_VERSION: Final = re.compile(r"v[0-9]+")
_OLD: Final = ("v2", "v3")

# method -> route, by pattern: `{e}` is an entity, `{name}` anything, `{rest}` all that follows
ROUTES: Final[Mapping[str, Mapping[str, str]]] = {
    "oauth/token": {"POST": "token"},
    "_action/sync": {"POST": "sync"},
    "_action/sync/{operation}": {"GET": "sync_status"},
    "_action/indexing": {"POST": "indexing"},
    "_action/indexing/{indexer}": {"POST": "indexing_step"},
    "_action/index": {"POST": "index"},
    "_action/index-products": {"POST": "index_products"},
    "_action/clone/{e}/{id}": {"POST": "clone"},
    "_action/media/{id}/upload": {"POST": "upload"},
    "_info/version": {"GET": "version"},
    "_info/config": {"GET": "config"},
    "_info/entity-schema.json": {"GET": "entity_schema"},
    "_info/open-api-schema.json": {"GET": "entity_schema"},
    "_info/openapi3.json": {"GET": "openapi"},
    "_info/routes": {"GET": "routes"},
    "_info/queue.json": {"GET": "queue"},
    "_info/message-stats.json": {"GET": "message_stats"},
    "_info/health-check": {"GET": "health"},
    "search/{e}": {"POST": "search"},
    "search-ids/{e}": {"POST": "search_ids"},
    "search/{e}/{id}/{rest}": {"POST": "search_nested"},
    "search-ids/{e}/{id}/{rest}": {"POST": "search_ids_nested"},
    "{e}": {"GET": "list", "POST": "create"},
    "{e}/{id}": {"GET": "detail", "PATCH": "update", "DELETE": "delete"},
    "{e}/{id}/{rest}": {"GET": "nested", "POST": "create_nested", "PATCH": "update_nested", "DELETE": "delete_nested"},
}
FIRST_SEGMENTS: Final = PATHS | {pattern.partition("/")[0] for pattern in ROUTES if not pattern.startswith("{")}
OPEN: Final = frozenset({"token", "health"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """`family`: "v3" or "". `prefix`: of the paths of its family. `path`: the pattern's variables."""

    name: str
    family: str
    path: Mapping[str, str]
    asked: tuple[str, str]  # the path below /api and the method, as they came

    @property
    def absent(self) -> FaultyError:
        """For what the pattern fits, and there is none."""
        path, method = self.asked
        return FaultyError(faults.no_route(f"/api{path}", method))

    @property
    def prefix(self) -> str:
        return f"/api/{V3}" if self.family else "/api"

    @property
    def entity(self) -> str:
        return self.path.get("e", "").replace("-", "_")

    @property
    def rest(self) -> list[str]:
        """The further segments: association, id, association, ..."""
        return self.path["rest"].split("/") if "rest" in self.path else []


def find(path: str, method: str) -> Route:
    """`path`: below /api, decoded. Raises FaultyError: 404, or 405 with the methods that it takes."""
    segments = path.strip("/").split("/")
    family = ""
    if _VERSION.fullmatch(segments[0]):
        version, *segments = segments
        family = V3
        if version not in _OLD and not (version == "v1" and segments == ["_info", "version"]):
            raise FaultyError(_no_version(version))
    wanted = "GET" if method == "HEAD" else method
    for pattern, methods in ROUTES.items():
        variables = _match(pattern.split("/"), segments)
        if variables is not None:
            if wanted not in methods:
                raise FaultyError(_not_allowed(path, method, methods), headers={"Allow": ", ".join(methods)})
            return Route(name=methods[wanted], family=family, path=variables, asked=(path, method))
    raise FaultyError(faults.no_route(f"/api{path}", method))


def _match(pattern: Sequence[str], segments: Sequence[str]) -> dict[str, str] | None:
    found: dict[str, str] = {}
    for position, part in enumerate(pattern):
        if part == "{rest}" and len(segments) > position:
            return {**found, "rest": "/".join(segments[position:])}
        if position >= len(segments):
            return None
        segment = segments[position]
        if part == "{e}" and segment not in PATHS:
            return None
        if part.startswith("{"):
            found[part[1:-1]] = segment
        elif part != segment:
            return None
    return found if len(pattern) == len(segments) else None


def _no_version(version: str) -> Fault:
    detail = f"Requested api version {version} not available, available versions are v2, v3."
    return Fault(code="0", status=404, title="Not Found", detail=detail)


def _not_allowed(path: str, method: str, methods: Mapping[str, str]) -> Fault:
    detail = f'No route found for "{method} /api{path}": Method Not Allowed (Allow: {", ".join(methods)})'
    return Fault(code="0", status=405, title="Method Not Allowed", detail=detail)
