"""A page of an organization's operations. No count: pages are found by the accept order, however many there are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from asyncops import searching
from asyncops.models import Operation
from catalog.commands import Json
from catalog.models import Organization
from syncapi.operations import parsing, rendering
from syncapi.operations.parsing import Query


def page(query: Query, *, organization: Organization, parameters: Mapping[str, str], now: datetime) -> dict[str, Json]:
    """`next` is null on the last page, else the address of the one after; it keeps the filters."""
    found = list(_found(query, organization)[: query.limit + 1])
    shown = found[: query.limit]
    more = len(found) > query.limit
    return {
        "operations": [rendering.operation(operation, now=now) for operation in shown],
        "next": _address({**parameters, "cursor": parsing.cursor(shown[-1].seq)}) if more else None,
    }


def _found(query: Query, organization: Organization) -> QuerySet[Operation]:
    found = None if query.search is None else searching.find(query.search, organization=organization)
    conditions = {
        "pk__in": found,
        "state__in": query.states or None,
        "dialect": query.dialect,
        "entity": query.entity,
        "kind": query.kind,
        "parent__uuid": query.parent,
        "dry_run": query.dry_run,
        "accepted_at__gte": query.accepted_from,
        "accepted_at__lt": query.accepted_before,
        "seq__lt": query.before,
    }
    asked = {name: value for name, value in conditions.items() if value is not None}
    return (
        Operation.objects.filter(organization=organization, **asked).select_related("parent", "user").order_by("-seq")
    )


def _address(parameters: Mapping[str, str]) -> str:
    return f"{reverse('operations')}?{urlencode(parameters)}"
