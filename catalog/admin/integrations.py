"""Programs that sign in by themselves: made here, where the secret is shown once, and revoked here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from catalog import consumers
from catalog.admin.reading import OwnedAdmin, staff
from catalog.models import AccessToken, Integration, User


@admin.register(Integration)
class IntegrationAdmin(OwnedAdmin[Integration]):
    owner = "user__organization"
    list_display = ("name", "client_id", "user", "created_at", "used_at", "revoked_at")
    list_select_related = ("user",)
    ordering = ("-pk",)
    search_fields = ("name", "client_id", "user__username")
    fields = ("name", "user", "client_id", "created_at", "used_at", "revoked_at")
    readonly_fields = ("client_id", "created_at", "used_at", "revoked_at")
    actions = ("revoke_selected",)

    def has_change_permission(self, request: HttpRequest, obj: Integration | None = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Integration | None = None) -> bool:
        return False  # it is revoked, and stays as a record of who called

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            kwargs["queryset"] = self._users(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Integration, form: Any, change: Any) -> None:
        made, secret = Integration.issue(obj.user, name=obj.name)
        obj.pk, obj.client_id, obj.digest = made.pk, made.client_id, made.digest
        obj.secret = secret  # type: ignore[attr-defined]  # for the answer to this request, and kept nowhere

    def response_add(
        self, request: HttpRequest, obj: Integration, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The answer to the form shows the secret, this once: no redirect, nothing in a session or a cookie."""
        context = {"title": "Integration created", "made": obj, "secret": obj.secret, "consumer": consumers.of(obj)}  # type: ignore[attr-defined]
        frame = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media}
        return TemplateResponse(request, "admin/catalog/integration/issued.html", {**frame, **context})

    @admin.action(description="Revoke selected integrations", permissions=["change"])
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[Integration]) -> None:
        """Their tokens end too: those that they have got are named after them."""
        now, ids = timezone.now(), list(queryset.values_list("client_id", flat=True))
        revoked = queryset.filter(revoked_at=None).update(revoked_at=now)
        AccessToken.objects.filter(name__in=ids, revoked_at=None).update(revoked_at=now)
        self.message_user(request, f"{revoked} revoked, {len(ids) - revoked} already revoked.", messages.SUCCESS)

    def _users(self, request: HttpRequest) -> QuerySet[User]:
        """Nobody gives a program more than he has: superusers may name anybody, others themselves."""
        caller = staff(request)
        return User.objects.all() if caller.is_superuser else User.objects.filter(pk=caller.pk)
