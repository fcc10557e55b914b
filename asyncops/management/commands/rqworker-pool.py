"""RQ's command for several workers, for which no queue means all of them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings

RqCommand = import_module("django_rq.management.commands.rqworker-pool").Command


class Command(RqCommand):  # type: ignore[misc,valid-type]
    help = "Runs several workers (--num-workers). Without queues they listen to all of them."

    def handle(self, *queues: str, **options: Any) -> None:
        super().handle(*(queues or settings.RQ_QUEUES), **options)
