"""What can be wrong with a record in this dialect's own words: status, title, detail, and where. Pure."""

from __future__ import annotations

from catalog.commands import Json
from catalog.outcomes import ErrorCode, FieldError, missing

REQUEST: str = "request data constraint"
VALUE: str = "value constraint"
LONGEST: int = 1000  # characters of a detail, which repeats what was sent


def fault(path: str, title: str, detail: str, *, status: int = 400) -> FieldError:
    """`path`: a JSON pointer below the record in the words of the API, or from /included/ on an absolute one."""
    detail = detail if len(detail) <= LONGEST else f"{detail[:LONGEST]}..."
    params = {"status": status, "title": title, "detail": detail, "message": detail}
    return FieldError(path=path, code=ErrorCode.DIALECT, params=params)


def no_class(path: str = "") -> FieldError:
    return fault(path, "entity type constraint", "The entity class must be set in the context.")


def wrong_class(type: Json) -> FieldError:
    detail = f'The entity type "{type}" is not supported by this batch operation.'
    return fault("", "entity type constraint", detail)


def unknown_class(type: Json, path: str) -> FieldError:
    return fault(path, "entity type constraint", f"Unknown entity type: {type}.")


def not_blank(path: str) -> FieldError:
    return fault(path, "not blank constraint", "This value should not be blank.")


def not_null(path: str) -> FieldError:
    return fault(path, "not null constraint", "This value should not be null.")


def no_choice(path: str) -> FieldError:
    return fault(path, "choice constraint", "The value you selected is not a valid choice.")


def no_email(path: str) -> FieldError:
    return fault(path, "email constraint", "This value is not a valid email address.")


def extra_fields(names: list[str], path: str = "") -> FieldError:
    shown = ", ".join(f'"{name}"' for name in names)
    return fault(path, "extra fields constraint", f"This form should not contain extra fields: {shown}.")


def no_such_entity(path: str) -> FieldError:
    return fault(path, "form constraint", "The entity does not exist.")


def no_identifier(path: str = "") -> FieldError:
    detail = "The identifier of an entity must be set in the context."
    return fault(path, "entity identifier constraint", detail)


def no_record(id: Json) -> FieldError:
    """No record has such an id, which the catalog would say as well."""
    return missing("id", str(id)[:100])


def several() -> FieldError:
    return fault("", "conflict constraint", "The upsert operation founds more than one entity.", status=409)


def not_allowed(action: str, path: str = "") -> FieldError:
    return fault(path, "action not allowed exception", f'The "{action}" action is not allowed.', status=405)


def request_data(path: str, detail: str) -> FieldError:
    return fault(path, REQUEST, detail)
