"""Batches: a file of JSON Lines, named by URL, whose rows a worker downloads, splits and applies (contract 4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from django.conf import settings
from rest_framework.response import Response

from asyncops import collecting, fetching
from asyncops.errand_models import Purpose
from asyncops.fetching import FetchFailed, TooLarge, UrlForbidden
from asyncops.models import Operation
from asyncops.states import LIVE
from asyncops.submissions import Submission
from syncapi import policies, preferences
from syncapi.exchange import ApiRequest
from syncapi.shoptet import locking, names
from syncapi.shoptet.accepting import accepted, may_accept
from syncapi.shoptet.images import checked
from syncapi.shoptet.names import BATCHES, DIALECT, FILE_URL
from syncapi.shoptet.refusals import Fault, Refusal, invalid
from syncapi.shoptet.routes import Call
from syncapi.shoptet.schema import Schema

REMOVE: Final = "removeReference"
PROBE_SECONDS: Final = 5  # that a request may wait for the beginning of its file
ENTITIES: Final[Mapping[str, str]] = {
    names.UPDATE_PRODUCTS: "product",
    names.DELETE_PRODUCTS: "product",
    names.DELETE_IMAGES: "product_media",
    names.UPDATE_CATEGORIES: "category",
    names.CREATE_BRANDS: "manufacturer",
}
BODY: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "required": [FILE_URL],
    "properties": {FILE_URL: {"type": "string", "minLength": 1, "maxLength": 2000}},
}
BODY_OF_IMAGES: Final[Schema] = {**BODY, "properties": {**BODY["properties"], REMOVE: {"type": "boolean"}}}


def body_of(kind: str) -> Schema:
    return BODY_OF_IMAGES if kind == names.DELETE_IMAGES else BODY


def accept(request: ApiRequest, call: Call) -> Response:
    """A job without a result: its log has a line for each row."""
    kind = call.route.name
    body = checked(request.data, body_of(kind))
    url = body[FILE_URL]
    _check_url(url)
    may_accept(request)
    with _first(request, kind):
        _probe(url)
        context = {collecting.URL: url, collecting.PLACE: f"/{FILE_URL}", REMOVE: body.get(REMOVE, False)}
        policy = policies.of(request.META)
        submission = Submission(
            dialect=DIALECT, kind=kind, entity=ENTITIES[kind], items=(), context=context, policy=policy
        )
        return accepted(preferences.accept_errand(request, submission, Purpose.BODY))


def _check_url(url: str) -> None:
    try:
        fetching.check_url(url)
    except UrlForbidden as forbidden:
        raise Refusal(422, invalid(forbidden.message, at=FILE_URL)) from None


@contextmanager
def _first(request: ApiRequest, kind: str) -> Iterator[None]:
    """Shoptet does one batch of a kind at a time; a setting lets them queue instead. Raises Refusal."""
    if settings.SHOPTET_QUEUE_BATCHES:
        yield
        return
    organization = request.caller.user.organization_id
    with locking.only_one(f"{organization} {kind}", otherwise=_running(kind)):
        running = Operation.objects.filter(organization=organization, dialect=DIALECT, kind=kind, state__in=LIVE)
        if running.exists():
            raise _running(kind)
        yield


def _running(kind: str) -> Refusal:
    fault = Fault(code="batch-job-already-running", message="Concurrent job already running!", instance=BATCHES[kind])
    return Refusal(409, fault, headers={"Retry-After": "1"})


def _probe(url: str) -> None:
    """Whether the file is there, before a job is. Raises Refusal."""
    try:
        fetching.probe(url, max_bytes=settings.MAX_BODY_FILE_BYTES, seconds=PROBE_SECONDS)
    except TooLarge as failed:
        message = f"The file is larger than {failed.limit} bytes."
        raise Refusal(422, Fault(code="batch-file-size-limit", message=message, instance=FILE_URL)) from None
    except UrlForbidden as forbidden:
        raise Refusal(422, invalid(forbidden.message, at=FILE_URL)) from None
    except FetchFailed:
        raise Refusal(
            404, Fault(code="file-not-found", message=f'File "{url}" not found.', instance=FILE_URL)
        ) from None
