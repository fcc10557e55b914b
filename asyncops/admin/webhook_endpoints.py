"""Where organizations are told of events: how each endpoint is, and what can be done with it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from asyncops import webhooks
from asyncops.admin.webhook_acts import ACTS, Act
from asyncops.admin.webhook_forms import TAKEN, EndpointForm
from asyncops.models import WebhookDelivery, WebhookEndpoint
from asyncops.network_models import Event
from asyncops.templatetags import operation_cells as cells
from catalog.admin.reading import OwnedAdmin, staff

LIST = "admin:asyncops_webhookendpoint_changelist"
PAGE = "admin:asyncops_webhookendpoint_change"
SHOWN = 20  # deliveries on an endpoint's page


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(OwnedAdmin[WebhookEndpoint]):
    form = EndpointForm
    list_display = ("event", "to", "state", "answered", "waiting")
    list_filter = ("event", "enabled")
    list_select_related = ("organization",)
    sortable_by = ()
    actions = ()

    class Media:
        css = {"all": ("asyncops/admin.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookEndpoint]:
        due = WebhookDelivery.objects.filter(endpoint=OuterRef("pk"), due_at__isnull=False).order_by("due_at")
        return super().get_queryset(request).annotate(oldest=Subquery(due.values("created_at")[:1]))

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Not by a form: see the acts of its page."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_form(
        self, request: HttpRequest, obj: WebhookEndpoint | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        owner = staff(request).organization

        class OwnForm(form):  # type: ignore[misc,valid-type]
            def __init__(self, *args: Any, **options: Any) -> None:
                super().__init__(*args, **options)
                self.instance.organization = owner

        return OwnForm

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().add_view(request, form_url, extra_context)
        except webhooks.AlreadyRegistered:  # by somebody else, since the form was checked
            messages.error(request, TAKEN)
            return HttpResponseRedirect(reverse(LIST))

    def save_model(self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool) -> None:
        made = webhooks.register(obj.organization, event=Event(obj.event), url=obj.url)
        obj.pk, obj._state.adding = made.pk, False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        for endpoint in self.get_queryset(request).filter(enabled=False)[:SHOWN]:
            messages.error(request, f"{endpoint} is disabled: {endpoint.disabled_reason}")
        return super().changelist_view(request, extra_context)

    def get_urls(self) -> list[URLPattern]:
        act = self.admin_site.admin_view(self.act_view)
        return [path("<int:number>/do/<str:name>/", act, name="asyncops_webhookendpoint_act"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        endpoint = self._endpoint(request, object_id)
        latest = WebhookDelivery.objects.filter(endpoint=endpoint).defer("body").order_by("-pk")[:SHOWN]
        offered = {name: act for name, act in ACTS.items() if self._may(request, act) and act.is_offered(endpoint)}
        context = {"title": endpoint.event, "endpoint": endpoint, "acts": offered, "deliveries": latest}
        return self._render(request, "endpoint", context)

    def act_view(self, request: HttpRequest, number: int, name: str) -> HttpResponse:
        endpoint, act = self._endpoint(request, str(number)), ACTS.get(name)
        if act is None:
            raise Http404
        if not self._may(request, act):
            raise PermissionDenied
        if request.method == "POST":
            messages.success(request, act.do(request, endpoint))
            there = WebhookEndpoint.objects.filter(pk=number).exists()
            return HttpResponseRedirect(reverse(PAGE, args=[number]) if there else reverse(LIST))
        context = {"title": f"{act.title}: {endpoint}", "question": act.question, "back": reverse(PAGE, args=[number])}
        return self._render(request, "confirm", {**context, "button": act.title})

    def _may(self, request: HttpRequest, act: Act) -> bool:
        return staff(request).has_perm(act.right)

    def _endpoint(self, request: HttpRequest, number: str) -> WebhookEndpoint:
        if not self.has_view_permission(request):
            raise PermissionDenied
        endpoint = self.get_object(request, number)
        if endpoint is None:
            raise Http404
        return endpoint

    def _render(self, request: HttpRequest, page: str, context: dict[str, Any]) -> HttpResponse:
        frame = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media}
        return TemplateResponse(request, f"admin/asyncops/webhooks/{page}.html", {**frame, **context})

    @admin.display(description="State")
    def state(self, endpoint: WebhookEndpoint) -> str:
        word = "failing" if endpoint.failing_since else "success"
        return cells.two_lines(cells.outcome_badge(word if endpoint.enabled else "disabled"), endpoint.organization)

    @admin.display(description="URL")
    def to(self, endpoint: WebhookEndpoint) -> str:
        return cells.address(endpoint.url)

    @admin.display(description="Success, failure")
    def answered(self, endpoint: WebhookEndpoint) -> str:
        return cells.two_lines(cells.ago(endpoint.last_success_at), cells.ago(endpoint.last_failure_at))

    @admin.display(description="Undelivered")
    def waiting(self, endpoint: WebhookEndpoint) -> str:
        return cells.ago(getattr(endpoint, "oldest", None))
