"""What people are shown of what was sent, without the credentials in it: passwords, keys, tokens, logins in URLs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import orjson

from catalog.commands import Json

HIDDEN: Final = "[hidden]"
# The words of a name in snake, kebab or camel case; "key" alone is often a harmless one.
_SECRET: Final = re.compile(
    r"(pass(word|wd|phrase)|pwd|secret|token|credential|authorization|bearer|cookie|signature"
    r"|(api|access|private|signature|encryption|secret)[ _.-]?key|basic[ _.-]?auth)s?$",
    re.IGNORECASE,
)
_LOGIN: Final = re.compile(r"(?<=://)[^/\s@]+:[^/\s@]+(?=@)")
_IN_QUERY: Final = re.compile(
    r"(?<=[?&])((?:[\w.-]*(?:token|secret|signature|password|api[_-]?key|access[_-]?key))=)[^&#\s]+", re.IGNORECASE
)


def redacted(value: Json, name: str = "") -> Json:
    """`value` as it may be shown; `name`: of the member that it is."""
    match value:
        case dict():
            if _names_a_secret(value):
                return {key: HIDDEN if key == "value" else redacted(member, key) for key, member in value.items()}
            return {key: redacted(member, key) for key, member in value.items()}
        case list():
            return [redacted(member, name) for member in value]
        case None | bool():
            return value
    if _SECRET.search(name):
        return HIDDEN
    return _IN_QUERY.sub(rf"\1{HIDDEN}", _LOGIN.sub(HIDDEN, value)) if isinstance(value, str) else value


def of_error(path: str, params: Mapping[str, Json]) -> dict[str, Json]:
    """The parameters of an error: the value of a field that is a credential is one."""
    field = path.rpartition("/")[2]
    return {
        name: HIDDEN if name == "value" and _SECRET.search(field) else redacted(params[name], name) for name in params
    }


def line(text: bytes) -> bytes:
    """A line of a result set likewise."""
    told = orjson.loads(text)
    errors = [{**error, "params": of_error(error["path"], error["params"])} for error in told.get("errors", ())]
    shown = {**redacted(told), **({"errors": errors} if errors else {})}
    return orjson.dumps(shown) + b"\n"


def _names_a_secret(value: dict[str, Json]) -> bool:
    """An attribute as {"attribute_code": "api_key", "value": ...} names its value beside it."""
    names = (value.get(key) for key in ("attribute_code", "name", "code", "key"))
    return "value" in value and any(isinstance(name, str) and _SECRET.search(name) for name in names)
