"""What a body may be: its size, its coding, its depth. And JSON in and out, the same for every dialect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO, Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, UnreadablePostError
from gunicorn.http.errors import ParseException
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from catalog.commands import Json
from syncapi import jsontext
from syncapi.encoding import encoded
from syncapi.problems import BodyCutShort, BodyEncoded, BodyTooLarge, CharsetUnknown

_PIECE = 256 * 1024


def read(request: HttpRequest, *, limit: int) -> bytes:
    """The whole body, with or without Content-Length. Raises BodyTooLarge, BodyEncoded, BodyCutShort."""
    return b"".join(pieces(request, limit=limit))


def pieces(request: HttpRequest, *, limit: int) -> Iterator[bytes]:
    """The body as it arrives. Raises like `read`; what was yielded before is then worth nothing."""
    encoding = request.META.get("HTTP_CONTENT_ENCODING", "identity").strip().lower()
    if encoding not in {"", "identity"}:
        raise BodyEncoded(encoding=encoding)
    declared = _declared_length(request.META)
    if declared is None:
        yield from _to_the_end(request.META, limit=limit)
        return
    if declared > limit:
        raise BodyTooLarge(limit=limit)
    left = declared
    while left:
        try:
            piece = request.read(min(left, _PIECE))
        except UnreadablePostError:
            raise BodyCutShort from None
        if not piece:
            raise BodyCutShort
        yield piece
        left -= len(piece)


def _declared_length(meta: Mapping[str, Any]) -> int | None:
    """Content-Length, unless the body is chunked or the header is missing."""
    length = meta.get("CONTENT_LENGTH") or ""
    if "HTTP_TRANSFER_ENCODING" in meta or not length.isdecimal():
        return None
    return int(length)


def _to_the_end(meta: Mapping[str, Any], *, limit: int) -> Iterator[bytes]:
    """A chunked body. Read only where the server promises that its stream ends with the body (gunicorn does)."""
    if not meta.get("wsgi.input_terminated"):
        return
    left = limit
    while piece := _chunk(meta["wsgi.input"]):
        left -= len(piece)
        if left < 0:
            raise BodyTooLarge(limit=limit)
        yield piece


def _chunk(stream: IO[bytes]) -> bytes:
    try:
        return stream.read(_PIECE)
    except (OSError, ParseException):  # the sender has gone, or the chunks are none
        raise BodyCutShort from None


class JsonBody(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Json:
        if _charset(media_type or "") not in {"", "utf-8", "utf8"}:
            raise CharsetUnknown
        return jsontext.decode(stream.read(), max_depth=settings.MAX_JSON_DEPTH)


def _charset(media_type: str) -> str:
    for parameter in media_type.lower().split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset":
            return value.strip().strip('"')
    return ""


class JsonAnswer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset: ClassVar[str | None] = "utf-8"  # type: ignore[misc]

    def render(
        self, data: Json, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return encoded(data)
