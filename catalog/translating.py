"""Texts in other languages than the system's: rows beside the base row, one per record and language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

import orjson

from catalog import resolving, statements, validation
from catalog.commands import Json, Reference, Upsert
from catalog.entities import SYSTEM_LANGUAGE
from catalog.outcomes import ErrorCode, FieldError
from catalog.plans import Plan
from catalog.resolving import Found, Names
from catalog.rows import Row
from catalog.sql import run

SYSTEM = UUID(SYSTEM_LANGUAGE)


def separate(rows: Sequence[Row], current: Plan) -> None:
    """Take the texts of other languages out of the base values; those of the system language are base values."""
    if not current.spec.translated:
        return
    speaking = [row for row in rows if isinstance(c := row.command, Upsert) and (c.translations or c.scope.language)]
    if not speaking:
        return
    languages = _languages(speaking)
    for row in speaking:
        _separate_scope(row, current, languages)
    given = [entry for row in speaking for entry in _given(row, languages)]
    cleaned = validation.clean(current.spec.name, [values for _, _, _, values in given], translation=True)
    for (row, language, path, _), (values, errors) in zip(given, cleaned, strict=True):
        row.refuse(*(FieldError(path=path + e.path, code=e.code, params=e.params) for e in errors))
        if language == SYSTEM:
            row.values.update(values)
        else:
            row.translated[language] = (row.translated.get(language) or {}) | values


def write(rows: Sequence[Row], current: Plan) -> set[UUID | None]:
    """Store the texts of `rows`; the ids of the records whose texts changed."""
    texts = [(row.id, language, document) for row in rows for language, document in row.translated.items()]
    gone = [(owner, language) for owner, language, document in texts if document is None]
    kept = [(owner, language, _dump(document)) for owner, language, document in texts if document]
    changed: list[tuple[Json, ...]] = []
    if gone:
        changed += _run(statements.remove_translations(current.spec.name), gone)
    if kept:
        changed += _run(statements.merge_translations(current.spec.name), kept)
    by_id = {row.id: row for row in rows if row.exists} if changed else {}
    for owner, language, before, after in changed:
        if (row := by_id.get(owner)) is not None:
            row.beside.setdefault("translations", {})[str(language)] = [before, after]
    return {owner for owner, *_ in changed}


def _languages(rows: Sequence[Row]) -> Found:
    names: Names = defaultdict(set)
    for row in rows:
        for reference in _references(row):
            names["language", reference.by].add(resolving.comparable("language", reference))
    return resolving.find(names)


def _references(row: Row) -> Iterator[Reference]:
    assert isinstance(row.command, Upsert)
    yield from (language for language, _ in row.command.translations)
    if row.command.scope.language is not None:
        yield row.command.scope.language


def _separate_scope(row: Row, current: Plan, languages: Found) -> None:
    """Plain values of a request in another language are that language's texts."""
    assert isinstance(row.command, Upsert)
    if (reference := row.command.scope.language) is None:
        return
    language = _language(row, reference, "", languages)
    if language is None or language == SYSTEM:
        return
    row.refuse(*(error for name, error in row.command.untranslated.items() if name in row.values))
    texts = {field.name: row.values.pop(field.name) for field in current.spec.translated if field.name in row.values}
    if texts:
        row.translated[language] = texts


def _given(row: Row, languages: Found) -> Iterator[tuple[Row, UUID, str, Mapping[str, Json]]]:
    assert isinstance(row.command, Upsert)
    for position, (reference, values) in enumerate(row.command.translations):
        place = reference.value if isinstance(reference.value, str | UUID) else position
        path = f"/translations/{place}"
        language = _language(row, reference, path, languages)
        if language is None:
            continue
        if values is None:
            row.translated[language] = None
        else:
            yield row, language, path, values


def _language(row: Row, reference: Reference, path: str, languages: Found) -> UUID | None:
    found = languages.get(("language", reference.by, resolving.comparable("language", reference)))
    if found is None and not reference.optional:
        params = {"entity": "language", "by": reference.by, "value": reference.value}
        row.refuse(FieldError(path=path, code=ErrorCode.REFERENCE, params=params))
    return found


def _dump(document: Mapping[str, Json]) -> str:
    return orjson.dumps(document, default=str).decode()


def _run(statement: str, rows: Sequence[tuple[Json, ...]]) -> list[tuple[Json, ...]]:
    return run(statement, [list(column) for column in zip(*rows, strict=True)])
