"""The file of a media record: sent as it is, or fetched from where the request says. It is kept before the record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from io import BytesIO
from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from rest_framework.response import Response

from asyncops import fetching, keeping
from asyncops.fetching import FetchFailed
from catalog import images
from catalog.commands import Json
from catalog.images import Image, NotAnImage
from catalog.models import Media
from syncapi import jsontext
from syncapi.exchange import ApiRequest
from syncapi.shopware import changing, exploring, privileges
from syncapi.shopware.faults import Fault, FaultyError
from syncapi.shopware.rendering import FLAT
from syncapi.shopware.routing import Route
from syncapi.shopware.schema import RESOURCES

_MEDIA: Final = RESOURCES["media"]
_ALIASES: Final = {"jpeg": "jpg", "jpe": "jpg"}
_FORBIDDEN: Final = frozenset('/\\?*%&:|"<>#')
_LONGEST: Final = 200


def upload(request: ApiRequest, route: Route) -> Response:
    """`?extension=png&fileName=bag` with the content as the body, or with `{"url": ...}`. Raises FaultyError."""
    id = exploring.id_of(route.path["id"])
    privileges.demand("media", ["change"], by=request.caller)
    if not Media.objects.filter(pk=id).exists():
        raise _fault("NOT_FOUND", f'Could not find media with id "{id.hex}"', status=404)
    extension = request.query_params.get("extension", "").lower()
    name = _name_of(request.query_params.get("fileName") or id.hex)
    if not extension:
        raise _fault("MISSING_FILE_EXTENSION", _NO_EXTENSION)
    image = _image(_content(request), extension)
    _check_name(name, extension, id)
    keeping.keep([image.file], now=timezone.now())
    payload = {"id": id.hex, "file": _facts(image, name=name, extension=extension)}
    changing.write(request, route, _MEDIA, changing.item_of("media", "upload", payload))
    return changing.written(request, route, _MEDIA, id)


def _check_name(name: str, extension: str, id: UUID) -> None:
    """Raises FaultyError when it is another record's."""
    if Media.objects.filter(file_name=name, file_extension=extension).exclude(pk=id).exists():
        detail = f'A file with the name "{name}.{extension}" already exists.'
        raise _fault("DUPLICATED_FILE_NAME", detail, status=409, fileName=name, fileExtension=extension)


def _content(request: ApiRequest) -> bytes:
    if (request.content_type or "").partition(";")[0].strip().lower() == FLAT:
        content = _fetched(jsontext.decode(request.body_read, max_depth=settings.MAX_JSON_DEPTH))
    else:
        content = request.body_read
    if not content:
        raise _fault("EMPTY_FILE", "The file is empty.")
    if len(content) > settings.MAX_IMAGE_BYTES:
        raise _fault("FILE_SIZE_LIMIT_EXCEEDED", "Source file exceeds maximum file size limit.")
    return content


def _fetched(body: Json) -> bytes:
    url = body.get("url") if isinstance(body, dict) else None
    if not isinstance(url, str) or not url:
        raise _fault("MISSING_URL_PARAMETER", "Parameter url is missing.")
    into = BytesIO()
    try:
        fetching.fetch(url, into=into, max_bytes=settings.MAX_IMAGE_BYTES, seconds=settings.IMAGE_SECONDS)
    except fetching.UrlForbidden as reason:
        raise _fault("ILLEGAL_URL", f"Provided URL is not allowed: {reason.message}.") from None
    except fetching.TooLarge:
        raise _fault("FILE_SIZE_LIMIT_EXCEEDED", "Source file exceeds maximum file size limit.") from None
    except FetchFailed as reason:
        raise _fault("CANNOT_OPEN_SOURCE_STREAM_TO_READ", f"{reason.message}.") from None
    return into.getvalue()


def _image(content: bytes, extension: str) -> Image:
    """Raises FaultyError for what is no whole image of the kind that the extension says."""
    try:
        image = images.inspect(content)
        images.unpack(image)
    except (NotAnImage, images.CutShort):
        raise _fault("INVALID_FILE", "Provided file is invalid: it is no whole image of a kind that is kept.") from None
    if _ALIASES.get(extension, extension) != image.extension:
        detail = f"The file extension {extension[:20]} does not fit the content, which is {image.mime_type}."
        raise _fault("FILE_TYPE_NOT_SUPPORTED", detail, extension=extension[:20])
    return image


def _name_of(given: str) -> str:
    name = "".join(character for character in given if character.isprintable()).strip()
    if not name or len(name) > _LONGEST or _FORBIDDEN.intersection(name) or name.startswith("."):
        detail = f'Provided filename "{given[:50]}" is not permitted: it is empty, too long or has special characters.'
        raise _fault("ILLEGAL_FILE_NAME", detail, fileName=given[:50])
    return name


def _facts(image: Image, *, name: str, extension: str) -> dict[str, Json]:
    """The fields of the record, as JSON."""
    return {
        **image.facts,
        "file_name": name,
        "file_extension": extension,
        "content_hash": image.content_hash,
        "uploaded_at": timezone.now().astimezone(UTC).isoformat(),
    }


def _fault(cause: str, detail: str, *, status: int = 400, **parameters: Json) -> FaultyError:
    fault = Fault(code=f"CONTENT__MEDIA_{cause}", detail=detail, parameters=parameters, status=status)
    return FaultyError(replace(fault, title=_TITLES.get(status, fault.title)))


_TITLES: Final = {404: "Not Found", 409: "Conflict"}
_NO_EXTENSION: Final = (
    'No file extension provided. Please use the "extension" query parameter to specify the extension of the uploaded '
    "file."
)
