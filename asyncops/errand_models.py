"""The tables of errands, the slow work of an operation that writes no records, and of the files that some leave."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from asyncops.network_models import Leased


class Purpose(models.TextChoices):
    EXPORT = "export", "export"  # write the operation's result file
    BODY = "body", "body"  # download the body that is to be split


QUEUES = {Purpose.EXPORT: "exports", Purpose.BODY: "bodies"}  # whose doorbells ring for them


class ErrandState(models.TextChoices):
    OPEN = "open", "open"  # to be done; leased or not
    DONE = "done", "done"
    CANCELLED = "cancelled", "cancelled"  # its operation was, before it had ended
    DEAD = "dead", "dead"  # given up: the operation's errors say why


class Errand(Leased):
    """Slow work that an operation waits for. At most one of each operation."""

    operation = models.OneToOneField("asyncops.Operation", on_delete=models.CASCADE, related_name="errand")
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    state = models.CharField(max_length=16, choices=ErrandState.choices, default=ErrandState.OPEN)
    failures = models.IntegerField(default=0)  # attempts that ended without an outcome
    available_at = models.DateTimeField(null=True)  # not before this; null: at once
    last_error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["purpose", "id"], condition=Q(state=ErrandState.OPEN), name="errand_open"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} of operation {self.operation_id}"


class ResultFile(models.Model):
    """A file that an operation has made, in the storage of results. The row is there before the file.

    Nobody is shown a file whose row is not `written_at`: it is still being written, or its worker died.
    """

    operation = models.ForeignKey("asyncops.Operation", on_delete=models.CASCADE, related_name="files")
    path = models.CharField(max_length=255, unique=True)
    attempt = models.IntegerField()  # of the errand that writes it
    begun_at = models.DateTimeField()
    written_at = models.DateTimeField(null=True)
    size = models.BigIntegerField(default=0)  # bytes
    lines = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.path
