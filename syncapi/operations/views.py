"""What an organization may read of its operations, whatever dialect accepted them, and do to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.http import StreamingHttpResponse
from django.utils import timezone
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from asyncops import control, history, results, retrying, reverting
from asyncops.models import Operation, OperationQuerySet
from asyncops.results import ResultSet
from asyncops.retrying import Which
from asyncops.submissions import Caller
from syncapi import preferences
from syncapi.auth import has_any
from syncapi.exchange import ApiRequest, ApiView, JsonOnly
from syncapi.idempotency import RepeatableView
from syncapi.operations import errors, listing, parsing, rendering
from syncapi.operations.events import Events
from syncapi.operations.problems import AlreadyFinished, CannotRetry, CannotRevert
from syncapi.problems import NotFound


class MayCall(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, Caller) and all(has_any(request.auth.rights, [right]) for right in view.rights)


class OperationsView(ApiView):
    http_method_names = ["get", "head"]
    permission_classes = (MayCall,)
    rights: ClassVar[tuple[str, ...]] = ("asyncops.view_operation",)  # all of them

    def get_exception_handler(self) -> Callable[[Exception, Mapping[str, Any]], Response]:
        return errors.handle


class AllOperations(OperationsView):
    def get(self, request: ApiRequest) -> Response:
        given = request.query_params
        query, organization = parsing.query(dict(given.lists())), request.caller.user.organization
        return Response(listing.page(query, organization=organization, parameters=given.dict(), now=timezone.now()))


class OneOperation(OperationsView):
    def get(self, request: ApiRequest, uuid: str) -> Response:
        """304 for whoever names the ETag that it still has. Retry-After says when to look again."""
        found, now = find(uuid, by=request.caller), timezone.now()
        headers = {"ETag": rendering.etag(found), "Cache-Control": "private, no-cache"}
        if (seconds := rendering.ask_again(found, now=now)) is not None:
            headers["Retry-After"] = str(seconds)
        if _is_known(request.META.get("HTTP_IF_NONE_MATCH", ""), headers["ETag"]):
            return Response(status=304, headers=headers)
        return Response(rendering.operation(found, now=now), headers=headers)


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
        return _file(found, wanted, results.lines(found, ResultSet(wanted)))


class Changes(OperationsView):
    content_negotiation_class = AnyAccept

    def get(self, request: ApiRequest, uuid: str) -> StreamingHttpResponse:
        """JSON Lines; their form is described at `asyncops.history.lines`."""
        found = find(uuid, by=request.caller)
        return _file(found, "changes", history.lines(found))


class OperationEvents(OperationsView):
    content_negotiation_class = AnyAccept

    def get(self, request: ApiRequest, uuid: str) -> StreamingHttpResponse:
        """`progress` whenever something is another, at last `end`. After MAX_EVENT_SECONDS one connects again."""
        events = Events(find(uuid, by=request.caller), seconds=settings.MAX_EVENT_SECONDS)
        answer = StreamingHttpResponse(events, content_type="text/event-stream")
        answer["Cache-Control"] = "no-store"
        answer["X-Accel-Buffering"] = "no"
        return answer


class Action(RepeatableView):
    """Something that is done to an operation."""

    http_method_names = ["post"]
    permission_classes = (MayCall,)
    rights: ClassVar[tuple[str, ...]]

    def get_exception_handler(self) -> Callable[[Exception, Mapping[str, Any]], Response]:
        return errors.handle

    def accepted(self, request: ApiRequest, child: Operation) -> Response:
        """202: a new operation, which the caller may wait for."""
        answer = rendering.operation(preferences.made(request, child), now=timezone.now())
        return Response(answer, status=202, headers={"Location": preferences.address(child)})


class Cancel(Action):
    rights = ("asyncops.view_operation", "asyncops.cancel_operation")

    def keeps_answers(self) -> bool:
        """Cancelling again does nothing anyhow, and its locks must not be held until an answer is stored."""
        return False

    def post(self, request: ApiRequest, uuid: str) -> Response:
        """200 when it has ended by this, 202 when a chunk still runs to its end. Raises AlreadyFinished."""
        parsing.nothing(request.data)
        found = find(uuid, by=request.caller)
        if found.is_final and found.cancel_requested_at is None:
            raise AlreadyFinished(state=found.state)
        control.cancel(_only(found), by=request.caller.user)
        found.refresh_from_db()
        return Response(rendering.operation(found, now=timezone.now()), status=200 if found.is_final else 202)


class Retry(Action):
    rights = ("asyncops.view_operation", "asyncops.retry_operation")

    def post(self, request: ApiRequest, uuid: str) -> Response:
        """202 with the child that repeats what was refused or left untouched. Raises CannotRetry."""
        which = Which(parsing.which(request.data))
        try:
            found, by = find(uuid, by=request.caller), request.caller.user
            child = control.retry(found, which=which, by=by, dry_run=request.dry_run)
        except retrying.CannotRetry as reason:
            raise CannotRetry(reason=reason.__doc__) from None
        return self.accepted(request, child)


class Revert(Action):
    rights = ("asyncops.view_operation", "asyncops.revert_operation")

    def post(self, request: ApiRequest, uuid: str) -> Response:
        """202 with the child that brings its records back to what they were. Raises CannotRevert."""
        parsing.nothing(request.data)
        try:
            found, by = find(uuid, by=request.caller), request.caller.user
            child = control.revert(found, by=by, dry_run=request.dry_run)
        except reverting.CannotRevert as reason:
            raise CannotRevert(reason=reason.__doc__) from None
        return self.accepted(request, child)


def find(uuid: str, *, by: Caller) -> Operation:
    """The operation of the caller's organization. Raises NotFound: another's is not told from an unknown one."""
    try:
        known = Operation.objects.filter(uuid=UUID(uuid), organization_id=by.user.organization_id)
    except ValueError:
        raise NotFound(entity="operation", value=uuid) from None
    operation = known.select_related("parent", "user").first()
    if operation is None:
        raise NotFound(entity="operation", value=uuid)
    return operation


def _file(operation: Operation, name: str, lines: Iterator[bytes]) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(lines, content_type="application/jsonl")
    answer["Content-Disposition"] = f'attachment; filename="{operation.uuid}.{name}.jsonl"'
    answer["Cache-Control"] = "no-store"
    return answer


def _only(operation: Operation) -> OperationQuerySet:
    found: OperationQuerySet = Operation.objects.filter(pk=operation.pk)
    return found


def _is_known(header: str, etag: str) -> bool:
    """RFC 9110, 13.1.2: compared weakly."""
    known = {entry.strip().removeprefix("W/") for entry in header.split(",")}
    return "*" in known or etag.removeprefix("W/") in known
