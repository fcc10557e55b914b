"""The tables of the engine. PostgreSQL is the truth: what stands here was accepted, and what became of it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import ExpressionWrapper, Q

from asyncops import progress
from asyncops.errand_models import Errand, ResultFile
from asyncops.fault_models import Fault, Mention
from asyncops.file_models import KeptFile
from asyncops.network_models import (
    Download,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookFanout,
    WebhookKey,
)
from asyncops.progress import Progress
from asyncops.states import LIVE, OPEN_CHUNK, OPEN_SPLIT, ChunkState, SplitState, State
from catalog.models import Organization

__all__ = [  # beside those below
    "Download", "Errand", "Fault", "KeptFile", "Mention", "ResultFile", "WebhookAttempt", "WebhookDelivery",
    "WebhookEndpoint", "WebhookFanout", "WebhookKey",
]  # fmt: skip

DIALECTS = [(name, name.title()) for name in ("magento", "shoptet", "shopware", "oro", "import", "revert", "console")]


class OperationQuerySet(models.QuerySet["Operation"]):
    def of(self, organization: Organization) -> OperationQuerySet:
        """What this organization may see."""
        return self.filter(organization=organization)

    def live(self) -> OperationQuerySet:
        return self.filter(state__in=LIVE)


class Operation(models.Model):
    """One accepted request. `id` is the number that Oro shows, `uuid` the id that everybody else does."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    seq = models.BigIntegerField(unique=True, editable=False)  # the accept order, which is the commit order
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    interactive = models.BooleanField(default=False)  # sent with a login's token, not an integration's
    dialect = models.CharField(max_length=16, choices=DIALECTS)
    kind = models.CharField(max_length=255)  # the dialect's own name of the route; its parsing knows what it means
    entity = models.CharField(max_length=64)
    context = models.JSONField(default=dict)  # what the request said for all items, e.g. its store
    endpoint = models.TextField(default="", blank=True)  # the path of the request, decoded; "" when it was none
    parent = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="retries")
    retried = models.CharField(max_length=16, blank=True)  # which of its parent's items it repeats
    policy = models.CharField(max_length=8, default="each")
    dry_run = models.BooleanField(default=False)  # only told what would happen: nothing of it stays
    state = models.CharField(max_length=16, choices=State.choices, default=State.NEW)
    total = models.IntegerField(default=0)  # items
    created = models.IntegerField(default=0)
    updated = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    deleted = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    untouched = models.IntegerField(default=0)
    accepted_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    cancel_requested_at = models.DateTimeField(null=True)
    cancel_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    objects: ClassVar[models.Manager[Operation]] = OperationQuerySet.as_manager()

    class Meta:
        permissions = [
            ("cancel_operation", "Can cancel operation"),
            ("retry_operation", "Can retry operation"),
            ("revert_operation", "Can revert operation"),
        ]
        indexes = [
            models.Index(fields=["seq"], condition=Q(state__in=sorted(LIVE)), name="operation_live_by_seq"),
            models.Index(
                fields=["organization", "seq"],
                condition=Q(state__in=sorted(LIVE)),
                name="operation_live_of_organization",
            ),
            models.Index(fields=["organization", "-seq"], name="operation_of_organization"),
            models.Index(fields=["expires_at"], name="operation_expires"),
            models.Index(fields=["finished_at"], name="operation_finished"),
            models.Index(fields=["accepted_at"], name="operation_accepted"),  # this and those below: filters of lists
            models.Index(fields=["organization", "kind", "-seq"], name="operation_of_kind"),
            models.Index(fields=["organization", "-seq"], condition=Q(dry_run=True), name="operation_dry"),
            models.Index(fields=["-seq"], condition=Q(state="failed"), name="operation_failed"),
            models.Index(fields=["-seq"], condition=Q(state="cancelled"), name="operation_cancelled"),
            models.Index(fields=["user", "-seq"], name="operation_of_user"),
            models.Index(fields=["dialect", "-seq"], name="operation_of_dialect"),
            models.Index(fields=["entity", "-seq"], name="operation_of_entity"),
        ]

    def __str__(self) -> str:
        return f"{self.dialect} {self.uuid}"

    @property
    def is_final(self) -> bool:
        return self.state not in LIVE

    @property
    def counts(self) -> dict[str, int]:
        """Items by what became of them so far."""
        names = ("total", "created", "updated", "unchanged", "deleted", "refused", "untouched")
        return {name: getattr(self, name) for name in names}

    @property
    def processed(self) -> int:
        return self.created + self.updated + self.unchanged + self.deleted + self.refused

    def progress(self, *, now: datetime) -> Progress:
        return progress.of(self, now=now)


class Chunk(models.Model):
    """A run of consecutive items: the unit of work, of leases and of transactions."""

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="chunks", db_index=False)
    number = models.IntegerField()  # from 0, in the order of the items; the parts of a split chunk share it
    first = models.IntegerField()  # index of its first item in the operation
    size = models.IntegerField()
    payload = models.BinaryField()  # JSON list of the items as sent; STORAGE EXTERNAL
    writes = ArrayField(models.BigIntegerField())  # hashes of the records it writes
    refers = ArrayField(models.BigIntegerField())  # hashes of the records it refers to
    shares = models.BooleanField(
        default=False
    )  # it has records under local names, as other chunks of its operation may
    deletes = models.BooleanField(default=False)  # it must then wait for those that refer to its records
    state = models.CharField(max_length=16, choices=ChunkState.choices, default=ChunkState.QUEUED)
    # The indexes name this, not the state: a lease changes no indexed column then, so it costs no index entry.
    open = models.GeneratedField(
        expression=ExpressionWrapper(Q(state__in=sorted(OPEN_CHUNK)), models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    attempt = models.IntegerField(default=0)  # the fencing token: an outcome is stored only by its latest holder
    suspect = models.BooleanField(default=False)  # a claim of it ended without an outcome: it is claimed alone now
    failures = models.IntegerField(default=0)  # claims of it alone that ended without an outcome
    available_at = models.DateTimeField(null=True)  # not before this; null: at once
    fetching = models.BooleanField(default=False)  # images that its items name are being downloaded: not claimed
    lease_until = models.DateTimeField(null=True)
    lease_owner = models.CharField(max_length=255, blank=True)
    unchanged = models.JSONField(default=list)  # ranges [first, last] of unchanged items, which have no rows
    applied_at = models.DateTimeField(null=True)  # the database's time of its transaction: updated_at of what it wrote
    last_error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["operation", "first"], name="chunk_first")]
        indexes = [
            models.Index(fields=["failures"], condition=Q(open=True, failures__gt=0), name="chunk_open_failed"),
            models.Index(fields=["operation"], condition=Q(fetching=True), name="chunk_fetching"),
            # One for both: of two the planner may take the wrong one, and compare all arrays with each other.
            GinIndex(fields=["writes", "refers"], condition=Q(open=True), name="chunk_open_records", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"chunk {self.number} of operation {self.operation_id}"


class Body(models.Model):
    """A request's body, or a file that was fetched, too large to be parsed while somebody waits for the answer."""

    size = models.BigIntegerField(default=0)  # bytes
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["received_at"], name="body_received")]

    def __str__(self) -> str:
        return f"body {self.pk}"


class BodyPart(models.Model):
    """A row of a body, see bodies.ROW. No foreign key, as with items: retention deletes parts first."""

    pk = models.CompositePrimaryKey("body_id", "number")
    body_id = models.BigIntegerField()
    number = models.IntegerField()  # from 0
    content = models.BinaryField()  # STORAGE PLAIN

    def __str__(self) -> str:
        return f"part {self.number} of body {self.body_id}"


class Split(models.Model):
    """The stage of an operation whose body is cut into chunks by a worker: until it is done there are none."""

    operation = models.OneToOneField(Operation, on_delete=models.CASCADE, primary_key=True, related_name="split")
    body = models.ForeignKey(Body, on_delete=models.SET_NULL, null=True, related_name="splits")  # null: still to come
    state = models.CharField(max_length=16, choices=SplitState.choices, default=SplitState.WAITING)
    attempt = models.IntegerField(default=0)  # the fencing token
    failures = models.IntegerField(default=0)  # attempts that ended without an outcome
    available_at = models.DateTimeField(null=True)  # not before this; null: at once
    lease_until = models.DateTimeField(null=True)
    lease_owner = models.CharField(max_length=255, blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["operation"], condition=Q(state__in=sorted(OPEN_SPLIT)), name="split_open"),
        ]

    def __str__(self) -> str:
        return f"split of operation {self.operation_id}"


class LocalRecord(models.Model):
    """What a local name of an operation stands for, for those of its chunks that come later."""

    pk = models.CompositePrimaryKey("operation_id", "entity", "name")
    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="+", db_index=False)
    entity = models.CharField(max_length=64)
    name = models.TextField()
    record_id = models.UUIDField()

    def __str__(self) -> str:
        return f"{self.name} of operation {self.operation_id}"


class OperationError(models.Model):
    """Something that was wrong with a request as a whole, found after it was accepted."""

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="errors")
    path = models.TextField(blank=True)  # JSON pointer into the request
    code = models.CharField(max_length=16)
    params = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.code} at {self.path or 'the request'}"


class Turn(models.Model):
    """How much of the workers' time an organization has had: who had least is next."""

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, primary_key=True, related_name="+")
    began = models.FloatField()  # when its latest turn began: records divided by weight, on a clock common to all
    served = models.FloatField()  # when its next turn is

    def __str__(self) -> str:
        return f"turn of {self.organization_id}"


class Pause(models.Model):
    """While it stands, no chunk of its organization begins; without an organization, none at all."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, null=True, related_name="+")
    paused_at = models.DateTimeField()
    paused_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        permissions = [
            ("pause_queue", "Can pause and resume the queue"),
            ("manage_queue", "Can see the queue's own pages and act there"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["organization"], nulls_distinct=False, name="pause_once"),
        ]

    def __str__(self) -> str:
        return f"pause of {self.organization or 'everything'}"


class Tally(models.Model):
    """A part of a total that only grows, see asyncops.tallying."""

    pk = models.CompositePrimaryKey("slot", "name")
    slot = models.SmallIntegerField()
    name = models.CharField(max_length=64)
    value = models.FloatField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"


class ItemOutcome(models.TextChoices):
    """What became of an item that has a row. No row: not decided yet, unchanged (Chunk.unchanged), or untouched."""

    CREATED = "created", "created"
    UPDATED = "updated", "updated"
    DELETED = "deleted", "deleted"
    REFUSED = "refused", "refused"


class Item(models.Model):
    """The journal: one row for every item that changed something or was refused.

    No foreign key to the operation: it would cost more than the whole row. Retention deletes items first.
    """

    pk = models.CompositePrimaryKey("operation_id", "index")
    operation_id = models.BigIntegerField()
    index = models.IntegerField()  # position of the item in the request
    outcome = models.CharField(max_length=8, choices=ItemOutcome.choices)
    record_id = models.UUIDField(null=True)
    changes = models.JSONField(null=True)  # what it changed, as asyncops.changes reads it; null: not recorded

    class Meta:
        indexes = [models.Index(fields=["record_id", "-operation_id"], name="item_record")]

    def __str__(self) -> str:
        return f"item {self.index} of operation {self.operation_id}"


class ItemError(models.Model):
    """One thing that was wrong with one item. `path` is a JSON pointer below the item."""

    operation_id = models.BigIntegerField()
    index = models.IntegerField()
    path = models.TextField(blank=True)
    code = models.CharField(max_length=16)
    params = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["operation_id", "index"], name="item_error_of_item")]

    def __str__(self) -> str:
        return f"{self.code} at {self.path or 'the record'}"


class IdempotencyKey(models.Model):
    """The answer to a request that named this key, for whoever sends the same request again."""

    pk = models.CompositePrimaryKey("organization_id", "key")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=255)
    fingerprint = models.BinaryField()  # SHA-256 of what makes the request this one
    status = models.SmallIntegerField()
    headers = models.JSONField()
    body = models.BinaryField()
    open_until = models.DateTimeField(null=True)  # its sender still waits, and may get a later form of the answer
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="idempotency_key_expires")]

    def __str__(self) -> str:
        return f"idempotency key {self.key}"
