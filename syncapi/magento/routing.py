"""From the raw request target to a call: split first, decode then, so that a SKU may hold a slash (contract 1)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote_plus

from syncapi.magento.names import ALL_STORES
from syncapi.magento.routes import Call, Form, Route, RouteTable
from syncapi.magento.stores import Stores
from syncapi.problems import Problem, RouteUnknown
from syncapi.rawpaths import raw_path

_VERSION: Final = re.compile(r"V[0-9]+")


def find(table: RouteTable, meta: Mapping[str, Any], *, method: str, stores: Stores) -> Call:
    """The call that a request makes. Raises Problem (no such form of call), RouteUnknown."""
    path, is_encoded = raw_path(meta)
    _, *segments = path.strip("/").split("/")  # the first is the front name
    is_in_path = bool(segments) and (segments[0] == ALL_STORES or segments[0] in stores.numbers)
    code = segments.pop(0) if is_in_path else _store_header(meta, stores)
    form, rest = _form(_async_first(segments))
    if form is not Form.SYNC and method in {"GET", "HEAD", "OPTIONS"}:
        raise Problem
    found = table.match(form, "GET" if method == "HEAD" else method, rest)
    if found is None and not is_encoded:
        found = _with_slashes(table, form, method, rest)
    if found is None:
        raise RouteUnknown
    route, variables = found
    decoded = {name: _decoded(text, is_encoded=is_encoded) for name, text in variables.items()}
    store = None if code == ALL_STORES else code or stores.default
    return Call(table=table, route=route, form=form, store=store, named=bool(code), path=decoded)


def _store_header(meta: Mapping[str, Any], stores: Stores) -> str:
    """The store that a header names where the path does not, as in Magento's cloud; "" without one."""
    code = str(meta.get("HTTP_STORE", "")).strip()
    if code and code != ALL_STORES and code not in stores.numbers:
        raise Problem
    return code


def _async_first(segments: Sequence[str]) -> Sequence[str]:
    """Magento's cloud has the version first: `V1/async/bulk/products` is `async/bulk/V1/products`."""
    if segments[1:2] != ["async"] or not _VERSION.fullmatch(segments[0]):
        return segments
    end = 3 if segments[2:3] == ["bulk"] else 2
    if any(_VERSION.fullmatch(segment) for segment in segments[end : end + 1]):
        return segments
    return [*segments[1:end], segments[0], *segments[end:]]


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


def _decoded(segment: str, *, is_encoded: bool) -> str:
    """Form decoding, where the server has not done it: `+` and `%20` are a space."""
    try:
        text = unquote_plus(segment, errors="strict") if is_encoded else segment
    except UnicodeDecodeError:
        raise Problem from None
    if "\0" in text:
        raise Problem
    return text
