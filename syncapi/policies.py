"""What one bad item means to the others, where the Bulkhead-Policy header says otherwise than its dialect. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from catalog.commands import Policy
from syncapi.problems import BadHeader

HEADER: Final = "Bulkhead-Policy"


def of(meta: Mapping[str, Any], default: Policy = Policy.EACH) -> Policy:
    """Raises BadHeader."""
    asked = str(meta.get("HTTP_BULKHEAD_POLICY", default)).strip()
    if asked not in set(Policy):
        raise BadHeader(name=HEADER, value=asked)
    return Policy(asked)
