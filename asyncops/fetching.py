"""Exchanges with servers that users name: images, batch files, webhooks. `egress` says whether, this says how.

No environment proxy, no cookies, no credentials; bytes as they are sent; limits of size and of total time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import BinaryIO, Final
from urllib.parse import urljoin

import requests
import structlog
from django.conf import settings
from urllib3.exceptions import HTTPError

from asyncops.connections import adapter, exchange
from asyncops.deadlines import Deadline
from asyncops.egress import Target, UrlRefused, check

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
PIECE: Final = 64 * 1024  # bytes read at once
SNIPPET: Final = 20_000  # bytes kept of an answer to a webhook
AGENT: Final = "Bulkhead/1"

log = structlog.get_logger(__name__)


class FetchFailed(Exception):
    """The file could not be downloaded."""

    @property
    def message(self) -> str:
        """For whoever sent the URL: it names no address, and nothing that the server said."""
        return (self.__doc__ or "").rstrip(".")


class UrlForbidden(FetchFailed):
    """The URL is not allowed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def message(self) -> str:
        return self.reason


class TimedOut(FetchFailed):
    """The server did not answer in time."""


class Unreachable(FetchFailed):
    """The server could not be reached, or broke the connection off."""


class BadStatus(FetchFailed):
    """The server answered with an error."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status

    @property
    def is_missing(self) -> bool:
        return self.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}


class TooLarge(FetchFailed):
    """The file is too large."""

    def __init__(self, *, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit  # bytes


class Unusable(FetchFailed):
    """The server's answer is packed, or redirects too often or to nowhere."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    url: str  # after redirects
    media_type: str  # as the server calls it, e.g. "image/png"; may be empty
    size: int | None  # bytes; of a probe: as declared, or None


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a server said to something that was posted to it, whatever the status."""

    status: int
    headers: Mapping[str, str]
    body: bytes  # its beginning


def check_url(url: str) -> None:
    """Whether a URL may be asked for, as far as it says so itself: no lookup. Raises UrlForbidden."""
    _checked(url)


def fetch(url: str, *, into: BinaryIO, max_bytes: int, seconds: float) -> Fetched:
    """Download `url` to a file object, all within `seconds`. Raises FetchFailed; `into` may then hold a part."""
    with _open("GET", url, seconds) as (response, deadline):
        _refuse_declared(response, max_bytes)
        size = 0
        for piece in _pieces(response, deadline):
            size += len(piece)
            if size > max_bytes:
                raise TooLarge(limit=max_bytes)
            into.write(piece)
        return _fetched(response, size)


def probe(url: str, *, max_bytes: int, seconds: float) -> Fetched:
    """Whether a download would begin: asks for the file and hangs up after the headers. Raises FetchFailed."""
    with _open("GET", url, seconds) as (response, _):
        return _fetched(response, _refuse_declared(response, max_bytes))


def post(url: str, *, body: bytes, headers: Mapping[str, str], seconds: float) -> Answer:
    """Send `body`; redirects are answers like any other. Raises FetchFailed only when there is no answer."""
    with Deadline(seconds) as deadline, _failures(url, deadline):
        request = _request("POST", _checked(url), headers, body)
        with closing(_send(request, deadline)) as response:
            told = {name.lower(): value for name, value in response.headers.items()}
            return Answer(status=response.status_code, headers=told, body=_beginning(response, deadline))


@contextmanager
def _open(method: str, url: str, seconds: float) -> Iterator[tuple[requests.Response, Deadline]]:
    """The final answer, with a body to be read; every hop before it was checked as the first one."""
    with Deadline(seconds) as deadline, _failures(url, deadline):
        for _ in range(settings.FETCH_REDIRECTS + 1):
            target = _checked(url)
            response = _send(_request(method, target, {"Accept-Encoding": "identity"}, None), deadline)
            with closing(response):
                if response.status_code not in REDIRECTS:
                    yield _usable(response), deadline
                    return
                url = urljoin(target.url, response.headers.get("Location", ""))
        raise Unusable


def _checked(url: str) -> Target:
    try:
        return check(url)
    except UrlRefused as refused:
        raise UrlForbidden(refused.reason) from None


@contextmanager
def _failures(url: str, deadline: Deadline) -> Iterator[None]:
    """Whatever goes wrong on the way, in our words. Staff find the rest in the log."""
    try:
        yield
    except UrlRefused as refused:
        raise UrlForbidden(refused.reason) from None
    except requests.exceptions.InvalidURL:
        raise UrlForbidden("URL is not valid") from None
    except (requests.RequestException, HTTPError, OSError) as reason:
        log.info("exchange_failed", url=url.partition("?")[0], reason=str(reason))
        late = deadline.over or isinstance(reason, requests.Timeout | TimeoutError)
        raise (TimedOut if late else Unreachable) from None


def _request(method: str, target: Target, headers: Mapping[str, str], body: bytes | None) -> requests.PreparedRequest:
    request = requests.PreparedRequest()
    request.prepare(method=method, url=target.url, headers={"User-Agent": AGENT, **headers}, data=body)
    return request


def _send(request: requests.PreparedRequest, deadline: Deadline) -> requests.Response:
    """Once more when a connection that was kept open breaks: most probably its server had closed it before."""
    with exchange(deadline) as going:
        try:
            return _sent(request, deadline)
        except requests.ConnectionError:
            if going.opened or deadline.over:
                raise
            return _sent(request, deadline)


def _sent(request: requests.PreparedRequest, deadline: Deadline) -> requests.Response:
    patience = (min(settings.FETCH_CONNECT_SECONDS, deadline.left), deadline.left)
    response = adapter().send(request, stream=True, timeout=patience, verify=settings.FETCH_CA_FILE or True)
    if deadline.over:  # headers that were cut off look like complete ones
        response.close()
        raise TimedOut
    return response


def _usable(response: requests.Response) -> requests.Response:
    if response.status_code != HTTPStatus.OK:
        raise BadStatus(response.status_code)
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Unusable
    return response


def _refuse_declared(response: requests.Response, max_bytes: int) -> int | None:
    declared = response.headers.get("Content-Length", "")
    if not declared.isascii() or not declared.isdigit():
        return None
    if int(declared) > max_bytes:
        raise TooLarge(limit=max_bytes)
    return int(declared)


def _pieces(response: requests.Response, deadline: Deadline) -> Iterator[bytes]:
    """The body as it comes. One that is shorter than declared ends with an error."""
    while piece := response.raw.read1(PIECE, decode_content=False):
        if deadline.over:
            raise TimedOut
        yield piece
    if deadline.over:
        raise TimedOut


def _beginning(response: requests.Response, deadline: Deadline) -> bytes:
    """Of the body. The status is the answer: what goes wrong behind it changes nothing."""
    beginning = b""
    try:
        for piece in _pieces(response, deadline):
            beginning += piece
            if len(beginning) >= SNIPPET:
                break
    except (TimedOut, HTTPError, OSError) as reason:
        log.info("answer_cut_short", reason=str(reason))
    return beginning[:SNIPPET]


def _fetched(response: requests.Response, size: int | None) -> Fetched:
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Fetched(url=response.url, media_type=media_type, size=size)
