"""What the body of a single request must be, before its record is looked at (contract 16.1). Pure."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Mapping

from catalog.commands import Json
from syncapi import jsontext
from syncapi.oro import refusals
from syncapi.oro.documents import UNLINKED_TO_ONE, Included
from syncapi.oro.refusals import BadJson, Conflict, RequestData, empty_body
from syncapi.oro.wording import word
from syncapi.problems import NotJson

_MISMATCH: str = "The '{name}' property of the primary data object should match "


def decode(body: bytes, *, max_depth: int) -> Json:
    """A byte order mark is passed over, as in lists. Raises Refusal, and jsontext's Problems."""
    body = body.removeprefix(BOM_UTF8)
    if not body.strip():
        raise empty_body()
    try:
        return jsontext.decode(body, max_depth=max_depth)
    except NotJson:
        raise BadJson(f"Invalid json message received. {_why(body)}") from None


def _why(body: bytes) -> str:
    try:
        json.loads(body)
    except json.JSONDecodeError as reason:
        return f"Parsing error in [{reason.lineno}:{reason.colno}]. {reason.msg}."
    except UnicodeDecodeError as reason:
        return f"The text is not UTF-8: {reason.reason}."
    except RecursionError:
        return "It is nested too deep."
    return "The value is no JSON that can be kept."


def primary(document: Json) -> Json:
    """The one resource object. Raises RequestData."""
    if not isinstance(document, dict) or "data" not in document:
        raise RequestData("The primary data object should exist", pointer="/data")
    data = document["data"]
    if data is None or data in ({}, []):
        raise RequestData("The primary data object should not be empty", pointer="/data")
    if not isinstance(data, dict):
        raise RequestData("The primary data object should be an object", pointer="/data")
    return data


def check_type(record: Mapping[str, Json], type: str) -> None:
    """Raises RequestData, Conflict."""
    found = _identity(record, "type")
    if found != type:
        raise Conflict(_MISMATCH.format(name="type") + "the requested resource", pointer="/data/type")


def check_id(record: Mapping[str, Json], id: str) -> None:
    """Raises RequestData, Conflict."""
    found = _identity(record, "id")
    if str(found) != id:
        detail = _MISMATCH.format(name="id") + "'id' parameter of the query string"
        raise Conflict(detail, pointer="/data/id")


def _identity(record: Mapping[str, Json], name: str) -> Json:
    if name not in record:
        raise RequestData(f"The '{name}' property is required", pointer="/data")
    value, pointer = record[name], f"/data/{name}"
    if value is None:
        raise RequestData(f"The '{name}' property should not be null", pointer=pointer)
    if isinstance(value, int) and not isinstance(value, bool) and name == "id":
        return value
    if not isinstance(value, str):
        raise RequestData(f"The '{name}' property should be a string", pointer=pointer)
    if not value.strip():
        raise RequestData(f"The '{name}' property should not be blank", pointer=pointer)
    return value


def item(document: Mapping[str, Json], record: Json) -> Json:
    """The record as an item, with what is included and belongs to it. Raises Refusals, RequestData."""
    given = document.get("included")
    if given is None:
        return record
    if not isinstance(given, list):
        raise RequestData("The 'included' property should be an array", pointer="/included")
    if strange := [place for place, other in enumerate(given) if not isinstance(other, dict)]:
        raise RequestData("The related resource should be an object", pointer=f"/included/{strange[0]}")
    included = Included()
    included.add(*given)
    made = included.item(record)
    if errors := included.errors or list(included.unlinked(UNLINKED_TO_ONE)):
        raise refusals.worded([word(error, None, place="") for error in errors])
    return made


def linkage(document: Json, *, many: bool) -> Json:
    """The new linkage of a relationship. Raises RequestData."""
    if not isinstance(document, dict) or "data" not in document:
        raise RequestData("The primary data object should exist", pointer="/data")
    data = document["data"]
    if many != isinstance(data, list) or not (many or data is None or isinstance(data, dict)):
        kind = "an array of resource identifiers" if many else "a resource identifier or null"
        raise RequestData(f"The 'data' property should be {kind}", pointer="/data")
    return data
