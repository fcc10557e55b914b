"""Everything of Oro's below /api/: who asks, what the path is, what the request may be; then the call of its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Final, NoReturn

from django.conf import settings
from django.utils import timezone
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from asyncops.models import Operation
from asyncops.submissions import Caller
from catalog.commands import Change, Json
from syncapi import rawpaths
from syncapi.auth import BearerToken
from syncapi.crossing import PREFIX
from syncapi.exchange import ApiRequest, JsonOnly
from syncapi.idempotency import RepeatableView
from syncapi.limits import JsonAnswer
from syncapi.oro import atomic, errors, lists, negotiation, operations, paging, queries, reading, routes, writing
from syncapi.oro.basic import BasicPassword
from syncapi.oro.names import ATOMIC, MEDIA_TYPE, OPERATIONS
from syncapi.oro.places import Places
from syncapi.oro.refusals import MethodNotAllowed
from syncapi.oro.routes import Form, Route
from syncapi.preferences import Preferences

_BODIES: Final = frozenset({"POST", "PATCH"})
_READ_THEIR_QUERY: Final = frozenset(
    {(Form.LIST, "GET"), (Form.LIST, "POST"), (Form.LIST, "DELETE"), (Form.ITEM, "GET"), (Form.ITEM, "PATCH"),
     (Form.RELATED, "GET"), (Form.RELATIONSHIP, "GET"), (Form.ERRORS, "GET"), (Form.RESULTS, "GET")}
)  # fmt: skip


class JsonApiAnswer(JsonAnswer):
    media_type = MEDIA_TYPE
    charset: ClassVar[str | None] = None  # type: ignore[misc]  # the media type allows no parameter

    def render(
        self, data: Json, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """Neither a refusal of the credentials nor an answer without content has a body."""
        return b"" if data is None else super().render(data, accepted_media_type, renderer_context)


class AlwaysJsonApi(JsonOnly):
    """What the client takes is checked once it is known which extension the path has."""

    def select_renderer(  # type: ignore[override]
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class SignedIn(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, Caller)


class Oro(RepeatableView):
    authentication_classes = (BearerToken, BasicPassword)
    permission_classes = (SignedIn,)
    renderer_classes = (JsonApiAnswer,)
    content_negotiation_class = AlwaysJsonApi
    http_method_names = [*RepeatableView.http_method_names, "trace"]
    route: Route | None = None

    @property
    def type(self) -> str:
        return self.route.type if self.route else ""

    @property
    def place(self) -> str:
        """Where the records of this request stand in it."""
        return "/data/{index}" if self._writes_list else atomic.PLACE if self._is_atomic else "/data"

    @property
    def _places(self) -> Places:
        root = self.request.build_absolute_uri(f"{PREFIX}/")
        return Places(root, hateoas=not reading.wants(self.request, "noHateoas"))

    @property
    def _writes_list(self) -> bool:
        return self.route is not None and self.route.form is Form.LIST and self.request.method == "PATCH"

    @property
    def _is_atomic(self) -> bool:
        return self.route is not None and self.route.form is Form.ATOMIC

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """OPTIONS is for anybody; else first who asks, then what for."""
        method = request.method or ""
        if method != "OPTIONS":
            super().initial(request, *args, **kwargs)
        self.route = routes.find(rawpaths.segments(request.META, below=PREFIX))
        allowed = {*self.route.methods, *({"HEAD"} if "GET" in self.route.methods else ())}
        if method not in allowed:
            raise MethodNotAllowed(method, self.route.allow)
        if method != "OPTIONS":
            self._negotiate(method)
            if (self.route.form, "GET" if method == "HEAD" else method) not in _READ_THEIR_QUERY:
                queries.nothing(reading.parameters(self.request))
            if self._writes_list:
                lists.receive(self.request)

    def permission_denied(self, request: Request, message: str | None = None, code: str | None = None) -> NoReturn:
        raise NotAuthenticated

    def _negotiate(self, method: str) -> None:
        extension = ATOMIC if self._is_atomic else ""
        meta = self.request.META
        negotiation.check_accept(meta.get("HTTP_ACCEPT", ""), extension=extension)
        is_empty = not meta.get("CONTENT_TYPE") and (meta.get("CONTENT_LENGTH") or "0") == "0"
        if method in _BODIES and not is_empty:
            negotiation.check_body(meta.get("CONTENT_TYPE", ""), extension=extension)

    def answer(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        assert self.route is not None, "found before"
        handler = _CALLS[self.route.form, "GET" if request.method == "HEAD" else request.method or ""]
        return handler(request, self.route, self._places)

    get = post = put = patch = delete = trace = http_method_not_allowed = answer  # type: ignore[assignment]

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]
        assert self.route is not None, "found before"
        return Response(status=200, headers={"Allow": self.route.allow})

    def wait_seconds(self) -> int:
        """A synchronous list waits as long as the server lets it."""
        if self._is_sync():
            return int(settings.ORO_SYNC_SECONDS)
        return super().wait_seconds()

    def _is_sync(self) -> bool:
        return self._writes_list and lists.is_sync(self.request.META)

    def promised(self, operation: Operation) -> Response:
        answer = lists.accepted(operation, self.request, self._places)
        answer.headers["Preference-Applied"] = "respond-async"
        return answer

    def final_form(self, response: Response) -> Response:
        """The operation as it ended; of a synchronous list its records, or its errors."""
        operation, places = self.request.operations[-1], self._places
        if self.route is None or response.status_code != 202:
            return super().final_form(response)
        if not self._is_sync():
            again = operations.find(str(operation.pk), by=self.request.caller)
            answer = operations.document(again, places, now=timezone.now(), status=202)
            answer.headers["Content-Location"] = places.of(OPERATIONS, operation.pk)
            answer.headers["Preference-Applied"] = f"wait={Preferences.of(self.request.META).wait}"
            return answer
        try:
            return lists.outcome(operation, self.request, self.route, places)
        except Exception as error:  # noqa: BLE001 - worded like any other
            return self.handle_exception(error)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        finished = super().finalize_response(request, response, *args, **kwargs)
        if self._is_atomic and isinstance(response, Response) and response.data is not None:
            finished.content_type = negotiation.content_type(ATOMIC)
            finished.headers["Vary"] = "Accept"
        return finished

    def get_exception_handler(self) -> Callable[[Exception, Mapping[str, Any]], Response]:
        return errors.handle


def _operation(request: ApiRequest, route: Route, places: Places) -> Response:
    found = operations.find(route.id, by=request.caller)
    return operations.document(found, places, now=timezone.now())


def _part_of_operation(name: str, request: ApiRequest, route: Route, places: Places) -> Response:
    """A page of its errors or results; one more is read to know whether another page follows."""
    page = queries.page_alone(reading.parameters(request)).within(settings.ORO_PAGE_RECORDS)
    found = operations.find(route.id, by=request.caller, denied="No access to the asynchronous operation.")
    part = operations.PARTS[name]
    shown = part.page(found, first=page.first, count=page.size + 1) if page.size else []
    links = paging.links(places.of(OPERATIONS, route.id, name), {}, page, more=len(shown) > page.size)
    body = {"data": shown[: page.size]} | ({"links": links} if places.hateoas else {})
    wanted = reading.wants(request, "totalCount")
    return Response(body, headers={"X-Include-Total-Count": str(part.total(found))} if wanted else {})


def _list(request: ApiRequest, route: Route, places: Places) -> Response:
    if lists.is_sync(request.META):
        return lists.accept_at_once(request, route, places)
    return lists.accept(request, route, places)


_CALLS: Final[Mapping[tuple[Form, str], Callable[[ApiRequest, Route, Places], Response]]] = {
    (Form.LIST, "GET"): reading.listing,
    (Form.LIST, "POST"): writing.create,
    (Form.LIST, "PATCH"): _list,
    (Form.LIST, "DELETE"): writing.delete_list,
    (Form.ITEM, "GET"): reading.item,
    (Form.ITEM, "PATCH"): writing.update,
    (Form.ITEM, "DELETE"): writing.delete,
    (Form.RELATED, "GET"): reading.related,
    (Form.RELATIONSHIP, "GET"): reading.relationship,
    (Form.RELATIONSHIP, "PATCH"): partial(writing.relate, change=Change.REPLACE),
    (Form.RELATIONSHIP, "POST"): partial(writing.relate, change=Change.ADD),
    (Form.RELATIONSHIP, "DELETE"): partial(writing.relate, change=Change.REMOVE),
    (Form.OPERATION, "GET"): _operation,
    (Form.ERRORS, "GET"): partial(_part_of_operation, "errors"),
    (Form.RESULTS, "GET"): partial(_part_of_operation, "results"),
    (Form.ATOMIC, "POST"): atomic.run,
}
