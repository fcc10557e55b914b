"""custom_attributes: a list of code and value or an object of them, some of which are fields of the catalog. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from catalog.commands import Change, Json, Link, LinkSet, Reference
from syncapi.jsontext import token
from syncapi.magento import names
from syncapi.magento.drafts import Draft, elements, scalar
from syncapi.magento.messages import Message
from syncapi.magento.parsing.bodies import numbers

PATH: Final = "/product/custom_attributes"
_EMPTY: Final = Message("An empty custom attribute is specified. Enter the attribute and try again.")
_NO_CODE: Final = Message(
    "A custom attribute is specified with a missing attribute code. Verify the code and try again."
)


def read(given: Json, draft: Draft) -> None:
    """Known codes become fields, `category_ids` becomes links, all others go to the custom fields."""
    custom: dict[str, Json] = {}
    for path, code, value in _pairs(given, draft, PATH):
        if code == "category_ids":
            _read_categories(value, draft, path=path)
        elif code in names.ATTRIBUTES:
            attribute = names.ATTRIBUTES[code]
            draft.values[attribute.field] = attribute.read(value)
        elif code in names.PRODUCT:
            draft.values.update(_field_of(code, value, draft, path=path))
        elif code not in names.IGNORED_ATTRIBUTES:
            custom[code] = value
    if custom:
        draft.values["custom_fields"] = custom


def read_of_category(given: Json, draft: Draft, *, path: str) -> None:
    """The same for a category, whose own fields may come as attributes too; what is derived is left alone."""
    custom: dict[str, Json] = {}
    for place, code, value in _pairs(given, draft, path):
        if code in names.CATEGORY_ATTRIBUTES:
            draft.values[names.CATEGORY_ATTRIBUTES[code].field] = value
        elif code in names.CATEGORY:
            field, kind = names.CATEGORY[code]
            found = scalar(value, kind, draft, field=code, path=place)
            if field:
                draft.values.setdefault(field, found)
        elif code not in names.CATEGORY_DERIVED:
            custom[code] = value
    if custom:
        draft.values["custom_fields"] = custom


def _pairs(given: Json, draft: Draft, path: str) -> Iterator[tuple[str, str, Json]]:
    """Path, code and value of each attribute, in the order given."""
    if given is None:
        return
    if isinstance(given, dict):
        yield from ((f"{path}/{token(code)}", code, value) for code, value in given.items())
        return
    for index, element in enumerate(elements(given, draft, field="custom_attributes", path=path)):
        pair = _pair(element, draft, path=f"{path}/{index}")
        if pair is not None:
            yield f"{path}/{index}", *pair


def _pair(element: Json, draft: Draft, *, path: str) -> tuple[str, Json] | None:
    if not isinstance(element, dict) or not element:
        draft.refuse(_EMPTY, path=path)
        return None
    code = element.get("attribute_code", element.get("attributeCode"))
    if not isinstance(code, str) or not code:
        draft.refuse(_NO_CODE, path=path)
        return None
    if "value" not in element:
        text = 'The "%1" attribute code doesn\'t have a value set. Enter the value and try again.'
        draft.refuse(Message(text, (code,)), path=path)
        return None
    return code, element["value"]


def _field_of(code: str, value: Json, draft: Draft, *, path: str) -> dict[str, Json]:
    """A product's own field in the clothes of an attribute; those with a rule of their own are ignored here."""
    field, kind = names.PRODUCT[code]
    return {field: scalar(value, kind, draft, field=code, path=path)} if field else {}


def _read_categories(value: Json, draft: Draft, *, path: str) -> None:
    ids = numbers([] if value in (None, "") else value, draft, field="category_ids", path=f"{path}/value")
    links = (Link(target=Reference("number", id), path=f"/categories/{n}") for n, id in enumerate(ids))
    draft.links["categories"] = LinkSet(links=tuple(links), change=Change.REPLACE)
