"""Why a record was refused, in Magento's words: from the catalog's error codes to its messages. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from catalog.commands import Json
from catalog.outcomes import ErrorCode, FieldError
from syncapi.magento import messages, names
from syncapi.magento.messages import Message

_NO_ATTRIBUTE_SET: Final = Message("Invalid product data: %1", ("Invalid attribute set entity type",))
_STATUS: Final = {ErrorCode.MISSING: 404, ErrorCode.REFERENCE: 404, ErrorCode.FORBIDDEN: 403, ErrorCode.TRANSIENT: 503}
_REFERENCES_BY_VALUE: Final = {"attribute_set"}  # a wrong one is an invalid product, not a missing record


def message(error: FieldError, *, item: Json = None) -> Message:
    """`item`: the item as sent, for the name of a record that is missing."""
    if error.code is ErrorCode.DIALECT:
        return Message.of(error)
    field = field_of(error)
    if field == "attribute_set_id" and error.code in {ErrorCode.REQUIRED, ErrorCode.BLANK, ErrorCode.REFERENCE}:
        return _NO_ATTRIBUTE_SET
    if error.code is ErrorCode.MISSING:
        return _missing(error, item)
    return _WORDS[error.code](field, error.params)


def status(errors: Sequence[FieldError]) -> int:
    """The HTTP status of a single call that was refused for these errors."""
    first = errors[0]
    if first.code is ErrorCode.REFERENCE and first.params.get("entity") in _REFERENCES_BY_VALUE:
        return 400
    return _STATUS.get(first.code, 400)


def field_of(error: FieldError) -> str:
    """Magento's name of the field that the error points at, "" for the record itself."""
    field = error.path.strip("/").partition("/")[0]
    return names.OF_FIELD.get(field, field)


def _missing(error: FieldError, item: Json) -> Message:
    if error.params.get("by") == "number":
        value = error.params.get("value")
        return Message("No such entity with %fieldName = %fieldValue", {"fieldName": "id", "fieldValue": value})
    return messages.no_such_product(str(error.params.get("value") or _sku_of(item)))


def _sku_of(item: Json) -> str:
    """The SKU that an item as sent names, wherever its route has it."""
    if not isinstance(item, dict):
        return ""
    product = item.get("product")
    return str(item.get("sku") or (product.get("sku") if isinstance(product, dict) else "") or "")


def _empty(field: str, params: Mapping[str, Json]) -> Message:
    return messages.empty_attribute(names.LABELS.get(field, field))


def _too_long(field: str, params: Mapping[str, Json]) -> Message:
    limit = str(params.get("limit", ""))
    if field == "sku":
        return Message("SKU length should be %1 characters maximum.", (limit,))
    return Message('The "%1" attribute value is longer than %2 characters. Shorten it and try again.', (field, limit))


def _too_small(field: str, params: Mapping[str, Json]) -> Message:
    if params.get("limit") in (0, None):
        return Message("Please enter a number 0 or greater in this field.")
    return _invalid(field, params)


def _invalid(field: str, params: Mapping[str, Json]) -> Message:
    return messages.invalid_value(field, params.get("value"))


def _reference(field: str, params: Mapping[str, Json]) -> Message:
    value = params.get("value")
    if params.get("entity") == "website":
        text = "The website with id %1 that was requested wasn't found. Verify the website and try again."
        return Message(text, (str(value),))
    return Message("No such entity with %fieldName = %fieldValue", {"fieldName": "id", "fieldValue": value})


def _plain(text: str) -> Callable[[str, Mapping[str, Json]], Message]:
    return lambda field, params: Message(text)


_WORDS: Final[Mapping[ErrorCode, Callable[[str, Mapping[str, Json]], Message]]] = {
    ErrorCode.REQUIRED: _empty,
    ErrorCode.BLANK: _empty,
    ErrorCode.TYPE: lambda field, params: messages.wrong_type(field, params.get("value"), params.get("expected", "")),
    ErrorCode.CHOICE: _invalid,
    ErrorCode.TOO_LONG: _too_long,
    ErrorCode.TOO_SMALL: _too_small,
    ErrorCode.TOO_LARGE: _invalid,
    ErrorCode.CHARACTER: lambda field, params: messages.processing(
        field, "The text holds a character that cannot be stored. Remove it and try again."
    ),
    ErrorCode.UNKNOWN: lambda field, params: messages.unsupported(field),
    ErrorCode.REFERENCE: _reference,
    ErrorCode.TAKEN: lambda field, params: Message(
        'The value of the "%1" attribute isn\'t unique. Set a unique value and try again.', (field.upper(),)
    ),
    ErrorCode.EXISTS: _plain("The record exists already."),
    ErrorCode.IN_USE: _plain("Other records refer to this one, so it couldn't be removed."),
    ErrorCode.PROTECTED: _plain("This record belongs to the system, so it couldn't be removed."),
    ErrorCode.FORBIDDEN: lambda field, params: Message(
        "The consumer isn't authorized to access %resources.", {"resources": names.CATALOG}
    ),
    ErrorCode.CRASHED: _plain("Unknown Error"),
    ErrorCode.TRANSIENT: _plain("The database was busy. Send the request again."),
}
