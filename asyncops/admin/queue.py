"""Pausing and resuming; and RQ's own pages of queues, jobs and workers, for those who may manage the queue."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST
from django_rq.models import Dashboard as RqPages
from django_rq.urls import get_admin_urlpatterns, get_api_urlpatterns
from redis.exceptions import RedisError

from asyncops import control
from asyncops.admin import dashboard
from catalog.admin.reading import ReadOnlyAdmin, staff

View = Callable[..., HttpResponse]


def urls(protect: Callable[[View], View]) -> list[URLPattern]:
    """Below the operations' own."""
    return [
        path("dashboard/", protect(live), name="asyncops_dashboard"),
        path("pause/", protect(pause), name="asyncops_pause"),
        path("resume/", protect(resume), name="asyncops_resume"),
    ]


def live(request: HttpRequest) -> HttpResponse:
    """The dashboard alone, which asks for itself again."""
    if not dashboard.may_see(request):
        raise PermissionDenied
    return TemplateResponse(request, "admin/asyncops/dashboard.html", {"board": dashboard.of(request)})


@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    """Of everything when a superuser asks, else of the organization."""
    user = _allowed(request)
    begun = control.pause(by=user, organization=dashboard.scope(user))
    return _told(request, begun, "Paused. What runs finishes, nothing more begins.", "It was paused already.")


@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    ended = control.resume(organization=dashboard.scope(_allowed(request)))
    return _told(request, ended, "Resumed.", "It was not paused.")


def _allowed(request: HttpRequest) -> Any:
    if not dashboard.may_pause(request):
        raise PermissionDenied
    return staff(request)


def _told(request: HttpRequest, changed: bool, yes: str, no: str) -> HttpResponse:
    messages.add_message(request, messages.SUCCESS if changed else messages.WARNING, yes if changed else no)
    return HttpResponseRedirect(reverse("admin:index"))


@admin.register(RqPages)
class QueuePages(ReadOnlyAdmin[RqPages]):
    """RQ's pages let any staff user stop and delete jobs, and fail while Redis is away; here neither."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False  # the dashboard leads to them

    def has_view_permission(self, request: HttpRequest, obj: RqPages | None = None) -> bool:
        return dashboard.may_manage(request)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:django_rq_home"))

    def get_urls(self) -> list[URLPattern]:
        pages = get_admin_urlpatterns(name_prefix="django_rq_", view_wrapper=self._guarded)
        for_programs = get_api_urlpatterns(name_prefix="django_rq_")  # RQ's let in whoever has a token: nobody here
        for page in for_programs:
            page.callback = self._guarded(page.callback)
        listed = path("list/", self._guarded(self.changelist_view), name="django_rq_dashboard_changelist")
        return [listed, *for_programs, *pages]

    def _guarded(self, view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **values: Any) -> HttpResponse:
            if not self.has_view_permission(request):
                raise PermissionDenied
            request.current_app = self.admin_site.name
            try:
                return view(request, *args, **values)
            except RedisError:
                return self._away(request)

        return self.admin_site.admin_view(guarded)

    def _away(self, request: HttpRequest) -> HttpResponse:
        frame = {**self.admin_site.each_context(request), "title": "Redis is away"}
        return TemplateResponse(request, "admin/asyncops/redis_away.html", frame, status=503)
