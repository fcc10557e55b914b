"""The four ways in which Shopware's clients send texts in several languages (contract 4.5). Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Final

from catalog.commands import Json, Reference
from catalog.entities import SYSTEM_LANGUAGE
from syncapi.shopware import malformed, values
from syncapi.shopware.drafts import V3, Draft
from syncapi.shopware.names import IGNORED
from syncapi.shopware.schema import RESOURCES, Resource
from syncapi.shopware.values import WrongError

SYSTEM: Final = SYSTEM_LANGUAGE.replace("-", "")
SYSTEM_CODE: Final = "en-GB"
_BESIDE: Final = frozenset({"languageId", "language", "customFields"})
Convert = Callable[[Json], Json]
Text = tuple[str, dict[str, Json]]


def of_field(draft: Draft, given: Mapping[str, Json], *, name: str, field: str, convert: Convert) -> None:
    """`"name": {"en-GB": "x", "<language id>": "y"}`."""
    for language, value in given.items():
        text = _converted(draft, value, convert, f"/translations/{language}/{name}")
        if text is not _WRONG:
            draft.texts.append((language, {field: text}))


def read(draft: Draft, value: Json, *, resource: Resource) -> None:
    """`"translations"`: an object by language, or a list of objects that name theirs."""
    if value is None:
        return
    if isinstance(value, dict):
        for language, texts in value.items():
            _add(draft, language, texts, resource, f"/translations/{language}")
    elif isinstance(value, list):
        for position, texts in enumerate(value):
            language = _named_by(texts)
            if language is None:
                draft.refuse(malformed.no_language(f"/translations/{position}"))
            else:
                _add(draft, language, texts, resource, f"/translations/{language}")
    else:
        draft.refuse(malformed.not_an_array("/translations"))


def texts_of(
    draft: Draft, given: Mapping[str, Json], resource: Resource, path: str, *, beside: Collection[str] = _BESIDE
) -> dict[str, Json]:
    """The texts by our field; what is wrong is refused below `path`. `beside`: what else may stand there."""
    converters, found = _converters(resource.name), {}
    for name, value in given.items():
        if name not in converters:
            if draft.said.strict and name not in beside and name not in IGNORED:
                draft.refuse(malformed.unknown(f"{path}/{name}"))
        else:
            field, convert = converters[name]
            text = _converted(draft, value, convert, f"{path}/{name}")
            if text is not _WRONG:
                found[field] = text
    return found


def ordered(texts: Sequence[Text], *, family: str) -> tuple[tuple[Reference, Mapping[str, Json] | None], ...]:
    """As the writer takes them: of two for one language the later counts. The older API prefers ids, the current codes.

    Codes that no language has are passed over.
    """
    if not texts:
        return ()
    ids = [(Reference("id", values.id_of(name)), found) for name, found in texts if values.is_id(name)]
    codes = [(Reference("code", name, optional=True), found) for name, found in texts if not values.is_id(name)]
    return (*codes, *ids) if family == V3 else (*ids, *codes)


def _add(draft: Draft, language: str, texts: Json, resource: Resource, path: str) -> None:
    if not isinstance(texts, dict):
        if texts:
            draft.refuse(malformed.not_an_array(path))
        return
    draft.texts.append((language, texts_of(draft, texts, resource, path)))
    if language in (SYSTEM, SYSTEM_CODE) and isinstance(texts.get("customFields"), dict):
        draft.values.setdefault("custom_fields", texts["customFields"])


def _named_by(texts: Json) -> str | None:
    if not isinstance(texts, dict):
        return None
    language = texts.get("language")
    named = texts.get("languageId") or (language.get("id") if isinstance(language, dict) else None)
    return named if isinstance(named, str) else None


_WRONG: Final = object()


def _converted(draft: Draft, value: Json, convert: Convert, path: str) -> Json:
    if value is None:
        return None
    try:
        return convert(value)
    except WrongError as wrong:
        draft.refuse(wrong.at(path))
        return _WRONG


@cache
def _converters(name: str) -> Mapping[str, tuple[str, Convert]]:
    resource = RESOURCES[name]
    return {
        property: (field.name, values.converter(field, html=field.name in resource.named.html))
        for property, field in resource.translated.items()
    }
