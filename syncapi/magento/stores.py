"""The store codes that a path may begin with: read from the database, kept for a moment in each process."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models.signals import post_delete, post_save

from catalog.models import Store

KEPT_SECONDS: Final = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Stores:
    numbers: Mapping[str, int]  # by code
    default: str | None  # the code that a request without one means

    @classmethod
    def load(cls) -> Stores:
        rows = list(Store.objects.values_list("code", "number", "is_default"))
        return cls(
            numbers={code: number for code, number, _ in rows},
            default=next((code for code, _, is_default in rows if is_default), None),
        )


_kept: tuple[float, Stores] | None = None


def current() -> Stores:
    """The stores as they were at most KEPT_SECONDS ago."""
    global _kept  # noqa: PLW0603 - one value per process, replaced as a whole
    kept = _kept
    if kept is None or time.monotonic() - kept[0] > KEPT_SECONDS:
        kept = _kept = (time.monotonic(), Stores.load())
    return kept[1]


def forget(**_: Any) -> None:
    """A store was saved or deleted here: read them again at once."""
    global _kept  # noqa: PLW0603
    _kept = None


def watch() -> None:
    post_save.connect(forget, sender=Store, dispatch_uid="magento-stores")
    post_delete.connect(forget, sender=Store, dispatch_uid="magento-stores")
