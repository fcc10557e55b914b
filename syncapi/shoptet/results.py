"""The result of a job: whoever knows its unguessable name fetches it, without a token, for a day (contract 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.files import File
from django.http import StreamingHttpResponse
from django.utils import timezone
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from asyncops import exporting, jobids, results
from asyncops.models import Operation
from syncapi.exchange import ApiRequest, ApiView
from syncapi.shoptet import addresses, errors, rendering, uploaded
from syncapi.shoptet.envelope import Envelope, JsonWhateverIsAsked
from syncapi.shoptet.names import Status
from syncapi.shoptet.numbering import Numbered
from syncapi.shoptet.refusals import Fault, Refusal

HEADERS: Final = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
}
PIECE: Final = 256 * 1024  # bytes that are sent at once
TYPES: Final = {"json": "application/json; charset=utf-8", "jsonl": "application/jsonl", "jsonl.gz": "application/gzip"}


class Result(Numbered, ApiView):
    http_method_names = ["get", "head"]
    authentication_classes = ()
    permission_classes = (AllowAny,)
    renderer_classes = (Envelope,)
    content_negotiation_class = JsonWhateverIsAsked

    def get(self, request: ApiRequest, name: str) -> StreamingHttpResponse:
        operation, extension = find(name)
        content = _content(operation, extension)
        answer = StreamingHttpResponse(content, content_type=TYPES[extension])
        if isinstance(content, Stored):
            answer["Content-Length"] = str(content.size)
        answer["Content-Disposition"] = f'attachment; filename="{jobids.of(operation.pk)}.{extension}"'
        return answer

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, **HEADERS}

    def get_exception_handler(self) -> Callable[[Exception, Mapping[str, Any]], Response]:
        return errors.handle


def find(name: str) -> tuple[Operation, str]:
    """The operation whose result is called so. Raises Refusal: 410 when it is out of date, 404 for any other name."""
    address = addresses.read(name)
    number = jobids.number_of(address.job) if address else None
    operation = Operation.objects.filter(pk=number).first() if number is not None else None
    if address is None or operation is None or not address.is_of(operation):
        raise Refusal(404, Fault(code="result-not-found", message=f'Result "{name}" not found.', instance=name))
    match rendering.status(operation, now=timezone.now()):
        case Status.COMPLETED:
            return operation, address.extension
        case Status.EXPIRED:
            raise _expired(name)
    raise Refusal(404, Fault(code="result-not-found", message=f'Result "{name}" not found.', instance=name))


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A file of the storage of results, which is closed when it was read."""

    file: File[bytes]
    size: int  # bytes

    def __iter__(self) -> Iterator[bytes]:
        with self.file:
            while piece := self.file.read(PIECE):
                yield piece


def _content(operation: Operation, extension: str) -> Iterable[bytes]:
    if extension == "json":
        return uploaded.content(operation)
    if extension != "jsonl.gz":
        return results.lines(operation, None)
    file = exporting.of(operation)
    if file is None:
        raise LookupError(f"operation {operation.pk} has ended well, and its file is not there")
    try:
        return Stored(file=exporting.storage().open(file.path), size=file.size)
    except FileNotFoundError:  # its time has just ended
        raise _expired(file.path) from None


def _expired(name: str) -> Refusal:
    return Refusal(410, Fault(code="result-expired", message="The result has expired.", instance=name))
