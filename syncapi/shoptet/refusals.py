"""What is wrong with a request, as its answer tells it: a code, a sentence, and the place (contract 2). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

INVALID_DATA: Final = "invalid-request-data"
INVALID_PARAMETER: Final = "invalid-parameter"
PAYLOAD: Final = "payload"  # the body as a whole, where a place is named
UNKNOWN: Final = "unknown"  # nothing that could be named


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    code: str
    message: str
    instance: str = UNKNOWN

    @property
    def body(self) -> dict[str, str]:
        return {"errorCode": self.code, "message": self.message, "instance": self.instance}


class Refusal(Exception):
    """The request is not done."""

    def __init__(self, status: int, *faults: Fault, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, faults)
        self.status = status
        self.faults: Sequence[Fault] = faults
        self.headers = headers or {}


def invalid(message: str, *, at: str) -> Fault:
    """Something in the body does not fit its schema."""
    return Fault(code=INVALID_DATA, message=message, instance=at)


def parameter(name: str, why: str) -> Refusal:
    """A parameter of the query that means nothing."""
    message = f'Invalid "{name}" parameter. {why}'
    return Refusal(400, Fault(code=INVALID_PARAMETER, message=message, instance=name))


def missing(what: str, value: str, *, code: str = "", status: int = 404) -> Refusal:
    """What the URL names is not there."""
    text = f'{what} with identificator "{value}" not found.'
    return Refusal(status, Fault(code=code or f"{what.lower()}-not-found", message=text, instance=value))


def not_allowed(method: str, path: str, allowed: Iterable[str]) -> Refusal:
    """The path is known, and not for this method."""
    fault = Fault(code="method-not-allowed", message=f'Method "{method}" is not allowed here.', instance=path)
    return Refusal(405, fault, headers={"Allow": ", ".join(sorted(set(allowed)))})
