"""Magento's calls: what comes in becomes a submission or a question, and the answer is rendered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.conf import settings
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from asyncops.submissions import Caller, Submission
from catalog.commands import Json
from syncapi import policies, preferences, signin
from syncapi.auth import BearerToken, has_any
from syncapi.exchange import ApiRequest
from syncapi.idempotency import RepeatableView
from syncapi.magento import (
    answers,
    bulks,
    errors,
    fields,
    parsing,
    reading,
    rendering,
    routing,
    searches,
    status,
    stores,
    streaming,
)
from syncapi.magento.routes import Call, Form, Listed, Route, RouteTable, WriteRoute
from syncapi.magento.signed import OAuthSignature
from syncapi.magento.stores import Stores
from syncapi.problems import NotAList, NotAnObject, RecordRefused


class MayCall(BasePermission):
    """The route says which rights let in; whether they reach to each record is asked when it is written."""

    def has_permission(self, request: Request, view: Any) -> bool:
        route = view.call.route
        if route.is_open:
            return True
        return isinstance(request.auth, Caller) and has_any(request.auth.rights, route.rights)


class Rest(RepeatableView):
    """Everything below /rest: finds the route, asks for the right, lets the route's view answer."""

    authentication_classes = (BearerToken, OAuthSignature)
    permission_classes = (MayCall,)
    http_method_names = [*RepeatableView.http_method_names, "trace"]
    table: RouteTable = RouteTable()
    call: Call

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.call = routing.find(self.table, request.META, method=request.method or "", stores=stores.current())
        super().initial(request, *args, **kwargs)

    def keeps_answers(self) -> bool:
        return not self.call.route.is_open  # it signs in, and its answer is a token

    def answer(self, request: ApiRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        call = self.call
        view = call.route.view or _BY_FORM[call.form]
        response = view(request, call)
        if isinstance(response, Response):
            response.data = fields.keep(response.data, request.query_params.get("fields"))
        return response

    get = post = put = patch = delete = trace = http_method_not_allowed = answer  # type: ignore[assignment]
    options = answer  # type: ignore[assignment]

    def get_exception_handler(self) -> Callable[[Exception, Mapping[str, Any]], Response]:
        return errors.handle


def run(request: ApiRequest, call: Call) -> Response:
    """The sync form of a writing route: 200 with what the route shows."""
    route = _writing(call.route)
    if route.listed is not None:
        return _run_list(request, call, route.listed)
    item = route.item(request.data, call.path)
    _, [outcome] = preferences.run_now(request, _submission(request, call, [item]))
    if outcome.errors:
        raise RecordRefused(outcome.errors, item=item)
    return Response(answers.one(outcome, route=route, store=call.store))


def _run_list(request: ApiRequest, call: Call, listed: Listed) -> Response:
    """Each record stands alone; the answer tells why some were refused."""
    items = listed.items(request.data)
    outcomes = preferences.run_now(request, _submission(request, call, items))[1] if items else []
    return Response([
        told
        for item, outcome in zip(items, outcomes, strict=True)
        if outcome.errors
        for told in listed.told(outcome.errors, item)
    ])  # fmt: skip


def accept(request: ApiRequest, call: Call) -> Response:
    return _accepted(request, call, [_writing(call.route).item(request.data, call.path)])


def accept_bulk(request: ApiRequest, call: Call) -> Response:
    items = request.data
    request.forget_body()
    if not isinstance(items, list):
        raise NotAList
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            raise NotAnObject(index=index)
    return _accepted(request, call, items)


def bulk_status(request: ApiRequest, call: Call) -> HttpResponseBase:
    return _bulk(request, call, stores=None)


def bulk_detailed_status(request: ApiRequest, call: Call) -> HttpResponseBase:
    return _bulk(request, call, stores=stores.current())


def _bulk(request: ApiRequest, call: Call, *, stores: Stores | None) -> HttpResponseBase:
    """A bulk of many items is sent while it is read, so that it is never in memory as a whole."""
    operation = status.find(call.path["bulkUuid"], organization_id=request.caller.user.organization_id)
    route = call.table.of_kind(operation.kind)
    found, envelope = status.elements(operation, route, stores=stores), status.envelope(operation, route)
    if operation.total <= status.WINDOW:
        return Response({"operations_list": list(found), **envelope})
    pieces = streaming.pieces("operations_list", found, envelope, fields=request.query_params.get("fields"))
    return StreamingHttpResponse(pieces, content_type="application/json")


def bulk_search(request: ApiRequest, call: Call) -> Response:
    criteria = reading.criteria_of(request)
    found = bulks.search(criteria, call.table, organization_id=request.caller.user.organization_id)
    return Response(searches.answer(found.items, criteria, found.total))


def bulk_operation_status(request: ApiRequest, call: Call) -> Response:
    wanted = parsing.status_number(call.path["status"])
    return Response(status.count(call.path["bulkUuid"], wanted, organization_id=request.caller.user.organization_id))


def sign_in(request: ApiRequest, call: Call) -> Response:
    username, password = parsing.credentials(request.data)
    return Response(signin.token(request._request, username=username, password=password, now=timezone.now()))


_BY_FORM: Final = {Form.SYNC: run, Form.ASYNC: accept, Form.BULK: accept_bulk}


def _accepted(request: ApiRequest, call: Call, items: list[Json]) -> Response:
    operation = preferences.accept(request, _submission(request, call, items))
    store = stores.current().numbers.get(call.store or "", 0)
    answer = rendering.accepted(operation.uuid, items, store=store, hashed=settings.MAGENTO_DATA_HASH)
    return Response(answer, status=202)


def _submission(request: ApiRequest, call: Call, items: list[Json]) -> Submission:
    route = _writing(call.route)
    return Submission(
        dialect="magento",
        kind=route.kind,
        entity=route.entity,
        items=items,
        context={"store": call.store, "named": call.named, "path": dict(call.path)},
        policy=policies.of(request.META),
    )


def _writing(route: Route) -> WriteRoute:
    assert isinstance(route, WriteRoute), f"{route.kind} has a view of its own"
    return route
