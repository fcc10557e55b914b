"""From the raw request target to a call: split first, decode then, so that a SKU may hold a slash (contract 1)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote_plus, urlsplit

from syncapi.magento.names import ALL_STORES
from syncapi.magento.routes import Call, Form, Route, RouteTable
from syncapi.magento.stores import Stores
from syncapi.problems import Problem, RouteUnknown

_VERSION: Final = re.compile(r"V[0-9]+")


def raw_path(meta: Mapping[str, Any]) -> tuple[str, bool]:
    """The path below the mount point, and whether it is still percent-encoded, which the server decides."""
    target = meta.get("RAW_URI") or meta.get("REQUEST_URI")
    if not target:
        return meta["PATH_INFO"], False
    path = target.partition("?")[0] if target.startswith("/") else urlsplit(target).path
    return path.removeprefix(meta.get("SCRIPT_NAME", "")), True


def find(table: RouteTable, meta: Mapping[str, Any], *, method: str, stores: Stores) -> Call:
    """The call that a request makes. Raises Problem (no such form of call), RouteUnknown."""
    path, is_encoded = raw_path(meta)
    _, *segments = path.strip("/").split("/")  # the first is the front name
    store = stores.default
    if segments and (segments[0] == ALL_STORES or segments[0] in stores.numbers):
        first = segments.pop(0)
        store = None if first == ALL_STORES else first
    form, rest = _form(segments)
    if form is not Form.SYNC and method in {"GET", "HEAD", "OPTIONS"}:
        raise Problem
    found = table.match(form, "GET" if method == "HEAD" else method, rest)
    if found is None and not is_encoded:
        found = _with_slashes(table, form, method, rest)
    if found is None:
        raise RouteUnknown
    route, variables = found
    decoded = {name: _decode(text) if is_encoded else text for name, text in variables.items()}
    return Call(table=table, route=route, form=form, store=store, path=decoded)


def _form(segments: Sequence[str]) -> tuple[Form, Sequence[str]]:
    """The form of the call and the path below /V1/. Other versions have no routes."""
    for form in (Form.BULK, Form.ASYNC, Form.SYNC):
        prefix = form.split("/") if form else []
        rest = segments[len(prefix) :]
        if list(segments[: len(prefix)]) == prefix and rest and _VERSION.fullmatch(rest[0]):
            return form, rest[1:] if rest[0] == "V1" else ["", *rest]
    raise Problem


def _with_slashes(
    table: RouteTable, form: Form, method: str, segments: Sequence[str]
) -> tuple[Route, dict[str, str]] | None:
    """A decoded path may hold a SKU's slashes: the SKU is what stands between a route's other segments."""
    candidates = [
        (pattern, route, place)
        for pattern, route in table.patterns(form, "GET" if method == "HEAD" else method)
        for place, part in enumerate(pattern)
        if part.lower().endswith("sku") and part[0] == ":" and len(pattern) < len(segments)
    ]
    for pattern, route, place in sorted(candidates, key=lambda found: -sum(part[0] != ":" for part in found[0])):
        end = len(segments) - (len(pattern) - place - 1)
        joined = [*segments[:place], "/".join(segments[place:end]), *segments[end:]]
        if all(part[0] == ":" or part == given for part, given in zip(pattern, joined, strict=True)):
            return route, {part[1:]: given for part, given in zip(pattern, joined, strict=True) if part[0] == ":"}
    return None


def _decode(segment: str) -> str:
    """Form decoding: `+` and `%20` are a space."""
    try:
        text = unquote_plus(segment, errors="strict")
    except UnicodeDecodeError:
        raise Problem from None
    if "\0" in text:
        raise Problem
    return text
