"""What can keep the servers from doing their work. The docstring of a class is its message."""

from __future__ import annotations

from inspect import cleandoc


class DevServicesError(Exception):
    """The servers cannot run."""

    def __init__(self, **facts: object) -> None:
        super().__init__(cleandoc(self.__doc__ or "").format(**facts))


class AlreadyRunning(DevServicesError):
    """Servers of this checkout are running already (their lock is {lock}): stop them first."""


class BinariesMissing(DevServicesError):
    """{what} is not installed: run make, or name it in {variable}."""


class DidNotStart(DevServicesError):
    """{name} did not start: {why}. The end of {log}:\n{tail}"""


class DirectoryNotOurs(DevServicesError):
    """{path} belongs to another user, so it is not safe to use: remove it."""


class CommandFailed(DevServicesError):
    """{command} failed (exit code {code}). The end of {log}:\n{tail}"""


class DemoFailed(DevServicesError):
    """The demo did not go as it should: {why}."""


class PortTaken(DevServicesError):
    """Port {port} is taken: stop what listens there or choose another one (make serve PORT=8001)."""


class WrongVersion(DevServicesError):
    """{data} was made by PostgreSQL {found}, these binaries are {wanted}.

    Dump it with the old version and load it with the new one, or throw it away with: make reset
    """
