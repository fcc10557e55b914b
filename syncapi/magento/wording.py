"""Why a record was refused, in Magento's words: from the catalog's error codes to its messages. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from catalog.commands import Json, Reference
from catalog.outcomes import ErrorCode, FieldError
from syncapi.magento import messages, names
from syncapi.magento.messages import Message

_NO_ATTRIBUTE_SET: Final = Message("Invalid product data: %1", ("Invalid attribute set entity type",))
_STATUS: Final = {ErrorCode.MISSING: 404, ErrorCode.REFERENCE: 404, ErrorCode.FORBIDDEN: 403, ErrorCode.TRANSIENT: 503}
_REFERENCES_BY_VALUE: Final = {"attribute_set"}  # a wrong one is an invalid product, not a missing record
_NO_MEMBER: Final = Message("The category doesn't contain the specified product.")
_NO_ENTRY: Final = Message("No image with the provided ID was found. Verify the ID and try again.", status=404)
_CYCLE: Final = Message("Operation do not allow to move a parent category to any of children category")
_NO_OPTION: Final = 'The "%1" attribute doesn\'t include an option with "%2" ID.'
_OWNERS: Final = frozenset({"sku", "code"})  # names of a product and an attribute, to which all else of an item belongs
_RESOURCES: Final = {
    "category": names.CATEGORIES,
    "attribute": names.ATTRIBUTE_LIST,
    "attribute_option": names.ATTRIBUTE_LIST,
}
# Of what must be new: the member of the item that has its name, the name of that, and what is told
_TAKEN: Final = {
    "attribute": ("attribute", "attribute_code", "Attribute with the same code (%1) already exists."),
    "attribute_option": ("option", "label", 'Admin store attribute option label "%1" is already exists.'),
}
_CANNOT_SAVE: Final = "Could not save category: %1"


def messages_of(errors: Sequence[FieldError], *, item: Json, entity: str) -> list[Message]:
    """What is told of an item. `item`: as sent, for the name of a record that is missing.

    Where the product or the attribute itself is missing, nothing else that is missing with it is told. Without a SKU
    nobody knows whether it is a new one, so what a new one would lack is not told either.
    """
    gone = [error for error in errors if error.code is ErrorCode.MISSING and error.params.get("by") in _OWNERS]
    if any(_is_empty(error) and field_of(error) == "sku" for error in errors):
        errors = [error for error in errors if not _is_empty(error) or field_of(error) == "sku"]
    return [message(error, item=item, entity=entity) for error in gone or errors]


def _is_empty(error: FieldError) -> bool:
    return error.code in {ErrorCode.REQUIRED, ErrorCode.BLANK}


def message(error: FieldError, *, item: Json = None, entity: str = "product") -> Message:
    if error.code is ErrorCode.DIALECT:
        return Message.of(error)
    if error.code is ErrorCode.MISSING:
        return _missing(error, item)
    if error.code is ErrorCode.FORBIDDEN:
        return messages.forbidden(_RESOURCES.get(entity, names.CATALOG))
    if error.code is ErrorCode.EXISTS and entity in _TAKEN:
        member, name, text = _TAKEN[entity]
        return Message(text, (_given(item, member, name),))
    if entity == "category" and (special := _of_category(error, item)) is not None:
        return special
    field = field_of(error)
    if field == "attribute_set_id" and error.code in {ErrorCode.REQUIRED, ErrorCode.BLANK, ErrorCode.REFERENCE}:
        return _NO_ATTRIBUTE_SET
    return _WORDS[error.code](field, error.params)


def status(errors: Sequence[FieldError]) -> int:
    """The HTTP status of a single call that was refused for these errors."""
    first = errors[0]
    if first.code is ErrorCode.DIALECT:
        return Message.of(first).status
    if first.code is ErrorCode.MISSING and first.params.get("by") == "link":
        return 400
    if first.code is ErrorCode.REFERENCE and first.params.get("entity") in _REFERENCES_BY_VALUE:
        return 400
    return _STATUS.get(first.code, 400)


def field_of(error: FieldError) -> str:
    """Magento's name of the field that the error points at, "" for the record itself."""
    fields = [part for part in error.path.split("/") if part and not part.isdecimal()]
    known = [part for part in fields if part in names.OF_FIELD]
    field = known[-1] if known else fields[0] if fields else ""
    return names.OF_FIELD.get(field, field)


def _missing(error: FieldError, item: Json) -> Message:
    by, value = error.params.get("by"), error.params.get("value")
    if by == "number":
        return messages.no_such_entity("id", value)
    if by == "code":
        return messages.no_such_attribute(str(value))
    if by == "option":
        code, _, id = str(value).partition("/")
        return Message(_NO_OPTION, (code, id), status=404)
    if by == "link":
        return _NO_MEMBER
    if by in {"product,number", "product,media"}:
        return _NO_ENTRY
    if by == "product,linked_product,type":
        sku, other, kind = (_named(part) for part in value or ())
        return Message("Product %1 doesn't have linked %2 as %3", (sku, other, kind), status=404)
    return messages.no_such_product(str(value or _sku_of(item)))


def _named(part: Json) -> str:
    """A part of a key, as it is or as the journal keeps it."""
    if isinstance(part, Reference):
        return str(part.value)
    return str(part["value"]) if isinstance(part, dict) else str(part)


def _of_category(error: FieldError, item: Json) -> Message | None:
    if error.code is ErrorCode.CYCLE:
        return _CYCLE
    if error.code in {ErrorCode.IN_USE, ErrorCode.PROTECTED}:
        number = item.get("categoryId", item.get("category_id")) if isinstance(item, dict) else ""
        return Message("Cannot delete category with id %1", (str(number),))
    if error.code in {ErrorCode.REFERENCE, ErrorCode.TRANSIENT, ErrorCode.CRASHED}:
        return None
    field = field_of(error)
    label = names.CATEGORY_LABELS.get(field) if _is_empty(error) else None
    reason = messages.empty_attribute(label) if label else _WORDS[error.code](field, error.params)
    return Message(_CANNOT_SAVE, (reason.rendered(),))


def _given(item: Json, member: str, name: str) -> str:
    """What a member of an item as sent says."""
    given = item.get(member) if isinstance(item, dict) else None
    found = given if isinstance(given, dict) else {}
    return str(next((value for key, value in found.items() if names.snake_case(key) == name), ""))


def _sku_of(item: Json) -> str:
    """The SKU that an item as sent names, wherever its route has it."""
    if not isinstance(item, dict):
        return ""
    inner = [item, *(part for part in item.values() if isinstance(part, dict))]
    return str(next((part["sku"] for part in inner if part.get("sku")), item.get("productSku", "")))


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
    if params.get("entity") == "store":
        return Message("Requested store is not found. Store ID: %1.", (str(value),))
    if params.get("entity") == "product":
        return Message('The Product with the "%1" SKU doesn\'t exist.', (str(value),))
    return messages.no_such_entity("id", value)


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
    ErrorCode.CRASHED: _plain("Unknown Error"),
    ErrorCode.TRANSIENT: _plain("The database was busy. Send the request again."),
}
