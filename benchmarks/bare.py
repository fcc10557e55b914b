"""The floors of what goes over HTTP, each an application for gunicorn that does one thing alone."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from typing import Any, Final

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

_HEALTH: Final = "healthz"


def receiver(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Keeps the bytes of a body in a file, and answers 202."""
    with tempfile.TemporaryFile() as kept:
        shutil.copyfileobj(environ["wsgi.input"], kept)
    start_response("202 Accepted", [("Content-Length", "0")])
    return []


def reader() -> Callable[..., Any]:
    """Django without middleware, whose one view shows one row of the operations."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    settings.MIDDLEWARE, settings.ROOT_URLCONF = [], __name__
    django.setup()
    from django.core.handlers.wsgi import WSGIHandler

    return WSGIHandler()


def row(request: HttpRequest, number: int) -> HttpResponse:
    from asyncops.models import Operation

    return JsonResponse(Operation.objects.filter(pk=number).values().get())


def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path(_HEALTH, health), path("row/<int:number>", row)]
