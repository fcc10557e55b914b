"""Searches among the texts of records: the system language's stand in the records, those of others beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from catalog.commands import Filter
from catalog.plans import plan
from syncapi.shopware import sources, textrows
from syncapi.shopware.criteria import SCORE, Criteria
from syncapi.shopware.faults import Fault, FaultyError
from syncapi.shopware.schema import Translation
from syncapi.shopware.searching import Found, Search, page
from syncapi.shopware.sources import Source
from syncapi.shopware.textrows import SYSTEM, Shown

Key = tuple[UUID, UUID]  # record and language


def check(criteria: Criteria) -> None:
    """Raises FaultyError."""
    if criteria.aggregations or criteria.scores or criteria.grouping or criteria.term:
        detail = "Texts are searched by filters alone."
        raise FaultyError(Fault(code="FRAMEWORK__INVALID_CRITERIA", detail=detail))


def find(translation: Translation, criteria: Criteria) -> Found:
    """Raises FaultyError."""
    check(criteria)
    rows, total = page(_rows(translation, criteria), criteria)
    return Found(keys=[_key(row) for row in rows], total=total)


def keys(translation: Translation, filters: Sequence[Filter]) -> list[Key]:
    """Of all that fit. Raises FaultyError."""
    return [_key(row) for row in _rows(translation, Criteria(filters=filters))]


def among(translation: Translation, criteria: Criteria, records: Sequence[UUID]) -> list[Key]:
    """Of all the texts of these records that fit, in order. Raises FaultyError."""
    return [_key(row) for row in _rows(translation, criteria, records)]


def _key(row: Mapping[str, Any]) -> Key:
    return row["of_record"], row["of_language"]


def read(translation: Translation, found: Sequence[Key]) -> list[Shown]:
    """In the order of the keys."""
    current = plan(translation.resource.spec.name)
    owners = {owner for owner, _ in found}
    records = {row["id"]: row for row in current.model._default_manager.filter(pk__in=owners).values()}
    model: Any = current.model._meta.get_field("translations").related_model
    beside = model._default_manager.filter(
        **{f"{current.owner}__in": owners}, language_id__in={language for _, language in found}
    )
    texts = {(row[current.owner], row["language_id"]): row for row in beside.values()}
    texts.update({(id, SYSTEM): row for id, row in records.items()})
    return [
        textrows.row_of(translation, records[owner], texts[owner, language], language=language)
        for owner, language in found
        if (owner, language) in texts
    ]


def _rows(translation: Translation, criteria: Criteria, records: Sequence[UUID] | None = None) -> QuerySet[Any]:
    """`of_record` and `of_language` of each, in order; of all records, or of these."""
    base, beside = (_part(source, translation, criteria, records) for source in sources.of_texts(translation.name))
    names = [f"sorting_{position}" for position, _ in enumerate(_sorted(criteria))]
    by = [
        F(name).desc(nulls_last=True) if sorting.descending else F(name).asc(nulls_first=True)
        for name, sorting in zip(names, _sorted(criteria), strict=True)
    ]
    return base.union(beside, all=True).order_by(*by, "of_record", "of_language")


def _part(
    source: Source, translation: Translation, criteria: Criteria, records: Sequence[UUID] | None
) -> QuerySet[Any]:
    within = None if records is None else Q(**{f"{source.columns[translation.owner_id]}__in": records})
    search = Search(source=source, criteria=replace(criteria, ids=()), within=within)
    rows = search.fitting(search.matching(), criteria.post, "/post-filter")
    asked = [translation.owner_id, "languageId", *(sorting.field for sorting in _sorted(criteria))]
    places = [search.place(name) for name in asked]
    rows = rows.alias(**{name: expression for place in places for name, expression in place.told.items()})
    names = ["of_record", "of_language", *(f"sorting_{position}" for position in range(len(places) - 2))]
    told = {name: F(place.lookup) for name, place in zip(names, places, strict=True)}
    found: QuerySet[Any] = rows.order_by().values(**told)
    return found


def _sorted(criteria: Criteria) -> list[Any]:
    return [sorting for sorting in criteria.sort if sorting.field != SCORE]
