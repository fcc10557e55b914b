"""The list of operations and their pages. Nothing here is added, edited or deleted; live ones can be cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from asyncops import journal, searching
from asyncops.acting import Kind
from asyncops.admin import (
    acts,
    cancelling,
    columns,
    digest,
    downloads,
    family,
    histories,
    items,
    many,
    queue,
    timeline,
    views,
    work,
)
from asyncops.admin.cancelling import named
from asyncops.admin.filters import FILTERS, chosen_organization
from asyncops.admin.listing import OperationList
from asyncops.models import Operation, OperationQuerySet
from asyncops.results import ResultSet
from catalog.admin.reading import OwnedAdmin, ReadOnlyAdmin, staff

LIST = "admin:asyncops_operation_changelist"
PAGE = "admin:asyncops_operation_change"
CANCEL = "admin:asyncops_operation_cancel"
CANCEL_SELECTED = "admin:asyncops_operation_cancel_selected"


@admin.register(Operation)
class OperationAdmin(OwnedAdmin[Operation], ReadOnlyAdmin[Operation]):
    list_display = (
        columns.number, columns.state, columns.request, columns.progress, columns.written, columns.refused,
        columns.owner, columns.accepted,
    )  # fmt: skip
    list_filter = FILTERS
    list_select_related = ("organization", "user")
    ordering = ("-seq",)
    sortable_by = ()
    search_fields = ("uuid",)  # that there is a search; `searching` does it
    list_per_page = 50
    actions = ("cancel_selected", "retry_selected")

    class Media:
        css = {"all": ("asyncops/admin.css",)}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[OperationList]:
        return OperationList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Operation], search_term: str
    ) -> tuple[QuerySet[Operation], bool]:
        if not search_term:
            return queryset, False
        found = searching.find(search_term, organization=chosen_organization(request))
        return queryset.filter(pk__in=found), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Operations", **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("cancel/", view(self.cancel_many_view), name="asyncops_operation_cancel_selected"),
            path("many/<slug:kind>/", view(self.many_view), name="asyncops_operation_many"),
            path("history/<uuid:record>/", view(self.record_history_view), name="asyncops_history"),
            path("live/", view(self.live_view), name="asyncops_live"),
            path("<int:number>/cancel/", view(self.cancel_one_view), name="asyncops_operation_cancel"),
            path("<int:number>/do/<slug:name>/", view(self.act_view), name="asyncops_operation_act"),
            path("<int:number>/as/<slug:name>/", view(self.as_view), name="asyncops_operation_as"),
            path("<int:number>/errors.csv", view(self.errors_view), name="asyncops_operation_errors"),
            path("<int:number>/<slug:wanted>.jsonl", view(self.results_view), name="asyncops_operation_results"),
            path("<int:number>/items/<int:index>/", view(self.item_view), name="asyncops_operation_item"),
        ]
        return [*queue.urls(view), *own, *super().get_urls()]

    @method_decorator(require_safe)
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        operation = self._operation(request, object_id)
        context = {
            "title": f"Operation {operation.pk}",
            "operation": operation,
            "may_cancel": not operation.is_final and self.has_cancel_permission(request),
            "acts": acts.possible(operation, request),
            "progress": operation.progress(now=timezone.now()),
            "events": timeline.of(operation),
            "work": work.of(operation),
            "digest": digest.of(operation),
            "family": family.of(operation),
            "dialects": views.names(),
            "results": list(ResultSet),
            "items": items.page(operation, request, site=self.admin_site),
        }
        return self._render(request, "operation", context)

    @method_decorator(require_safe)
    def live_view(self, request: HttpRequest) -> HttpResponse:
        """The moving cells of those rows of the list that were live, and the question for those that still are."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self._visible(request).filter(pk__in=named(request.GET.get("operations", ""))[: self.list_per_page])
        return TemplateResponse(request, "admin/asyncops/operation/live_rows.html", {"rows": list(rows)})

    @method_decorator(require_safe)
    def record_history_view(self, request: HttpRequest, record: UUID) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        entries = histories.of(record, visible=self._visible(request))
        return TemplateResponse(request, "admin/asyncops/history.html", {"entries": entries})

    @method_decorator(require_safe)
    def item_view(self, request: HttpRequest, number: int, index: int) -> HttpResponse:
        operation = self._operation(request, number)
        views = journal.items(operation, first=index, count=1, with_payload=True)
        if not views:
            raise Http404
        context = {
            "title": f"Item {index} of operation {operation.pk}",
            "operation": operation,
            "item": views[0],
            "record": items.records_of(operation, views, request, site=self.admin_site).get(views[0].record_id),
            "payload": items.payload(views[0]),
        }
        return self._render(request, "item", context)

    def act_view(self, request: HttpRequest, number: int, name: str) -> HttpResponse:
        """Asks, and does it when the answer is posted."""
        operation, act = self._operation(request, number), acts.ACTS.get(name)
        if act is None:
            raise Http404
        if not staff(request).has_perm(act.right):
            raise PermissionDenied
        if request.method == "POST":
            child = acts.do(act, operation, request)
            return HttpResponseRedirect(reverse(PAGE, args=[(child or operation).pk]))
        return self._render(request, "confirm_act", {"title": act.label, "operation": operation, "act": act})

    @method_decorator(require_safe)
    def as_view(self, request: HttpRequest, number: int, name: str) -> HttpResponse:
        operation = self._operation(request, number)
        shown = views.show(operation, name, now=timezone.now())
        context = {"operation": operation, "shown": shown, "dialect": name, "dialects": views.names()}
        return self._render(request, "as", {"title": f"As {name.title()} shows it", "item": operation, **context})

    @method_decorator(require_safe)
    def errors_view(self, request: HttpRequest, number: int) -> HttpResponseBase:
        return downloads.errors(self._operation(request, number))

    @method_decorator(require_safe)
    def results_view(self, request: HttpRequest, number: int, wanted: str) -> HttpResponseBase:
        if wanted not in list(ResultSet):
            raise Http404
        return downloads.result_set(self._operation(request, number), ResultSet(wanted))

    @admin.action(description="Cancel selected operations", permissions=["cancel"])
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[Operation]) -> HttpResponse:
        if request.POST.get("select_across") == "1":
            return self._ask_about_many(request, Kind.CANCEL, queryset)
        question = cancelling.question(cast(OperationQuerySet, queryset))
        return self._ask(request, question, send_to=reverse(CANCEL_SELECTED), back=reverse(LIST))

    @admin.action(description="Retry refused items of selected operations", permissions=["retry"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[Operation]) -> HttpResponse:
        return self._ask_about_many(request, Kind.RETRY_REFUSED, queryset)

    def many_view(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Acts on those that the question named, or on all that its filter matched when it was asked."""
        wanted = many.kind_of(kind)
        if not many.may(request, wanted) or not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseRedirect(reverse(LIST))
        operation = many.accept(request, wanted, among=self._matching(request))
        return HttpResponseRedirect(reverse(PAGE, args=[operation.pk]) if operation else reverse(LIST))

    def _matching(self, request: HttpRequest) -> OperationQuerySet:
        """What the list shows with the filters of this address, on all its pages."""
        try:
            return cast(OperationQuerySet, self.get_changelist_instance(request).get_queryset(request))
        except IncorrectLookupParameters:
            return self._visible(request).none()

    def _ask_about_many(self, request: HttpRequest, kind: Kind, queryset: QuerySet[Operation]) -> HttpResponse:
        question = many.question(request, kind, cast(OperationQuerySet, queryset))
        return self._render(request, "confirm_many", {"title": question.title, "question": question})

    def cancel_many_view(self, request: HttpRequest) -> HttpResponse:
        self._require_cancel(request)
        if request.method == "POST":
            cancelling.cancel(request, self._visible(request).filter(pk__in=named(request.POST.get("operations", ""))))
        return HttpResponseRedirect(reverse(LIST))

    def cancel_one_view(self, request: HttpRequest, number: int) -> HttpResponse:
        self._require_cancel(request)
        operation = self._operation(request, number)
        only, back = self._visible(request).filter(pk=operation.pk), reverse(PAGE, args=[operation.pk])
        if request.method == "POST":
            cancelling.cancel(request, only)
            return HttpResponseRedirect(back)
        return self._ask(request, cancelling.question(only), send_to=reverse(CANCEL, args=[operation.pk]), back=back)

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return staff(request).has_perm("asyncops.cancel_operation") and self.has_view_permission(request)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return many.may(request, Kind.RETRY_REFUSED) and self.has_view_permission(request)

    def _require_cancel(self, request: HttpRequest) -> None:
        if not self.has_cancel_permission(request):
            raise PermissionDenied

    def _visible(self, request: HttpRequest) -> OperationQuerySet:
        return cast(OperationQuerySet, self.get_queryset(request))

    def _operation(self, request: HttpRequest, number: str | int) -> Operation:
        if not self.has_view_permission(request):
            raise PermissionDenied
        operation = self.get_object(request, str(number))
        if operation is None:
            raise Http404
        return operation

    def _ask(self, request: HttpRequest, question: cancelling.Question, *, send_to: str, back: str) -> HttpResponse:
        context = {"title": question.title, "question": question, "send_to": send_to, "back": back}
        return self._render(request, "confirm_cancel", context)

    def _render(self, request: HttpRequest, page: str, context: Mapping[str, Any]) -> HttpResponse:
        frame = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media}
        return TemplateResponse(request, f"admin/asyncops/operation/{page}.html", {**frame, **context})
