"""Causes that only this dialect has, as errors of a record: code, text and parameters in Shopware's own words. Pure."""

from __future__ import annotations

from typing import Final

from catalog.commands import Json
from catalog.outcomes import ErrorCode, FieldError
from syncapi.shopware.values import WrongError, shown

VIOLATION: Final = "FRAMEWORK__WRITE_CONSTRAINT_VIOLATION"


def own(path: str, code: str, message: str, **parameters: Json) -> FieldError:
    """`message`: the template, whose {{ placeholders }} are the parameters. The path is Shopware's already."""
    params = {"message": message, "code": code, "parameters": {f"{{{{ {k} }}}}": v for k, v in parameters.items()}}
    return FieldError(path=path, code=ErrorCode.DIALECT, params=params)


def type_of(value: Json, expected: str) -> WrongError:
    return WrongError(ErrorCode.TYPE, expected=expected, value=shown(value))


def missing(path: str) -> FieldError:
    return own(path, "2fa2158c-2a7f-484b-98aa-975522539ff8", "This field is missing.")


def unexpected(path: str) -> FieldError:
    """Of a typed object such as a price."""
    return own(path, "FRAMEWORK__WRITE_UNEXPECTED_FIELD_ERROR", "This field was not expected.")


def unknown(path: str) -> FieldError:
    """Of a record, when the request asked to be told."""
    return own(path, "7703c766-b5d5-4cef-ace7-ae0dd82304e9", "This field was not expected.")


def write_protected(path: str) -> FieldError:
    return own(path, VIOLATION, "This field is write-protected.")


def not_an_array(path: str) -> FieldError:
    return own(path, "FRAMEWORK__WRITE_MALFORMED_INPUT", "Expected data to be array.")


def no_default_price(path: str) -> FieldError:
    return own(path, VIOLATION, "No price for default currency defined")


def no_language(path: str) -> FieldError:
    return own(path, "MISSING-TRANSLATION-LANGUAGE", "Translation requires a language id.")


def invalid_id(path: str, value: Json) -> FieldError:
    """Of the key of a record to delete."""
    return own(path, "FRAMEWORK__INVALID_UUID", "Value is not a valid UUID: {{ input }}", input=shown(value))


def incomplete_key(path: str, fields: list[str], *, code: str) -> FieldError:
    return own(
        path,
        code,
        "The primary key consists of {{ fieldCount }} fields. Please provide values for the following fields: "
        "{{ fieldsString }}",
        fieldCount=len(fields),
        fieldsString=", ".join(fields),
    )


def unresolved_resolver(path: str, name: Json) -> FieldError:
    return own(
        path, "API_RESOLVER_NOT_FOUND_EXCEPTION", "Foreign key resolver for key {{ key }} not found", key=shown(name)
    )


def bad_resolver(path: str, name: str) -> FieldError:
    return own(
        path,
        "FRAMEWORK__API_SYNC_RESOLVER_FIELD_NOT_FOUND",
        "Can not resolve foreign key: {{ field }} is no field that names the record",
        field=name,
    )


def default_parent(path: str) -> FieldError:
    return own(path, "default_language_parent_violation", "Default language can not have parents.")


def system_translation(path: str) -> FieldError:
    return own(path, "delete-system-translation-violation", "The system translation cannot be deleted.")
