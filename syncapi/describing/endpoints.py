"""What OpenAPI tells of one endpoint, as a dialect's route table knows it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from catalog.commands import Json
from catalog.registry import Document, FieldSpec, Flag, Identifier, Integer, Moment, Number, Ref, Text

JSON: Final = "application/json"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
PROMISED: Final[Mapping[str, Json]] = {
    "type": "object",
    "properties": {"operation": {"type": "string", "format": "uuid"}},
    "required": ["operation"],
}
ANYTHING: Final[Mapping[str, Json]] = {}
_VARIABLE: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """`path`: whole, variables as `{name}`. `answers`: status -> (what it means, schema or None for no body)."""

    method: str
    path: str
    name: str
    summary: str
    tag: str = ""
    body: Json = None
    media: str = JSON
    answers: Mapping[str, tuple[str, Json]]
    parameters: tuple[Mapping[str, Json], ...] = ()
    is_open: bool = False  # without a token
    repeatable: bool = True  # a write takes the headers that every write takes


@dataclass(frozen=True, kw_only=True, slots=True)
class Api:
    """A document of its own. `error`: the schema of what a refused request is answered."""

    title: str
    description: str
    endpoints: tuple[Endpoint, ...]
    error: Json
    media: str = JSON
    promised: Json = None  # the schema of the answer to `Prefer: respond-async`; None: `PROMISED`
    schemas: Mapping[str, Json] = field(default_factory=dict)
    schemes: Mapping[str, Json] = field(default_factory=dict)  # of security, beside the bearer token


def paths(api: Api) -> dict[str, Json]:
    """The `paths` of the document."""
    found: dict[str, Json] = {}
    for endpoint in api.endpoints:
        found.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, api)
    return found


def query(name: str, schema: Json, description: str = "") -> dict[str, Json]:
    return {"name": name, "in": "query", "schema": schema, **({"description": description} if description else {})}


def of_field(field: FieldSpec, words: Iterable[str] = ()) -> dict[str, Json]:
    """The JSON Schema of a field; `words`: what a dialect calls its values."""
    schema = {"enum": list(words)} if words else _of_kind(field)
    if field.nullable and "type" in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return schema


def ref(name: str) -> dict[str, Json]:
    return {"$ref": f"#/components/schemas/{name}"}


def _of_kind(field: FieldSpec) -> dict[str, Json]:
    match field:
        case Text(choices=choices) if choices:
            return {"enum": list(choices)}
        case Text(max_length=limit):
            return {"type": "string"} if limit is None else {"type": "string", "maxLength": limit}
        case Integer(minimum=low, maximum=high):
            return {"type": "integer", "minimum": low, "maximum": high}
        case Number(minimum=low, maximum=high):
            return {"type": "number", **({} if low is None else {"minimum": low}), "maximum": high}
        case Flag():
            return {"type": "boolean"}
        case Moment():
            return {"type": "string", "format": "date-time"}
        case Document(array=array):
            return {"type": "array" if array else "object"}
        case Identifier() | Ref():
            return {"type": "string", "format": "uuid"}
    return {}


def _operation(endpoint: Endpoint, api: Api) -> dict[str, Json]:
    takes_headers = endpoint.method not in SAFE and endpoint.repeatable
    told: dict[str, Json] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "responses": {status: _answer(*answer, api.media) for status, answer in _answers(endpoint, api).items()}
        | {"default": {"description": "Refused.", "content": {api.media: {"schema": ref("Error")}}}},
    }
    parameters = [_in_path(name) for name in _VARIABLE.findall(endpoint.path)] + list(endpoint.parameters)
    if takes_headers:
        parameters += [{"$ref": f"#/components/parameters/{name}"} for name in HEADERS]
    if parameters:
        told["parameters"] = parameters
    if endpoint.tag:
        told["tags"] = [endpoint.tag]
    if endpoint.body is not None:
        told["requestBody"] = {"required": True, "content": {endpoint.media: {"schema": endpoint.body}}}
    if endpoint.is_open:
        told["security"] = []
    return told


def _answers(endpoint: Endpoint, api: Api) -> Mapping[str, tuple[str, Json]]:
    """What is done before it is answered may be accepted instead."""
    if endpoint.method in SAFE or not endpoint.repeatable:
        return endpoint.answers
    return {"202": ("Accepted instead of done, with `Prefer: respond-async`.", api.promised or PROMISED)} | dict(
        endpoint.answers
    )


def _answer(description: str, schema: Json, media: str) -> dict[str, Json]:
    return {"description": description} | ({} if schema is None else {"content": {media: {"schema": schema}}})


def _in_path(name: str) -> dict[str, Json]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _header(name: str, schema: Json, description: str) -> dict[str, Json]:
    return {"name": name, "in": "header", "schema": schema, "description": description}


HEADERS: Final[Mapping[str, Json]] = {
    "IdempotencyKey": _header(
        "Idempotency-Key", {"type": "string", "maxLength": 255}, "The same request is done once and answered alike."
    ),
    "Prefer": _header(
        "Prefer", {"type": "string"}, "`respond-async`: accept instead of do; `wait=N`: wait N seconds for the end."
    ),
    "Policy": _header(
        "Bulkhead-Policy",
        {"enum": ["each", "all"]},
        "`each`: a bad record leaves the others alone; `all`: one error and nothing is written.",
    ),
    "DryRun": _header(
        "Bulkhead-Dry-Run", {"enum": ["0", "1"]}, "`1`: only tell what would happen; nothing of it stays."
    ),
}
