"""Everything of Shopware below /api: finds the route, lets the caller in, hands over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from asyncops.submissions import Caller
from catalog.commands import Json
from syncapi.crossing import PREFIX
from syncapi.exchange import ApiRequest, JsonOnly
from syncapi.idempotency import RepeatableView
from syncapi.limits import JsonAnswer, JsonBody
from syncapi.shopware import (
    changing,
    cloning,
    contexts,
    entityschema,
    errors,
    exploring,
    faults,
    info,
    oauth,
    reindexing,
    routing,
    status,
    syncing,
    uploading,
)
from syncapi.shopware.faults import FaultyError
from syncapi.shopware.headers import Headers
from syncapi.shopware.routing import Route


class AnyJson(JsonOnly):
    """Bodies are JSON whatever their type, and an answer's form is the view's matter, not a refusal's."""

    def select_parser(self, request: Request, parsers: Sequence[BaseParser]) -> BaseParser | None:  # type: ignore[override]
        return parsers[0]

    def select_renderer(  # type: ignore[override]
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class MayCall(BasePermission):
    """Anybody with a token; what of the catalog he may touch is asked where it is touched."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return view.route.name in routing.OPEN or isinstance(request.auth, Caller)


class Api(RepeatableView):
    permission_classes = (MayCall,)
    content_negotiation_class = AnyJson
    parser_classes = (JsonBody,)
    renderer_classes = (JsonAnswer,)
    route: Route

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.route = routing.find(request.path_info.removeprefix(PREFIX), request.method or "")
        super().initial(request, *args, **kwargs)

    def keeps_answers(self) -> bool:
        return self.route.name not in routing.OPEN

    def answer(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        return HANDLERS[self.route.name](request, self.route)

    get = post = put = patch = delete = options = http_method_not_allowed = answer  # type: ignore[assignment]

    def get_exception_handler(self) -> Callable[[Exception, Mapping[str, Any]], Response]:
        return errors.handle


def body_of(request: ApiRequest) -> Json:
    """The JSON of a request that must have some. Raises FaultyError."""
    data = request.data
    if not request.body_read:
        raise FaultyError(faults.malformed_body())
    return data


def sync(request: ApiRequest, route: Route) -> Response:
    headers, body = Headers(meta=request.META, family=route.family), body_of(request)
    request.forget_body()
    return syncing.run(request, body, headers, contexts.writing(headers))


HANDLERS: Final[Mapping[str, Callable[[ApiRequest, Route], Response]]] = {
    "sync": sync,
    "sync_status": status.view,
    "token": oauth.token,
    "list": exploring.listing,
    "search": exploring.search,
    "search_ids": exploring.search_ids,
    "search_nested": exploring.search_nested,
    "search_ids_nested": exploring.search_ids_nested,
    "detail": exploring.detail,
    "nested": exploring.nested,
    "create": changing.create,
    "update": changing.update,
    "delete": changing.delete,
    "create_nested": changing.create_nested,
    "update_nested": changing.update_nested,
    "delete_nested": changing.delete_nested,
    "version": info.version,
    "config": info.config,
    "health": info.health,
    "queue": info.queue,
    "message_stats": info.message_stats,
    "entity_schema": entityschema.entity_schema,
    "openapi": info.openapi,
    "routes": info.routes,
    "clone": cloning.clone,
    "upload": uploading.upload,
    "index": reindexing.index,
    "indexing": reindexing.full_index,
    "indexing_step": reindexing.indexing_step,
    "index_products": reindexing.index_products,
}
