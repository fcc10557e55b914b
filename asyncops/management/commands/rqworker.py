"""RQ's worker command, for which no queue means all of them: a plain `manage.py rqworker` does everything."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django_rq.management.commands.rqworker import Command as RqCommand


class Command(RqCommand):
    help = "Runs a worker. Without queues it listens to all of them, and is the sweeper as well."

    def handle(self, *queues: str, **options: Any) -> None:
        super().handle(*(queues or settings.RQ_QUEUES), **options)  # type: ignore[no-untyped-call]
