"""Whether a body has the form that its route demands, in the words of Shoptet's validator (contract 2). Pure.

A schema is a JSON Schema as far as these keywords go; a check yields every fault with its place, such as
`data.images[0].sourceUrl`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

import orjson

from catalog.commands import Json
from syncapi.shoptet.refusals import PAYLOAD, Fault, invalid

Schema = Mapping[str, Json]
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
_FOUND: Final = {str: "String", bool: "Boolean", int: "Integer", float: "Double", list: "Array", dict: "Object"}
_ARTICLES: Final = {"integer": "an", "array": "an", "object": "an"}


def check(body: Json, schema: Schema) -> list[Fault]:
    """Every fault of the body, in the order in which they stand in it."""
    return list(_faults(body, schema, ""))


def inside(place: str, name: str) -> str:
    """The place of a member of an object. A name may be empty."""
    return f"{place}.{name}" if place else name or PAYLOAD


def _faults(value: Json, schema: Schema, place: str) -> Iterator[Fault]:
    types = schema.get("type", ())
    wanted = (types,) if isinstance(types, str) else tuple(types)
    if wanted and not any(_is(value, name) for name in wanted):
        yield invalid(wrong_type(value, *wanted), at=place or PAYLOAD)
    elif isinstance(value, dict):
        yield from _members(value, schema, place)
    elif isinstance(value, list):
        yield from _elements(value, schema, place)
    else:
        yield from (invalid(message, at=place or PAYLOAD) for message in _scalar(value, schema))


def _is(value: Json, name: str) -> bool:
    """In JSON true is no number."""
    return isinstance(value, _TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def wrong_type(value: Json, *wanted: str) -> str:
    words = " or ".join(f"{_ARTICLES.get(name, 'a')} {name}" for name in wanted)
    return f"{_FOUND.get(type(value), 'NULL')} value found, but {words} is required"


def _members(value: Mapping[str, Json], schema: Schema, place: str) -> Iterator[Fault]:
    properties: Mapping[str, Schema] = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield invalid(f"The property {name} is required", at=inside(place, name))
    yield from _alternatives(value, schema, place)
    if len(value) < schema.get("minProperties", 0):
        yield invalid(f"There must be a minimum of {schema['minProperties']} properties", at=place or PAYLOAD)
    for name, member in value.items():
        if name in properties:
            yield from _faults(member, properties[name], inside(place, name))
        elif not schema.get("additionalProperties", True):
            yield invalid(undefined(name), at=inside(place, name))


def _alternatives(value: Mapping[str, Json], schema: Schema, place: str) -> Iterator[Fault]:
    """`oneOf` lists the names of which an object has exactly one, each as `{"required": [name]}`."""
    names = [name for each in schema.get("oneOf", ()) for name in each["required"]]
    found = [name for name in names if name in value]
    if names and not found:
        yield invalid(f"The property {names[0]} is required", at=inside(place, names[0]))
    if len(found) > 1:
        message = f"Only one of the properties {' and '.join(found)} is allowed"
        yield invalid(message, at=inside(place, found[-1]))


def undefined(name: str) -> str:
    return f"The property {name} is not defined and the definition does not allow additional properties"


def _elements(value: list[Json], schema: Schema, place: str) -> Iterator[Fault]:
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    if len(value) < least:
        yield invalid(f"There must be a minimum of {least} items in the array", at=place)
    if most is not None and len(value) > most:
        yield invalid(f"There must be a maximum of {most} items in the array", at=place)
        return
    for index, element in enumerate(value):
        yield from _faults(element, schema.get("items", {}), f"{place}[{index}]")


def _scalar(value: Json, schema: Schema) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"Does not have a value in the enumeration {orjson.dumps(list(schema['enum'])).decode()}"
    if isinstance(value, str):
        yield from _text(value, schema)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if "minimum" in schema and value < schema["minimum"]:
            yield f"Must have a minimum value of {schema['minimum']}"
        if "maximum" in schema and value > schema["maximum"]:
            yield f"Must have a maximum value of {schema['maximum']}"


def _text(value: str, schema: Schema) -> Iterator[str]:
    if len(value) < schema.get("minLength", 0):
        yield f"Must be at least {schema['minLength']} characters long"
    if "maxLength" in schema and len(value) > schema["maxLength"]:
        yield f"Must be at most {schema['maxLength']} characters long."
    if "pattern" in schema and not re.fullmatch(schema["pattern"], value):
        yield f"Does not match the regex pattern ^{schema['pattern']}$"
