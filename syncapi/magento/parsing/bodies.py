"""The members of a call's body: found in either spelling, demanded or not, each with its place. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from catalog.commands import Json, Mode, Reference, Upsert
from catalog.outcomes import NotUnderstoodError
from syncapi.magento.coercion import TEXT, WHOLE, Kind
from syncapi.magento.drafts import Draft, elements, members, scalar
from syncapi.magento.messages import required, wrong_type
from syncapi.magento.names import snake_case


def member(item: Json, name: str) -> Json:
    """The value of a top-level parameter, by its snake_case name; of two spellings the first counts."""
    if not isinstance(item, dict):
        return None
    initial = name[:1]
    return next((value for key, value in item.items() if key[:1] == initial and snake_case(key) == name), None)


def object_of(item: Json, name: str, *, type_name: str, shown: str = "") -> dict[str, Json]:
    """The object that a parameter demands. Raises NotUnderstoodError."""
    given = member(item, name)
    shown = shown or name
    if given is None:
        raise NotUnderstoodError(required(shown).error(f"/{shown}"))
    if not isinstance(given, dict):
        raise NotUnderstoodError(wrong_type(shown, given, type_name).error(f"/{shown}"))
    return given


def inner(
    given: Json, draft: Draft, *, field: str, path: str, known: Set[str], demanded: Iterable[str] = ()
) -> Mapping[str, Json]:
    """The members of a nested object by snake_case name, none and an error where it is no object.

    `demanded`: the members that must be there.
    """
    if not isinstance(given, dict):
        draft.refuse(wrong_type(field, given, "object"), path=path)
        return {}
    found = members(given, draft, path=path, known=known)
    for name in demanded:
        if found.get(name) is None:
            draft.refuse(required(name), path=f"{path}/{name}")
    return found


def text(item: Json, name: str, draft: Draft, *, shown: str, path: str = "") -> str:
    """A text that must be there, "" and an error where it is not. `shown`: its name in the error; `path`: above it."""
    return str(_demanded(item, name, TEXT, draft, shown, path) or "")


def whole(item: Json, name: str, draft: Draft, *, shown: str, path: str = "") -> int:
    """A whole number that must be there, 0 and an error where it is not."""
    return int(_demanded(item, name, WHOLE, draft, shown, path) or 0)


def numbers(given: Json, draft: Draft, *, field: str, path: str) -> list[int]:
    """A list of whole numbers, none of them null."""
    found = elements(given, draft, field=field, path=path)
    for index, number in enumerate(found):
        if number is None:
            draft.refuse(required(field), path=f"{path}/{index}")
    return [scalar(number, WHOLE, draft, field=field, path=f"{path}/{n}") for n, number in enumerate(found)]


def _demanded(item: Json, name: str, kind: Kind, draft: Draft, shown: str, path: str) -> Json:
    given = member(item, name)
    if given is None:
        draft.refuse(required(shown), path=f"{path}/{shown}")
    return scalar(given, kind, draft, field=shown, path=f"{path}/{shown}")


def existing(sku: str) -> Upsert:
    """The product that must be there for something of it to be written."""
    return Upsert(entity="product", key=Reference("sku", sku), values={}, mode=Mode.UPDATE)
