"""What parsing gathers from one item: the values that it understood, and every error of the rest. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from catalog.commands import Json, LinkSet
from catalog.outcomes import FieldError, NotUnderstoodError
from syncapi.jsontext import token
from syncapi.magento.coercion import Kind, TypeMismatchError
from syncapi.magento.messages import Message, unsupported, wrong_type
from syncapi.magento.names import snake_case


@dataclass(slots=True)
class Draft:
    """A record on its way to a command."""

    values: dict[str, Json] = field(default_factory=dict)  # by field of the entity
    defaults: dict[str, Json] = field(default_factory=dict)
    links: dict[str, LinkSet] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)

    def refuse(self, message: Message, *, path: str) -> None:
        self.errors.append(message.error(path))

    def refuse_if_wrong(self) -> None:
        if self.errors:
            raise NotUnderstoodError(*self.errors)


def members(given: Mapping[str, Json], draft: Draft, *, path: str, known: Set[str]) -> Mapping[str, Json]:
    """The object's members by snake_case name. Of two spellings the first counts; unknown names are refused."""
    if given.keys() <= known:
        return given
    found: dict[str, Json] = {}
    for name, value in given.items():
        plain = name if name in known else snake_case(name)
        if plain in known:
            found.setdefault(plain, value)
        else:
            draft.refuse(unsupported(name), path=f"{path}/{token(name)}")
    return found


def scalar(value: Json, kind: Kind, draft: Draft, *, field: str, path: str) -> Json:
    """The value as this type, null as null; None and an error where it is neither."""
    if value is None or type(value) in kind.own:
        return value
    try:
        return kind.convert(value)
    except TypeMismatchError:
        draft.refuse(wrong_type(field, value, kind.name), path=path)
        return None


def elements(value: Json, draft: Draft, *, field: str, path: str) -> list[Json]:
    """The list, or none and an error where it is no list."""
    if isinstance(value, list):
        return value
    draft.refuse(wrong_type(field, value, "array"), path=path)
    return []
