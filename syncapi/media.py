"""Images from the web process: for the demo and small installations; else the web server or the bucket serves them."""

from __future__ import annotations

import re
from typing import Final

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from catalog import images, storing

TYPES: Final = {extension: mime_type for mime_type, extension in images.KINDS.values()}
_PATH: Final = re.compile(rf"[0-9a-f]{{2}}/[0-9a-f]{{2}}/[0-9a-f]{{64}}\.({'|'.join(TYPES)})")
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "public, max-age=31536000, immutable",  # the path is a hash of the content
}


@require_safe
def media(request: HttpRequest, path: str) -> FileResponse:
    """By the path that the catalog gave it, and by no other."""
    named = _PATH.fullmatch(path)
    if not settings.SERVE_MEDIA or not named or not storing.media().exists(path):
        raise Http404
    return FileResponse(storing.media().open(path), content_type=TYPES[named[1]], headers=HEADERS)
