"""Images below the address that media gallery entries name: public, as in a shop, unless the media is private."""

from __future__ import annotations

import re
from typing import Final

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from catalog import storing
from catalog.models import Media

_LATER: Final = re.compile(r"(?P<stem>.+)_(?P<nth>[1-9][0-9]{0,5})(?P<extension>\.[^.]+)")
_SECONDS: Final = 24 * 60 * 60


@require_safe
def image(request: HttpRequest, name: str) -> FileResponse:
    media = _find(name)
    if media is None or media.private or not media.path or not storing.media().exists(media.path):
        raise Http404
    answer = FileResponse(storing.media().open(media.path), content_type=media.mime_type or "application/octet-stream")
    answer["Cache-Control"] = f"public, max-age={_SECONDS}"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _find(name: str) -> Media | None:
    """The first content of this name, or the nth of the name without its number."""
    if "\0" in name:
        return None
    if (first := Media.objects.filter(file_name=name).order_by("number").first()) is not None:
        return first
    later = _LATER.fullmatch(name)
    if later is None:
        return None
    nth = int(later["nth"])
    return Media.objects.filter(file_name=later["stem"] + later["extension"]).order_by("number")[nth : nth + 1].first()
