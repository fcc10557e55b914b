"""What can be wrong with a request as a whole, with the code and the text that Shopware has for it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from catalog.commands import Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One entry of `errors`. `pointer`: of the part of the request, "" without."""

    code: str
    detail: str | None
    title: str = "Bad Request"
    status: int = 400
    parameters: Mapping[str, Json] = field(default_factory=dict)
    pointer: str = ""


class FaultyError(Exception):
    """The request is refused as a whole."""

    def __init__(self, *faults: Fault, status: int | None = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(faults)
        self.faults: Sequence[Fault] = faults
        self.status = status or faults[0].status
        self.headers = headers or {}


def malformed_body() -> Fault:
    return Fault(code="0", detail="The JSON payload is malformed.")


def not_operations() -> Fault:
    return Fault(code="FRAMEWORK__INVALID_SYNC_OPERATION",
                 detail="Invalid payload format. Expected an array of operations.")  # fmt: skip


def not_records() -> Fault:
    return Fault(
        code="FRAMEWORK__INVALID_SYNC_OPERATION", detail="Invalid payload. Should contain a list of associative arrays"
    )


def no_list() -> Fault:
    return Fault(code="FRAMEWORK__INVALID_SYNC_OPERATION", detail="Expected input to be non associative array.")


def invalid_operation(details: Sequence[str]) -> Fault:
    return Fault(code="FRAMEWORK__INVALID_SYNC_OPERATION", detail="; ".join(details))


def unknown_entity(name: Json) -> Fault:
    shown = name[:100] if isinstance(name, str) else type(name).__name__
    return Fault(code="FRAMEWORK__DEFINITION_NOT_FOUND", detail=f"Definition for entity {shown} does not exist.")


def read_only_entity(name: str) -> Fault:
    return Fault(code="FRAMEWORK__WRITE_CONSTRAINT_VIOLATION", detail=f"The entity {name} is write-protected.")


def no_criteria(key: str, action: str) -> Fault:
    return Fault(
        code="API_INVALID_SYNC_CRITERIA_EXCEPTION",
        detail=f'Sync operation {key}, with action "{action}", requires a criteria with at least one filter and can '
        "only be applied for mapping entities",
    )


def no_route(path: str, method: str) -> Fault:
    return Fault(code="0", status=404, title="Not Found", detail=f'No route found for "{method} {path}"')


def no_resource(entity: str, id: str) -> Fault:
    return no_row(entity, {"id": id})


def no_row(entity: str, key: Mapping[str, Json]) -> Fault:
    """`key`: of a mapping the ids of both sides."""
    named = " ".join(f"{name}({value})" for name, value in key.items())
    return Fault(
        code="FRAMEWORK__RESOURCE_NOT_FOUND",
        status=404,
        title="Not Found",
        detail=f"The {entity} resource with the following primary key was not found: {named}",
        parameters={"type": entity, "primaryKeyString": named},
    )


def invalid_id(value: str) -> Fault:
    return Fault(
        code="FRAMEWORK__INVALID_UUID",
        detail=f"Value is not a valid UUID: {value}",
        parameters={"input": value},
    )


def missing_parameter(name: str) -> Fault:
    return Fault(code="FRAMEWORK__MISSING_REQUEST_PARAMETER", detail=f"Parameter `{name}` missing",
                 parameters={"parameterName": name})  # fmt: skip


def invalid_parameter(name: str) -> Fault:
    return Fault(code="FRAMEWORK__INVALID_REQUEST_PARAMETER", detail=f"The parameter `{name}` is invalid.",
                 parameters={"parameterName": name})  # fmt: skip
