"""Where in its record an error is, in Shopware's own names: the writer speaks of our fields. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from catalog.outcomes import ErrorCode, FieldError
from syncapi.shopware import languages
from syncapi.shopware.schema import ALL, RESOURCES, Anything, Resource, Translation, associations_of

_DASHED: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ABSENT: Final = (ErrorCode.REQUIRED, ErrorCode.BLANK)


def pointer(error: FieldError, entity: str) -> str:
    """JSON pointer below the record, "" for the record itself. An absent text is one of the system language."""
    parts = error.path.split("/")[1:]
    described = ALL[entity]
    if error.code is ErrorCode.DIALECT:
        return _joined(parts)
    if isinstance(described, Resource):
        placed = _placed(parts, described, absent=error.code in _ABSENT)
        is_link = error.code is ErrorCode.REFERENCE and placed and placed[-1].isdecimal()
        return _joined([*placed, "id"] if is_link else placed)
    if isinstance(described, Translation):
        return _joined(_of_translation(parts, described))
    return _joined(parts or [described.owner_id])


def entity_at(pointer: str, entity: str) -> Anything:
    """The entity of the record, below one of `entity`, that has the property."""
    described = ALL[entity]
    for part in pointer.split("/")[1:-1]:
        if (association := associations_of(described).get(part)) is not None:
            described = RESOURCES[association.target]
    return described


def _placed(parts: Sequence[str], resource: Resource, *, absent: bool) -> list[str]:
    placed: list[str] = []
    for position, part in enumerate(parts):
        rest = parts[position + 1 :]
        if part == "translations" and rest:
            return [*placed, part, _language(rest[0]), *(resource.property_of(name) for name in rest[1:])]
        if not rest:
            return [*placed, *_last(part, resource, absent=absent)]
        placed.append(part)
        if (association := resource.associations.get(part)) is not None:
            resource = RESOURCES[association.target]
    return placed


def _last(part: str, resource: Resource, *, absent: bool) -> list[str]:
    field = resource.spec.by_name.get(part)
    name = resource.property_of(part)
    return ["translations", languages.SYSTEM, name] if absent and field and field.translated else [name]


def _of_translation(parts: Sequence[str], described: Translation) -> list[str]:
    match parts:
        case ["translations", _, field]:
            return [described.resource.property_of(field)]
        case ["translations", _]:
            return ["languageId"]
        case []:
            return [described.owner_id]
    return list(parts)


def _language(part: str) -> str:
    return part.replace("-", "") if _DASHED.fullmatch(part) else part


def _joined(parts: Sequence[str]) -> str:
    return "".join(f"/{part}" for part in parts)
