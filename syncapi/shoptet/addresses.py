"""Where the result of a job lies: a name that nobody guesses, made of the server's secret, so none is stored."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from django.utils.crypto import constant_time_compare, salted_hmac

from asyncops import jobids
from asyncops.models import Operation
from syncapi.shoptet import names

PREFIX: Final = "/api-results/"
_SALT: Final = "result of an operation"
_NAME: Final = re.compile(r"(?P<job>[a-z0-9]{7})-(?P<secret>[0-9a-f]{32})\.(?P<extension>jsonl\.gz|jsonl|json)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """What the last part of such a path says. Whether the secret is right is asked of the operation."""

    job: str
    secret: str
    extension: str

    def is_of(self, operation: Operation) -> bool:
        right = self.extension == names.extension(operation.dialect, operation.kind)
        return constant_time_compare(self.secret, secret(operation)) and right


def path(operation: Operation) -> str | None:
    """None when such an operation has no result."""
    ending = names.extension(operation.dialect, operation.kind)
    return f"{PREFIX}{jobids.of(operation.pk)}-{secret(operation)}.{ending}" if ending else None


def secret(operation: Operation) -> str:
    """32 hexadecimal characters: 128 bits."""
    return salted_hmac(_SALT, str(operation.uuid), algorithm="sha256").hexdigest()[:32]


def read(name: str) -> Address | None:
    found = _NAME.fullmatch(name)
    return Address(**found.groupdict()) if found else None
