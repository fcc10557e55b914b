"""The one view of everything that is Shoptet's: finds the route, asks for the right, lets the route's view answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from asyncops.models import Operation
from asyncops.submissions import Caller
from syncapi import preferences
from syncapi.auth import has_any
from syncapi.exchange import ApiRequest
from syncapi.idempotency import SAFE, RepeatableView
from syncapi.limits import JsonBody
from syncapi.shoptet import errors, limiting, locking
from syncapi.shoptet.accepting import accepted
from syncapi.shoptet.auth import ShoptetToken, secret_of
from syncapi.shoptet.envelope import Envelope, JsonWhateverIsAsked, OldestShoptetBody, ShoptetBody
from syncapi.shoptet.numbering import Numbered
from syncapi.shoptet.routes import Call, RouteTable


class MayCall(BasePermission):
    """The route says which rights let in; whether they reach to each record is asked when it is written."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, Caller) and has_any(request.auth.rights, view.call.route.rights)


class Api(Numbered, RepeatableView):
    authentication_classes = (ShoptetToken,)
    permission_classes = (MayCall,)
    parser_classes = (JsonBody, ShoptetBody, OldestShoptetBody)
    renderer_classes = (Envelope,)
    content_negotiation_class = JsonWhateverIsAsked
    http_method_names = [*RepeatableView.http_method_names, "trace"]
    table: RouteTable = RouteTable(routes=())
    call: Call

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.call = self.table.find(request.method or "", request.path.removeprefix("/api"))
        super().initial(request, *args, **kwargs)
        level = limiting.pour(secret_of(request), now=timezone.now())
        self.headers[limiting.HEADER] = limiting.shown(level)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Every answer tells how full the bucket is, also one that came before anybody looked (contract 8)."""
        finished = super().finalize_response(request, response, *args, **kwargs)
        finished.headers.setdefault(limiting.HEADER, limiting.shown(0.0))
        return finished

    def promised(self, operation: Operation) -> Response:
        """A job like any other."""
        headers = {"Location": preferences.address(operation), "Preference-Applied": "respond-async"}
        return accepted(operation, headers=headers)

    def keeps_answers(self) -> bool:
        return not self.call.route.is_secret

    def answer(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        if request.method in SAFE:
            return self.call.route.view(request, self.call)
        with locking.alone(request):
            return self.call.route.view(request, self.call)

    get = head = post = put = patch = delete = trace = http_method_not_allowed = answer  # type: ignore[assignment]
    options = answer  # type: ignore[assignment]

    def get_exception_handler(self) -> Callable[[Exception, Mapping[str, Any]], Response]:
        return errors.handle
