"""A slash that a client writes twice, where it joins its base to a path, counts once, as before every shop."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from syncapi.rawpaths import merged


class MergeSlashes:
    """A Django middleware. What was sent stays in META: it may be signed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.path, request.path_info = merged(request.path), merged(request.path_info)
        return self.get_response(request)
