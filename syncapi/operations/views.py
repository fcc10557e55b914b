"""What an organization may read of its operations, whatever dialect accepted them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from django.utils import timezone
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from asyncops import results
from asyncops.models import Operation
from asyncops.results import ResultSet
from asyncops.submissions import Caller
from syncapi.auth import has_any
from syncapi.exchange import ApiRequest, ApiView, JsonOnly
from syncapi.operations import errors, rendering
from syncapi.problems import NotFound


class MayView(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, Caller) and has_any(request.auth.rights, ["asyncops.view_operation"])


class OperationsView(ApiView):
    permission_classes = (MayView,)

    def get_exception_handler(self) -> Callable[[Exception, Mapping[str, Any]], Response]:
        return errors.handle


class OneOperation(OperationsView):
    def get(self, request: ApiRequest, uuid: str) -> Response:
        return Response(rendering.operation(find(uuid, by=request.caller), now=timezone.now()))


class AnyAccept(JsonOnly):
    """A file is what it is, and errors are JSON."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class Results(OperationsView):
    content_negotiation_class = AnyAccept

    def get(self, request: ApiRequest, uuid: str, wanted: str) -> StreamingHttpResponse:
        """JSON Lines, sent while they are read; their form is described at `asyncops.results.lines`."""
        found = find(uuid, by=request.caller)
        answer = StreamingHttpResponse(results.lines(found, ResultSet(wanted)), content_type="application/jsonl")
        answer["Content-Disposition"] = f'attachment; filename="{found.uuid}.{wanted}.jsonl"'
        answer["Cache-Control"] = "no-store"
        return answer


def find(uuid: str, *, by: Caller) -> Operation:
    """The operation of the caller's organization. Raises NotFound: another's is not told from an unknown one."""
    try:
        known = Operation.objects.filter(uuid=UUID(uuid), organization_id=by.user.organization_id)
    except ValueError:
        raise NotFound(entity="operation", value=uuid) from None
    operation = known.first()
    if operation is None:
        raise NotFound(entity="operation", value=uuid)
    return operation
