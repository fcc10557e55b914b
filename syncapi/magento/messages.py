"""Magento's error messages: a text with placeholders, and the parameters that clients put into them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from catalog.commands import Json
from catalog.outcomes import ErrorCode, FieldError

Parameters = Mapping[str, Json] | tuple[str, ...]
_PLACEHOLDER: Final = re.compile(r"%(\w+)")
_ARRAY: Final = "array"  # PHP's word for lists and objects


@dataclass(frozen=True, slots=True)
class Message:
    """`parameters`: an object for named placeholders, a list of texts for numbered ones (contract 2.3)."""

    text: str
    parameters: Parameters = ()
    whole: bool = False  # sent with its parameters filled in, as Magento does with errors of types
    status: int = 400  # of the answer to a single call

    def rendered(self) -> str:
        return _PLACEHOLDER.sub(self._filled, self.text)

    def _filled(self, placeholder: re.Match[str]) -> str:
        name = placeholder[1]
        if isinstance(self.parameters, Mapping):
            return str(self.parameters.get(name, placeholder[0]))
        position = int(name) - 1 if name.isdecimal() else -1
        return self.parameters[position] if 0 <= position < len(self.parameters) else placeholder[0]

    def body(self) -> dict[str, Json]:
        """Every placeholder in `message` has its parameter: clients raise KeyError otherwise."""
        if self.whole and not _PLACEHOLDER.search(rendered := self.rendered()):
            return {"message": rendered}
        if not self.parameters:
            return {"message": self.text}
        return {"message": self.text, "parameters": _json(self.parameters)}

    def error(self, path: str) -> FieldError:
        """This message as the reason for which an item is refused."""
        params = {"message": self.text, "parameters": _json(self.parameters), "whole": self.whole}
        if self.status != 400:
            params["status"] = self.status
        return FieldError(path=path, code=ErrorCode.DIALECT, params=params)

    @classmethod
    def of(cls, error: FieldError) -> Message:
        """The message that `error` was made of."""
        parameters = error.params.get("parameters", {})
        named = parameters if isinstance(parameters, dict) else tuple(str(part) for part in parameters)
        status = int(error.params.get("status", 400))
        return cls(error.params["message"], named, whole=bool(error.params.get("whole")), status=status)


def _json(parameters: Parameters) -> Json:
    return dict(parameters) if isinstance(parameters, Mapping) else list(parameters)


def aggregate(messages: list[Message]) -> dict[str, Json]:
    """One message stands for itself; several stand in a list below a general one."""
    if len(messages) == 1:
        return messages[0].body()
    return {
        "message": "One or more input exceptions have occurred.",
        "errors": [message.body() for message in messages],
    }


def required(field: str) -> Message:
    return Message('"%fieldName" is required. Enter and try again.', {"fieldName": field})


def unsupported(field: str) -> Message:
    return Message('"%fieldName" is not supported. Correct the field name and try again.', {"fieldName": field})


def invalid_value(field: str, value: Json) -> Message:
    return Message('Invalid value of "%value" provided for the %fieldName field.', {"fieldName": field, "value": value})


def wrong_type(field: str, value: Json, expected: str) -> Message:
    given = "object" if isinstance(value, dict) and expected == _ARRAY else shown(value)
    details = f'The "{given}" value\'s type is invalid. The "{expected}" type was expected. Verify and try again.'
    return processing(field, details)


def processing(field: str, details: str) -> Message:
    return Message(
        'Error occurred during "%field_name" processing. %details',
        {"field_name": field, "details": details},
        whole=True,
    )


def empty_attribute(label: str) -> Message:
    return Message('The "%1" attribute value is empty. Set the attribute and try again.', (label,))


def no_such_entity(field: str, value: Json) -> Message:
    return Message("No such entity with %fieldName = %fieldValue", {"fieldName": field, "fieldValue": value})


def no_such_product(sku: str) -> Message:
    return Message('The product with SKU "%1" does not exist.', (sku,))


def no_such_attribute(code: str) -> Message:
    text = 'The attribute with a "%1" attributeCode doesn\'t exist. Verify the attribute and try again.'
    return Message(text, (code,))


def forbidden(resource: str) -> Message:
    return Message("The consumer isn't authorized to access %resources.", {"resources": resource})


def shown(value: Json) -> str:
    """A value as PHP would print it into a message; of a list or an object its type."""
    if isinstance(value, list | dict):
        return _ARRAY
    if isinstance(value, bool):
        return "1" if value else ""
    return "" if value is None else str(value)[:100]
