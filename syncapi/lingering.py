"""What a client still sends is read before it is answered, within bounds: most listen only when they have sent all.

A body is left over when the answer was clear before its end: it is too large, or its sender may not send it. gunicorn
passes over 64 KiB of it and then closes, and the client sees a broken pipe in the place of the answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Final

from gunicorn.http.errors import ParseException

MOST: Final = 256 << 20  # bytes that are passed over
SECONDS: Final = 5.0  # for all of them: a thread of this process is busy as long
_PIECE: Final = 256 * 1024
_BROKEN: Final = (OSError, ParseException)  # it stalls, has gone, or is no longer HTTP: gunicorn closes the connection

Environment = dict[str, Any]
Application = Callable[[Environment, Callable[..., Any]], Iterable[bytes]]


def lingering(application: Application, *, most: int = MOST, seconds: float = SECONDS) -> Application:
    """The same WSGI application behind gunicorn. Any other server has its own way with what is left over."""

    def answer(environ: Environment, start_response: Callable[..., Any]) -> Iterable[bytes]:
        answered = application(environ, start_response)
        if "gunicorn.socket" in environ:
            with suppress(*_BROKEN):
                _pass_over(environ["wsgi.input"], environ["gunicorn.socket"], most=most, seconds=seconds)
        return answered

    return answer


def _pass_over(body: Any, socket: Any, *, most: int, seconds: float) -> None:
    patience, deadline = socket.gettimeout(), time.monotonic() + seconds
    try:
        while most > 0 and (left := deadline - time.monotonic()) > 0:
            socket.settimeout(left)
            piece = body.read(min(most, _PIECE))
            if not piece:
                return
            most -= len(piece)
    finally:
        socket.settimeout(patience)
