"""What RQ may run: one job without data, since what there is to do stands in PostgreSQL."""

from __future__ import annotations

from django.conf import settings
from django.db import close_old_connections

from asyncops import doorbell, engine


def drain() -> None:
    """Work off runnable chunks for DRAIN_SECONDS, then ring again if there is more."""
    close_old_connections()
    if engine.drain(seconds=settings.DRAIN_SECONDS):
        doorbell.ring()
