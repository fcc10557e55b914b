"""What the list of operations can be narrowed down to. None of it reads the table to know its choices."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from asyncops.models import DIALECTS
from asyncops.states import LIVE, State
from catalog.admin.reading import ModelAdmin, staff
from catalog.entities import ENTITIES
from catalog.models import Organization, User

MOST_OFFERED = 100
Choices = list[tuple[str, str]]
UNFINISHED = "unfinished"


class Narrowing(SimpleListFilter):
    """One field of the bar above the list. `kind`: select, or the type of an input."""

    kind: ClassVar[str] = "select"
    parameter_name: str

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Iterable[tuple[str, str]]:
        return ()

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: ChangeList) -> Any:
        return ()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """What cannot be understood finds nothing, and is told: an action must never meet more than was meant."""
        given = (self.value() or "").strip()
        if not given:
            return queryset
        wanted = self.wanted(given)
        if wanted is None:
            messages.warning(request, f"“{given}” names no {self.title}.")
            return queryset.none()
        return queryset.filter(**wanted)

    def wanted(self, given: str) -> dict[str, Any] | None:
        """Conditions; None when `given` means nothing."""
        raise NotImplementedError


class StateFilter(Narrowing):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return [(UNFINISHED, "new or running"), *((str(value), str(label)) for value, label in State.choices)]

    def wanted(self, given: str) -> dict[str, Any] | None:
        if given == UNFINISHED:
            return {"state__in": sorted(LIVE)}
        return {"state": given} if given in State.values else None


class DialectFilter(Narrowing):
    title = "dialect"
    parameter_name = "dialect"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return DIALECTS

    def wanted(self, given: str) -> dict[str, Any] | None:
        return {"dialect": given} if given in dict(DIALECTS) else None


class EntityFilter(Narrowing):
    title = "entity"
    parameter_name = "entity"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return [(name, name.replace("_", " ")) for name in sorted(ENTITIES)]

    def wanted(self, given: str) -> dict[str, Any] | None:
        return {"entity": given} if given in ENTITIES else None


class OrganizationFilter(Narrowing):
    title = "organization"
    parameter_name = "organization"
    kind = "text"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        """Of superusers alone: everybody else sees one organization."""
        self.is_shown = staff(request).is_superuser
        names = Organization.objects.order_by("number").values_list("name", flat=True) if self.is_shown else ()
        return [(name, name) for name in names[:MOST_OFFERED]]

    def has_output(self) -> bool:
        return self.is_shown

    def wanted(self, given: str) -> dict[str, Any] | None:
        found = Organization.objects.filter(name=given).first()
        return {"organization": found} if found else None


def chosen_organization(request: HttpRequest) -> Organization | None:
    """Whose operations are looked at; None: everybody's."""
    user = staff(request)
    if not user.is_superuser:
        return user.organization
    name = request.GET.get(OrganizationFilter.parameter_name)
    return Organization.objects.filter(name=name).first() if name else None


class OwnerFilter(Narrowing):
    title = "owner"
    parameter_name = "owner"
    kind = "text"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        user = staff(request)
        users = User.objects.all() if user.is_superuser else User.objects.filter(organization=user.organization_id)
        return [(name, name) for name in users.order_by("number").values_list("username", flat=True)[:MOST_OFFERED]]

    def wanted(self, given: str) -> dict[str, Any] | None:
        found = User.objects.filter(username=given).first()
        return {"user": found} if found else None


class FromFilter(Narrowing):
    title = "accepted from"
    parameter_name = "from"
    kind = "date"

    def wanted(self, given: str) -> dict[str, Any] | None:
        day = _day(given)
        return {"accepted_at__gte": day} if day else None


class UntilFilter(Narrowing):
    title = "accepted until"
    parameter_name = "until"
    kind = "date"

    def wanted(self, given: str) -> dict[str, Any] | None:
        """The day itself included."""
        day = _day(given)
        return {"accepted_at__lt": day + timedelta(days=1)} if day else None


FILTERS = (StateFilter, DialectFilter, EntityFilter, OrganizationFilter, OwnerFilter, FromFilter, UntilFilter)


def _day(given: str) -> datetime | None:
    """Its beginning, UTC. The last day of the calendar has no next one, so it means nothing either."""
    try:
        day = datetime.strptime(given, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return day if day.year < 9999 else None
