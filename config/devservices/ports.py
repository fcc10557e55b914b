"""A taken port is found before anything is started."""

from __future__ import annotations

import socket

from .errors import PortTaken

HOST = "127.0.0.1"


def is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
            listener.listen()
        except OSError:
            return False
    return True


def refuse_taken(port: int) -> None:
    if not is_free(port):
        raise PortTaken(port=port)


def free(preferred: int) -> int:
    """The preferred one if nobody has it, else any."""
    if is_free(preferred):
        return preferred
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])
