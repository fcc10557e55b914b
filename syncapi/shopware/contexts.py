"""What a request's headers mean for its records: the language that is spoken, and our own choices."""

from __future__ import annotations

from uuid import UUID

from catalog.commands import Json
from catalog.identity import uuid7
from catalog.models import Language
from syncapi.shopware import languages, values
from syncapi.shopware.faults import Fault, FaultyError
from syncapi.shopware.headers import Headers


def writing(headers: Headers) -> dict[str, Json]:
    """The context of a submission: it is kept with the operation, so a worker parses alike."""
    language = spoken(headers)
    chosen = {
        "family": headers.family,
        "language": None if language is None else language.hex,
        "natural_keys": headers.chosen("HTTP_BULKHEAD_KEYS"),
        "replace": headers.chosen("HTTP_BULKHEAD_RELATIONS"),
        "strict": headers.is_strict,
    }
    return {name: value for name, value in chosen.items() if value}


def spoken(headers: Headers) -> UUID | None:
    """The language that the request speaks, None for the system's. Raises FaultyError for one that is not there."""
    given = headers.language
    if not given or given == languages.SYSTEM:
        return None
    if not values.is_id(given) or not Language.objects.filter(pk=UUID(given)).exists():
        detail = "The language could not be found."
        fault = Fault(code="FRAMEWORK__LANGUAGE_NOT_FOUND", status=412, title="Precondition Failed", detail=detail)
        raise FaultyError(fault)
    return UUID(given)


def new_id() -> str:
    """For a record that came without one, where the answer has to name it."""
    return uuid7().hex
