"""What can be wrong with a request to this product's own paths, beside what every path has. Pure."""

from __future__ import annotations

from typing import ClassVar

from syncapi.problems import Problem


class OperationProblem(Problem):
    """The request about operations cannot be answered."""

    name: ClassVar[str] = "unprocessable"


class BadParameter(OperationProblem):
    """A parameter is unknown, or has a value that it cannot have. Params: name, value."""

    name = "bad_parameter"


class AlreadyFinished(OperationProblem):
    """The operation has ended already. Params: state."""

    name = "already_finished"
    status = 409


class CannotRetry(OperationProblem):
    """The operation cannot be retried. Params: reason."""

    name = "cannot_retry"
    status = 409


class CannotRevert(OperationProblem):
    """The operation cannot be reverted. Params: reason."""

    name = "cannot_revert"
    status = 409


class TooManyWait(OperationProblem):
    """Too many requests wait in this process. Params: retry_after (seconds)."""

    name = "too_many_wait"
    status = 503
