"""The path as it was sent: where a segment may hold a slash, it has to be split before it is decoded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

_SLASHES: Final = re.compile(r"/{2,}")


def raw_path(meta: Mapping[str, Any]) -> tuple[str, bool]:
    """The path below the mount point, and whether it is still percent-encoded, which the server decides."""
    target = meta.get("RAW_URI") or meta.get("REQUEST_URI")
    if not target:
        return meta["PATH_INFO"], False
    path = target.partition("?")[0] if target.startswith("/") else urlsplit(target).path
    return merged(path).removeprefix(meta.get("SCRIPT_NAME", "")), True


def target(meta: Mapping[str, Any]) -> str:
    """Path and query as they were sent, or as they would have been where the server does not tell."""
    sent = str(meta.get("RAW_URI") or meta.get("REQUEST_URI") or "")
    if sent.startswith("/"):
        return sent
    path = urlsplit(sent).path or quote(meta.get("SCRIPT_NAME", "") + meta["PATH_INFO"])
    query = meta.get("QUERY_STRING", "")
    return f"{path}?{query}" if query else path


def merged(path: str) -> str:
    """Several slashes in a row are one. Those of a record's name were sent encoded."""
    return _SLASHES.sub("/", path)


def segments(meta: Mapping[str, Any], *, below: str) -> list[str]:
    """The decoded segments of the path below the prefix `below`; a slash at the end counts for nothing."""
    path, is_encoded = raw_path(meta)
    parts = path.removeprefix(below).strip("/").split("/")
    return [unquote(part) for part in parts] if is_encoded else parts
