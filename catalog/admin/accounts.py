"""Organizations, their users and tokens. Rights are given by superusers only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from catalog.admin.issuing import IssueForm
from catalog.admin.reading import OwnedAdmin, ReadOnlyAdmin, staff
from catalog.models import AccessToken, Organization, User

admin.site.unregister(Group)

if TYPE_CHECKING:
    DjangoUserAdmin = auth_admin.UserAdmin[User]
else:
    DjangoUserAdmin = auth_admin.UserAdmin

MOST_AT_ONCE = 500  # tokens that one confirmation names; a form may have 1,000 fields
GIVEN_BY_SUPERUSERS = ("organization", "is_staff", "is_superuser", "groups", "user_permissions")


@admin.register(Organization)
class OrganizationAdmin(OwnedAdmin[Organization]):
    owner = "pk"
    list_display = ("name", "number", "created_at")
    ordering = ("number",)
    search_fields = ("name",)
    fields = ("name",)

    def has_delete_permission(self, request: HttpRequest, obj: Organization | None = None) -> bool:
        return False  # it owns operations; the page that says so would list every one of them


@admin.register(User)
class UserAdmin(OwnedAdmin[User], DjangoUserAdmin):
    list_display = ("username", "organization", "email", "is_active", "is_staff", "is_superuser", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser")
    list_select_related = ("organization",)
    autocomplete_fields = ("organization",)
    fieldsets = (
        (None, {"fields": ("username", "password", "organization")}),
        ("Personal info", {"fields": ("first_name", "last_name", "email")}),
        ("Permissions", {"fields": ("is_active", *GIVEN_BY_SUPERUSERS[1:])}),
        ("Important dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets: Any = (
        (
            None,
            {"classes": ("wide",), "fields": ("username", "organization", "usable_password", "password1", "password2")},
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return () if staff(request).is_superuser else GIVEN_BY_SUPERUSERS

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Whoever could change a superuser's password would be one."""
        above = obj is not None and obj.is_superuser and not staff(request).is_superuser
        return not above and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # operations keep their users; an account is ended by making it inactive

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: Any) -> None:
        if not staff(request).is_superuser:
            obj.organization_id = staff(request).organization_id
        super().save_model(request, obj, form, change)


@admin.register(Group)
class GroupAdmin(auth_admin.GroupAdmin):
    """Whoever could change a group could give its rights to themselves, in every organization."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_view_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return request.user.is_superuser

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return request.user.is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return request.user.is_superuser


@admin.register(AccessToken)
class TokenAdmin(OwnedAdmin[AccessToken], ReadOnlyAdmin[AccessToken]):
    owner = "user__organization"
    list_display = ("__str__", "user", "organization", "kind", "created_at", "expires_at", "revoked_at")
    list_filter = ("kind",)
    list_select_related = ("user__organization",)
    ordering = ("-pk",)
    sortable_by = ()
    search_fields = ("name", "user__username")
    fields = ("name", "user", "kind", "created_at", "expires_at", "revoked_at")
    actions = ("revoke_selected",)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return not lookup.startswith("digest") and super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("catalog.add_accesstoken")

    @method_decorator(sensitive_post_parameters())
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The answer to the form shows the secret, this once: no redirect, nothing in a session or a cookie."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = IssueForm(request.POST if request.method == "POST" else None, issuer=staff(request))
        page, context = "issue", {"title": "Create an access token", "form": form}
        if form.is_valid():
            page, context = "issued", {"title": "Access token created", "name": form.cleaned_data["name"]}
            context["secret"] = form.issue()
        frame = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media + form.media}
        answer = TemplateResponse(request, f"admin/catalog/accesstoken/{page}.html", {**frame, **context})
        answer["Cache-Control"] = "no-store"
        return answer

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return staff(request).has_perm("catalog.change_accesstoken")

    @admin.display(ordering=None)
    def organization(self, token: AccessToken) -> str:
        return token.user.organization.name

    @admin.action(description="Revoke selected tokens", permissions=["revoke"])
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[AccessToken]) -> HttpResponse | None:
        if request.POST.get("confirmed") != "yes":
            return self._ask(request, queryset)
        valid = queryset.filter(revoked_at=None)
        already = queryset.exclude(revoked_at=None).count()
        revoked = valid.update(revoked_at=timezone.now())
        self.message_user(request, f"{revoked} revoked, {already} already revoked.", messages.SUCCESS)
        return None

    def _ask(self, request: HttpRequest, tokens: QuerySet[AccessToken]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Revoke tokens",
            "opts": self.opts,
            "tokens": tokens[:MOST_AT_ONCE],
        }
        return TemplateResponse(request, "admin/catalog/accesstoken/revoke.html", context)
