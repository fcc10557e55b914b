"""Downloads that items wait for: which image an item wants, and in what words it fails (contract 4 and D). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from asyncops.dialects import Cause, Wanted
from catalog.commands import Json
from catalog.outcomes import FieldError
from syncapi.shoptet import names
from syncapi.shoptet.parsing import uploads
from syncapi.shoptet.wording import refused

_WORDS: Final[Mapping[Cause, tuple[str, str]]] = {
    Cause.FORBIDDEN: ("file-url-forbidden", "The URL of the file is not allowed."),
    Cause.MISSING: ("file-not-found", 'File with URL "{url}" not found.'),
    Cause.FAILED: ("file-download-failed", "The file could not be downloaded."),
    Cause.TIMEOUT: ("file-download-timeout", "The file could not be downloaded in time."),
    Cause.TOO_LARGE: ("file-upload-size-limit", "Uploaded file size limit exceeded."),
    Cause.TYPE: ("file-upload-invalid-type", "Unsupported filetype."),
    Cause.CUT_SHORT: ("file-upload-error", "File upload failed. The image ends too early."),
    Cause.PIXELS: ("file-upload-error", "File upload failed. The image has too many pixels."),
    Cause.CRASHED: ("file-upload-error", "File upload failed."),
}


def wanted(kind: str, item: Json) -> Wanted | None:
    if kind not in names.UPLOADS:
        return None
    limit = uploads.FILE_BYTES if kind == names.FILES else None
    return Wanted(url=uploads.url_of(item), max_bytes=limit, path="/sourceUrl")


def unfetched(kind: str, wanted: Wanted, cause: Cause) -> FieldError:
    code, message = _WORDS[cause]
    if cause is Cause.TOO_LARGE and wanted.max_bytes:
        message = f"{message} Limit is {wanted.max_bytes // 1024**2} MB."
    return refused(code, message.format(url=wanted.url))
