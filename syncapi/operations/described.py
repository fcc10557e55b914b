"""The operations API for OpenAPI."""

from __future__ import annotations

from typing import Final

from asyncops.results import ResultSet
from asyncops.states import State
from catalog.commands import Json
from syncapi.describing.endpoints import ANYTHING, Api, Endpoint, query, ref
from syncapi.operations import parsing

_WHEN: Final = {"type": ["string", "null"], "format": "date-time"}
_COUNTS: Final = ("total", "created", "updated", "unchanged", "deleted", "refused", "untouched")
_OPERATION: Final = {
    "type": "object",
    "properties": {
        "operation": {"type": "string", "format": "uuid"},
        **{name: {"type": "string"} for name in ("dialect", "kind", "entity", "endpoint", "policy", "user")},
        "dry_run": {"type": "boolean"},
        "parent": {"type": ["string", "null"], "format": "uuid"},
        "repeats": {"type": ["string", "null"]},
        "state": {"enum": list(State.values)},
        "is_final": {"type": "boolean"},
        "counts": {"type": "object", "properties": {name: {"type": "integer"} for name in _COUNTS}},
        "progress": {
            "type": "object",
            "properties": {
                **{name: {"type": "integer"} for name in ("processed", "total")},
                **{name: {"type": ["number", "null"]} for name in ("rate", "remaining_seconds")},
            },
        },
        **dict.fromkeys(("accepted_at", "started_at", "finished_at", "cancel_requested_at", "expires_at"), _WHEN),
        "links": {"type": "object", "additionalProperties": {"type": "string"}},
    },
    "required": ["operation", "state", "is_final", "counts", "links"],
}
_PAGE: Final = {
    "type": "object",
    "properties": {
        "operations": {"type": "array", "items": ref("Operation")},
        "next": {"type": ["string", "null"]},
    },
    "required": ["operations", "next"],
}
_ERROR: Final = {
    "type": "object",
    "properties": {
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "title": {"type": "string"},
        "params": {"type": "object"},
    },
    "required": ["status", "code", "title"],
}
_FILTERS: Final[dict[str, Json]] = {
    "parent": {"type": "string", "format": "uuid"},
    "dry_run": {"type": "boolean"},
    "accepted_from": {"type": "string", "format": "date-time"},
    "accepted_before": {"type": "string", "format": "date-time"},
    "limit": {"type": "integer", "minimum": 1, "maximum": parsing.MOST, "default": parsing.LIMIT},
}
_ONE: Final = "/operations/{uuid}"


def api() -> Api:
    return Api(
        title="Operations",
        description="Every operation of one's organization, whatever API accepted it.",
        endpoints=(*_reading(), *_acting()),
        error=_ERROR,
        schemas={"Operation": _OPERATION, "Page": _PAGE},
    )


def _reading() -> tuple[Endpoint, ...]:
    filters = tuple(query(name, _FILTERS.get(name, {"type": "string"})) for name in parsing.PARAMETERS)
    known = {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}
    one = {"200": ("The operation.", ref("Operation")), "304": ("It is as it was.", None)}
    files = [*ResultSet, "changes"]
    return (
        _get("/operations", "list", "The latest first", {"200": ("A page.", ref("Page"))}, *filters),
        _get(_ONE, "show", "One operation", one, known),
        _get(f"{_ONE}/events", "events", "Server-sent events until it ends", {"200": ("A stream.", ANYTHING)}),
        *(_get(f"{_ONE}/{name}.jsonl", name, f"JSON Lines: {name}", {"200": ("A file.", ANYTHING)}) for name in files),
    )


def _acting() -> tuple[Endpoint, ...]:
    child = {"202": ("A new operation.", ref("Operation"))}
    ended = {"200": ("It has ended.", ref("Operation")), "202": ("A chunk still runs.", ref("Operation"))}
    which = {"type": "object", "properties": {"which": {"enum": list(parsing.WHICH)}}, "additionalProperties": False}
    return (
        _post("cancel", "Let nothing more of it begin", ended, repeatable=False),
        _post("retry", "Accept again what was not written", child, body=which),
        _post("revert", "Bring its records back where nobody wrote since", child),
    )


def _get(path: str, name: str, summary: str, answers: dict[str, tuple[str, Json]], *parameters: Json) -> Endpoint:
    return Endpoint(
        method="GET", path=path, name=f"operations_{name}", summary=summary, answers=answers, parameters=parameters
    )


def _post(
    name: str, summary: str, answers: dict[str, tuple[str, Json]], *, body: Json = None, repeatable: bool = True
) -> Endpoint:
    return Endpoint(
        method="POST",
        path=f"{_ONE}/{name}",
        name=f"operations_{name}",
        summary=summary,
        answers=answers,
        body=body,
        repeatable=repeatable,
    )
