"""One page of an operation's items, and one item as it was sent. Never more is loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import orjson
from django.apps import apps
from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.urls import reverse

from asyncops import journal, redacting
from asyncops.journal import ItemView
from asyncops.models import Item, ItemError, ItemOutcome, Operation
from catalog.entities import ENTITIES
from catalog.outcomes import ErrorCode, FieldError

PER_PAGE: Final = 100
LONGEST_PAYLOAD: Final = 100_000  # characters shown of one item


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """What a record is called, and where the admin shows it."""

    name: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    item: ItemView
    record: Record | None  # None: there is none, it is gone, or the reader may not see it


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One way to narrow the items down. `outcome` "": all."""

    outcome: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    rows: Sequence[Row]
    outcome: str
    number: int  # from 1
    last: int
    total: int  # items of this outcome
    choices: Sequence[Choice]

    @property
    def first_shown(self) -> int:
        return (self.number - 1) * PER_PAGE + 1

    @property
    def last_shown(self) -> int:
        return self.first_shown + len(self.rows) - 1


def page(operation: Operation, request: HttpRequest, *, site: AdminSite) -> Page:
    """The page that the query string asks for (`outcome`, `page`), or the nearest that there is."""
    choices = _choices(operation)
    counts = {choice.outcome: choice.count for choice in choices}
    outcome = request.GET.get("outcome", "")
    if outcome not in counts:
        outcome = ""
    last = max(1, -(-counts[outcome] // PER_PAGE))
    number = min(_number(request.GET.get("page", "")), last)
    first = (number - 1) * PER_PAGE
    views = _of_outcome(operation, outcome, first) if outcome else journal.items(operation, first=first, count=PER_PAGE)
    records = records_of(operation, views, request, site=site)
    return Page(
        rows=[Row(item=view, record=records.get(view.record_id)) for view in views],
        outcome=outcome,
        number=number,
        last=last,
        total=counts[outcome],
        choices=choices,
    )


def payload(item: ItemView) -> str:
    """The item as it was sent, indented."""
    text = orjson.dumps(redacting.redacted(item.payload), option=orjson.OPT_INDENT_2).decode()
    return text if len(text) <= LONGEST_PAYLOAD else f"{text[:LONGEST_PAYLOAD]}\n… {len(text):,} characters in all"


def records_of(
    operation: Operation, views: Sequence[ItemView], request: HttpRequest, *, site: AdminSite
) -> Mapping[UUID | None, Record]:
    """The records of these items that still exist, in one query, as far as the reader may see them."""
    spec = ENTITIES.get(operation.entity)
    ids = [view.record_id for view in views if view.record_id]
    model = apps.get_model(spec.model) if spec else None
    if not ids or model is None or not site.is_registered(model):
        return {}
    if not site.get_model_admin(model).has_view_permission(request):
        return {}
    place = f"{site.name}:{model._meta.app_label}_{model._meta.model_name}_change"
    found = model._default_manager.in_bulk(ids)
    return {id: Record(name=str(record), url=reverse(place, args=[id])) for id, record in found.items()}


def _choices(operation: Operation) -> list[Choice]:
    """All, and every outcome that has rows: the others are known as ranges only."""
    counted = [Choice(outcome=outcome, count=getattr(operation, outcome)) for outcome in ItemOutcome.values]
    return [Choice(outcome="", count=operation.total), *(choice for choice in counted if choice.count)]


def _of_outcome(operation: Operation, outcome: str, first: int) -> list[ItemView]:
    rows = Item.objects.filter(operation_id=operation.pk, outcome=outcome).order_by("index")
    found = dict(rows.values_list("index", "record_id")[first : first + PER_PAGE])
    errors = _errors(operation, list(found))
    return [
        ItemView(index=index, outcome=outcome, record_id=record_id, errors=tuple(errors.get(index, ())))
        for index, record_id in found.items()
    ]


def _errors(operation: Operation, indexes: Sequence[int]) -> Mapping[int, list[FieldError]]:
    found: dict[int, list[FieldError]] = {}
    for row in ItemError.objects.filter(operation_id=operation.pk, index__in=indexes).order_by("pk"):
        error = FieldError(path=row.path, code=ErrorCode(row.code), params=row.params)
        found.setdefault(row.index, []).append(error)
    return found


def _number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 10 else 1
