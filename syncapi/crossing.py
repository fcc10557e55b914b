"""Where the requests below /api/ part: each goes to the view of the dialect that it belongs to (see `owners`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from django.http import HttpRequest, HttpResponseBase, JsonResponse

from syncapi.owners import Asked, Claims, Owner, owner

PREFIX: Final = "/api"
View = Callable[[HttpRequest], HttpResponseBase]


@dataclass(frozen=True, kw_only=True, eq=False)  # Django keeps views in a dictionary, by identity
class Crossing:
    """A Django view. A dialect plugs in its one view of all its paths below /api/, and the names that it claims."""

    views: Mapping[Owner, View]
    claims: Claims

    csrf_exempt: ClassVar[bool] = True  # programs come with a token, never with a cookie

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        view = self.views.get(owner(asked(request), self.claims), _nobody)
        return view(request)


def asked(request: HttpRequest) -> Asked:
    headers = request.headers
    return Asked(
        method=request.method or "",
        path=request.path_info.removeprefix(PREFIX),
        media=f"{headers.get('Content-Type', '')},{headers.get('Accept', '')}",
        shoptet_token=any(name in headers for name in ("Shoptet-Private-API-Token", "Shoptet-Access-Token")),
        external_ids=headers.get("X-Integration-Type", "").strip().lower() == "ext_id",
    )


def _nobody(request: HttpRequest) -> HttpResponseBase:
    """For the paths of a dialect that this installation does not have."""
    return JsonResponse({"status": 404, "code": "no_route", "title": "No route has this path."}, status=404)
