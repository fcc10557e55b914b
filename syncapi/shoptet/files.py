"""Files by URL: several as a job, one at once (contract 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from django.utils import timezone
from rest_framework.response import Response

from asyncops import downloading, keeping
from asyncops.fetching import BadStatus, FetchFailed, TimedOut, TooLarge, UrlForbidden
from asyncops.submissions import Submission
from catalog.commands import Json, Policy
from catalog.images import Image, NotAnImage
from syncapi import policies, preferences
from syncapi.exchange import ApiRequest
from syncapi.shoptet import moments, names, wording
from syncapi.shoptet.accepting import accepted, may_accept
from syncapi.shoptet.envelope import answer
from syncapi.shoptet.images import check_urls, checked
from syncapi.shoptet.names import DIALECT
from syncapi.shoptet.parsing import uploads
from syncapi.shoptet.parsing.uploads import IMAGE, INDEX
from syncapi.shoptet.refusals import PAYLOAD, Fault, Refusal
from syncapi.shoptet.routes import Call


def post(request: ApiRequest, call: Call) -> Response:
    files = checked(request.data, uploads.POST_FILES)["data"]
    if faults := [fault for index, file in enumerate(files) for fault in _misnamed(file, at=f"data[{index}]")]:
        raise Refusal(422, *faults)
    check_urls(files, place="data")
    items = [{**file, INDEX: index} for index, file in enumerate(files)]
    may_accept(request)
    return accepted(preferences.accept(request, _submission(names.FILES, items, policy=policies.of(request.META))))


def post_one(request: ApiRequest, call: Call) -> Response:
    sent = checked(request.data, uploads.POST_FILE)["data"]
    if faults := _misnamed(sent, at=PAYLOAD):
        raise Refusal(422, *faults)
    image = _downloaded(sent["sourceUrl"])
    keeping.keep([image.file], now=timezone.now())
    item = {**sent, IMAGE: asdict(image.kept)}
    _, [outcome] = preferences.run_now(request, _submission(names.FILE, [item]))
    if outcome.errors:
        raise Refusal(422, *(wording.fault(error, at="data") for error in outcome.errors))
    name = uploads.name_of(sent, content_hash=image.content_hash, extension=image.extension)
    return answer({"image": {"name": name, "created": moments.written(timezone.now())}}, status=201)


def _misnamed(file: Mapping[str, Json], *, at: str) -> list[Fault]:
    if "name" not in file or uploads.is_file_name(file["name"]):
        return []
    message = "Filename contains invalid characters or extension is missing."
    return [Fault(code="file-upload-invalid-chars", message=message, instance=at)]


def _submission(kind: str, items: list[dict[str, Json]], *, policy: Policy = Policy.EACH) -> Submission:
    return Submission(dialect=DIALECT, kind=kind, entity="media", items=items, policy=policy)


def _downloaded(url: str) -> Image:
    """Raises Refusal: 404 for a file that is not there, else 422."""
    try:
        return downloading.download(url, max_bytes=uploads.FILE_BYTES)
    except BadStatus as failed:
        if failed.is_missing:
            message = f'File with URL "{url}" not found.'
            raise Refusal(404, Fault(code="file-not-found", message=message, instance=PAYLOAD)) from None
        raise _refused("file-upload-error", "File upload failed.") from None
    except UrlForbidden as forbidden:
        fault = Fault(code="file-url-forbidden", message=forbidden.message, instance="data.sourceUrl")
        raise Refusal(422, fault) from None
    except TooLarge:
        raise _refused("file-upload-size-limit", "Uploaded file size limit exceeded. Limit is 2 MB.") from None
    except TimedOut:
        raise _refused("file-download-timeout", "The file could not be downloaded in time.") from None
    except FetchFailed:
        raise _refused("file-upload-error", "File upload failed.") from None
    except NotAnImage:
        raise _refused("file-upload-invalid-type", "Unsupported filetype.") from None


def _refused(code: str, message: str) -> Refusal:
    return Refusal(422, Fault(code=code, message=message, instance=PAYLOAD))
