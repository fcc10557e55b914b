"""The floors of what goes over HTTP, each an application for gunicorn that does one thing alone."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any, Final

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone

_HEALTH: Final = "healthz"
_PLACES: Final = count(1)


def receiver(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Keeps the bytes of a body in a file, and answers 202."""
    with tempfile.TemporaryFile() as kept:
        shutil.copyfileobj(environ["wsgi.input"], kept)
    start_response("202 Accepted", [("Content-Length", "0")])
    return []


def views() -> Callable[..., Any]:
    """Django without middleware: one view shows a row of the operations, another stores one."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    settings.MIDDLEWARE, settings.ROOT_URLCONF = [], __name__
    django.setup()
    from django.core.handlers.wsgi import WSGIHandler

    return WSGIHandler()


def row(request: HttpRequest, number: int) -> HttpResponse:
    from asyncops.models import Operation

    return JsonResponse(Operation.objects.filter(pk=number).values().get())


def store(request: HttpRequest, path: str) -> HttpResponse:
    """The least that such a request needs: its token's user, its body decoded, one row that holds it."""
    from asyncops.models import Operation
    from catalog.models import AccessToken

    secret, now = request.META["HTTP_AUTHORIZATION"].removeprefix("Bearer "), timezone.now()
    user = AccessToken.objects.valid(secret, now=now).select_related("user").get().user
    operation = Operation.objects.create(
        user=user,
        organization_id=user.organization_id,
        context=json.loads(request.body),
        seq=next(_PLACES),
        accepted_at=now,
        expires_at=now,
    )
    response = JsonResponse({"id": operation.pk}, status=202)
    response.headers["Content-Length"] = str(len(response.content))
    return response


def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path(_HEALTH, health), path("row/<int:number>", row), path("rest/<path:path>", store)]
