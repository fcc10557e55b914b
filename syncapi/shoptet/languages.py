"""The language that a query names, which this catalog must have."""

from __future__ import annotations

from catalog import resolving
from catalog.commands import Json
from syncapi.shoptet import parameters
from syncapi.shoptet.refusals import parameter

NAME = "language"


def context(query: parameters.Query) -> dict[str, Json]:
    """What an operation remembers of it: the code as it was sent, and its guid. Raises Refusal."""
    code = parameters.language(query)
    if code is None:
        return {}
    by = "code" if "-" in code else "short_code"
    [found] = resolving.find({("language", by): {code}}).values() or [None]
    if found is None:
        raise parameter(NAME, f'There is no language "{code}".')
    return {NAME: code, "languageGuid": str(found)}
