"""The request and the view that every dialect builds on: who calls, what the body says, how errors come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from io import BytesIO
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from asyncops.models import Body, Operation
from asyncops.submissions import Caller
from catalog.outcomes import Outcome
from syncapi import limits


class ApiRequest(Request):
    """A request whose body is read within limits, also when no Content-Length announces it."""

    auth: Caller | None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.operations: list[Operation] = []  # that this request made
        self.dry_run = False  # whether only what would happen is asked for
        self.rehearsed: list[Sequence[Outcome]] = []  # what would have become of the items, all to be undone
        self.stored: Body | None = None  # the body, where it is too large to be held and stored as it arrives
        self._digest = sha256()  # of that one, if it was `digested`

    @property
    def caller(self) -> Caller:
        if self.auth is None:
            raise TypeError("this view lets anybody in, so it has no caller")
        return self.auth

    @property
    def body_read(self) -> bytes:
        """The body as it came, read within its limit. Parsing may follow."""
        stream = self.stream
        return stream.getvalue() if isinstance(stream, BytesIO) else b""

    def hold_body(self, content: bytes) -> None:
        """It has been read already."""
        self._stream = BytesIO(content)

    def forget_body(self) -> None:
        """Give its bytes back, once it was parsed: what it says may need all the memory that there is."""
        self._stream = None  # type: ignore[assignment]

    def forget(self) -> None:
        """It is answered. View and request hold each other: what it said would stay until the next collection."""
        self.forget_body()
        self._data = self._full_data = None
        self.rehearsed.clear()

    @property
    def told_apart_by(self) -> bytes:
        """What the body is to an Idempotency-Key: itself, or the digest of one that is stored as it arrives."""
        return self.body_read if self.stored is None else self._digest.digest()

    def digested(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The pieces of a body that is to be stored, on their way: else an Idempotency-Key does not tell it apart."""
        for piece in pieces:
            self._digest.update(piece)
            yield piece

    def _load_stream(self) -> None:
        """DRF would take a chunked body for none."""
        body = limits.read(self._request, limit=settings.MAX_BODY_BYTES)
        self._stream = BytesIO(body) if body else None  # type: ignore[assignment]


class JsonOnly(BaseContentNegotiation):
    """One renderer: the question is only whether the client takes it."""

    def select_parser(self, request: Request, parsers: Sequence[BaseParser]) -> BaseParser | None:  # type: ignore[override]
        sent = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == sent), None)

    def select_renderer(  # type: ignore[override]
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        accept = request.META.get("HTTP_ACCEPT", "*/*") or "*/*"
        answer = renderers[0]
        if not any(_takes(part, answer.media_type) for part in accept.split(",")):
            raise NotAcceptable
        return answer, answer.media_type


def _takes(part: str, media_type: str) -> bool:
    offered, *parameters = (word.strip().lower() for word in part.split(";"))
    refused = any(word.replace(" ", "") in {"q=0", "q=0.0", "q=0.00", "q=0.000"} for word in parameters)
    return not refused and offered in {"*/*", media_type, media_type.partition("/")[0] + "/*"}


class ApiView(APIView):
    content_negotiation_class = JsonOnly

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> ApiRequest:
        return ApiRequest(
            request,
            parsers=self.get_parsers(),
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context=self.get_parser_context(request),
        )

    @property
    def default_response_headers(self) -> dict[str, str]:
        """No Allow: which methods a path takes is the route table's matter."""
        return {}
