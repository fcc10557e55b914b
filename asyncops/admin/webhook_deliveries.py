"""The log of webhooks: what was sent, what the receivers said, and sending it again."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from asyncops import webhooks
from asyncops.admin.webhook_acts import RESEND
from asyncops.models import WebhookDelivery, WebhookEndpoint
from asyncops.templatetags import operation_cells as cells
from catalog.admin.reading import MOST_COUNTED, OwnedAdmin, ReadOnlyAdmin, staff

LIST = "admin:asyncops_webhookdelivery_changelist"
ACTS = {"resend": "Resend", "give-up": "Give up"}
QUESTIONS = {
    "resend": "Send each of these once more, whether or not it was acknowledged? The receiver sees the same id.",
    "give-up": "Make no more scheduled attempts for these?",
}


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(OwnedAdmin[WebhookDelivery], ReadOnlyAdmin[WebhookDelivery]):
    list_display = ("number", "about", "status_", "attempted", "created", "to")
    list_filter = ("status", "event")
    ordering = ("-pk",)
    sortable_by = ()
    search_fields = ("instance",)
    search_help_text = "What the event is about, exactly: a job or a product"
    actions = ("resend_selected", "give_up_selected")

    class Media:
        css = {"all": ("asyncops/admin.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookDelivery]:
        return super().get_queryset(request).defer("body")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[WebhookDelivery], search_term: str
    ) -> tuple[QuerySet[WebhookDelivery], bool]:
        return (queryset.filter(instance=search_term.strip()) if search_term.strip() else queryset), False

    def get_urls(self) -> list[URLPattern]:
        act = self.admin_site.admin_view(self.act_view)
        return [path("do/<str:name>/", act, name="asyncops_webhookdelivery_act"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        delivery = self.get_object(request, object_id)
        if delivery is None:
            raise Http404
        context = {
            "title": f"Delivery {delivery.pk}",
            "delivery": delivery,
            "endpoint": WebhookEndpoint.objects.filter(pk=delivery.endpoint_id).first(),
            "body": bytes(delivery.body).decode(errors="replace"),
            "log": delivery.log.select_related("by").order_by("pk"),
            "acts": ACTS if self.has_resend_permission(request) else {},
        }
        return self._render(request, "delivery", context)

    @admin.action(description="Resend selected deliveries", permissions=["resend"])
    def resend_selected(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> HttpResponse:
        return self._ask(request, queryset, "resend")

    @admin.action(description="Give up selected deliveries", permissions=["resend"])
    def give_up_selected(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> HttpResponse:
        return self._ask(request, queryset, "give-up")

    def act_view(self, request: HttpRequest, name: str) -> HttpResponse:
        if not self.has_resend_permission(request):
            raise PermissionDenied
        if name not in ACTS:
            raise Http404
        numbers = re.findall(r"[0-9]{1,18}", (request.POST or request.GET).get("numbers", ""))[:MOST_COUNTED]
        chosen = self.get_queryset(request).filter(pk__in=[int(number) for number in numbers])
        if request.method != "POST":
            return self._ask(request, chosen, name)
        count = webhooks.resend(chosen, by=staff(request)) if name == "resend" else webhooks.give_up(chosen)
        left = len(numbers) - count
        said = f"{count} {'will be sent again' if name == 'resend' else 'given up'}"
        messages.success(request, f"{said}, {left} left alone." if left else f"{said}.")
        return HttpResponseRedirect(reverse(LIST))

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return staff(request).has_perm(RESEND) and self.has_view_permission(request)

    def _ask(self, request: HttpRequest, chosen: QuerySet[WebhookDelivery], name: str) -> HttpResponse:
        named = list(chosen.order_by("-pk")[:MOST_COUNTED])
        context = {
            "title": f"{ACTS[name]} {len(named)} deliveries",
            "question": QUESTIONS[name],
            "named": named[:20],
            "not_shown": max(len(named) - 20, 0),
            "numbers": ",".join(str(delivery.pk) for delivery in named),
            "send_to": reverse("admin:asyncops_webhookdelivery_act", args=[name]),
            "back": reverse(LIST),
            "button": ACTS[name],
        }
        return self._render(request, "confirm", context)

    def _render(self, request: HttpRequest, page: str, context: dict[str, Any]) -> HttpResponse:
        frame = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media}
        return TemplateResponse(request, f"admin/asyncops/webhooks/{page}.html", {**frame, **context})

    @admin.display(description="Delivery")
    def number(self, delivery: WebhookDelivery) -> str:
        return format_html('<span title="msg_{}">#{}</span>', delivery.message.hex, delivery.pk)

    @admin.display(description="Status")
    def status_(self, delivery: WebhookDelivery) -> str:
        return cells.outcome_badge(delivery.status)

    @admin.display(description="Event")
    def about(self, delivery: WebhookDelivery) -> str:
        return cells.two_lines(delivery.event, delivery.instance)

    @admin.display(description="Attempts, next")
    def attempted(self, delivery: WebhookDelivery) -> str:
        return cells.two_lines(delivery.attempts, cells.ago(delivery.resend_at or delivery.due_at))

    @admin.display(description="URL")
    def to(self, delivery: WebhookDelivery) -> str:
        return cells.address(delivery.url)

    @admin.display(description="Created")
    def created(self, delivery: WebhookDelivery) -> str:
        return cells.ago(delivery.created_at)
