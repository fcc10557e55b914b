"""A fault of ours, or a database that is away: what the log is told, and what of it every answer tells."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

import structlog
from django.db import InterfaceError, OperationalError

RETRY_SECONDS: Final = 5
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Unexpected:
    """`report`: the number under which the log has the details. `is_away`: it was the database."""

    report: str
    is_away: bool

    @property
    def status(self) -> int:
        return 503 if self.is_away else 500

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(RETRY_SECONDS)} if self.is_away else {}


def logged(error: Exception, *, prefix: str = "") -> Unexpected:
    """`prefix`: of the number."""
    report = prefix + secrets.token_hex(6)
    log.error("unexpected error", report=report, exc_info=error)
    return Unexpected(report=report, is_away=isinstance(error, OperationalError | InterfaceError))
