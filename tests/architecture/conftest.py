"""The four callers, and a bulk of the first one's organization."""

from __future__ import annotations

from tests.syncapi.conftest import (
    admin,
    expired_program,
    limited,
    limited_program,
    organization,
    other,
    other_program,
    program,
)
from tests.syncapi.magento.conftest import _fresh_stores, magento, products

__all__ = [
    "_fresh_stores",
    "admin",
    "expired_program",
    "limited",
    "limited_program",
    "magento",
    "organization",
    "other",
    "other_program",
    "products",
    "program",
]
