"""Lists that stay fast at millions of rows, pages that change nothing, and rows that only their organization sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from catalog.models import User

MOST_COUNTED: Final = 1000
M = TypeVar("M", bound=Model)

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin
    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator

    class ModelAdmin(admin.ModelAdmin):
        """Django's own is generic for the type checker only."""

        def __class_getitem__(cls, model):
            return cls


class CappedPaginator(_Paginator):
    """Counts no further than it must to know that there are more than `MOST_COUNTED` rows, and pages no further."""

    @cached_property
    def count(self) -> int:
        return min(self._counted, MOST_COUNTED)

    @property
    def is_capped(self) -> bool:
        return self._counted > MOST_COUNTED

    @cached_property
    def _counted(self) -> int:
        rows = self.object_list
        assert isinstance(rows, QuerySet)
        return rows.order_by()[: MOST_COUNTED + 1].count()


class FastAdmin(ModelAdmin[M]):
    """A list whose cost does not depend on how many rows there are."""

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count every row


class ReadOnlyAdmin(FastAdmin[M]):
    """Shows, and changes nothing."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False


class OwnedAdmin(FastAdmin[M]):
    """Staff see their own organization's rows, superusers see all. `owner`: the lookup of the organization."""

    owner: ClassVar[str] = "organization"

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        rows, user = super().get_queryset(request), staff(request)
        return rows if user.is_superuser else rows.filter(**{self.owner: user.organization_id})


def staff(request: HttpRequest) -> User:
    """Who is at the admin."""
    assert isinstance(request.user, User)
    return request.user
