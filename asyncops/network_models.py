"""The tables of network work: it is leased like chunks, and done outside of any transaction."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from catalog.models import Organization


class Leased(models.Model):
    """A row of work. Its outcome is stored only by the holder of its latest lease."""

    attempt = models.IntegerField(default=0)  # the fencing token
    lease_until = models.DateTimeField(null=True)
    lease_owner = models.CharField(max_length=255, blank=True)

    class Meta:
        abstract = True


class DownloadState(models.TextChoices):
    WAITING = "waiting", "waiting"  # to be downloaded, or being so
    KEPT = "kept", "kept"  # its content is in the storage of media
    FAILED = "failed", "failed"


class Download(Leased):
    """The image that an item of an operation names by a URL. The item is decided when its chunk's downloads are."""

    operation_id = models.BigIntegerField()
    index = models.IntegerField()  # of the item
    url = models.CharField(max_length=2000)
    max_bytes = models.IntegerField()
    state = models.CharField(max_length=8, choices=DownloadState.choices, default=DownloadState.WAITING)
    cause = models.CharField(max_length=16, blank=True)  # of the failure, see asyncops.dialects.Cause
    content_hash = models.CharField(max_length=64, blank=True)  # SHA-256
    md5 = models.CharField(max_length=32, blank=True)
    mime_type = models.CharField(max_length=32, blank=True)
    extension = models.CharField(max_length=8, blank=True)
    width = models.IntegerField(default=0)
    height = models.IntegerField(default=0)
    size = models.IntegerField(default=0)  # bytes
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["operation_id", "index"], name="download_of_item")]
        indexes = [
            models.Index(fields=["operation_id", "index"], condition=Q(state="waiting"), name="download_waiting"),
            models.Index(fields=["lease_owner"], condition=Q(lease_until__isnull=False), name="download_leased"),
        ]

    def __str__(self) -> str:
        return f"download for item {self.index} of operation {self.operation_id}"


class Event(models.TextChoices):
    """What an organization can be told of."""

    JOB_FINISHED = "job:finished", "job:finished"  # an operation of any dialect has ended
    PRODUCT_CREATE = "product:create", "product:create"  # once for each operation and product, as the next two
    PRODUCT_UPDATE = "product:update", "product:update"
    PRODUCT_DELETE = "product:delete", "product:delete"
    STOCK_MOVEMENT = "stock:movement", "stock:movement"


class WebhookKey(models.Model):
    """What an organization's webhooks are signed with. It must be readable to sign; nobody is shown it again."""

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, primary_key=True, related_name="+")
    key = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True)
    previous_until = models.DateTimeField(null=True)  # until then the previous one signs as well
    renewed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"webhook key of {self.organization_id}"


class WebhookEndpoint(models.Model):
    """Where an organization wants to be told of an event. One address for each event (Shoptet contract 7)."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    dialect = models.CharField(max_length=16, default="shoptet")  # in whose words it is told
    event = models.CharField(max_length=32, choices=Event.choices)
    url = models.CharField(max_length=2000)
    send_payload = models.CharField(max_length=16, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(null=True)
    enabled = models.BooleanField(default=True)
    disabled_at = models.DateTimeField(null=True)
    disabled_reason = models.CharField(max_length=255, blank=True)
    failing_since = models.DateTimeField(null=True)  # the first failure after the last success
    last_success_at = models.DateTimeField(null=True)
    last_failure_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "event"], name="webhook_endpoint_once")]

    def __str__(self) -> str:
        return f"{self.event} to {self.url}"


class DeliveryStatus(models.TextChoices):
    NEW = "new", "new"  # no attempt yet
    FAILED = "failed", "failed"  # the latest scheduled attempt failed; another may follow
    SUCCESS = "success", "success"  # acknowledged with 2xx


class WebhookDelivery(Leased):
    """One event for one endpoint: the outbox, and then the log. Every attempt sends the same bytes."""

    message = models.UUIDField(
        unique=True, default=uuid.uuid4, editable=False
    )  # `webhook-id`, the same at every attempt
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    # Without constraints: operations and endpoints go, the log stays for its own time.
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.DO_NOTHING, related_name="deliveries", db_constraint=False, db_index=False
    )
    operation_id = models.BigIntegerField(null=True)  # null: a test
    url = models.CharField(max_length=2000)  # as it was when the event came
    event = models.CharField(max_length=32, choices=Event.choices)
    event_created = models.DateTimeField()
    instance = models.CharField(max_length=64)  # what the event is about, in the dialect's words
    body = models.BinaryField()
    status = models.CharField(max_length=8, choices=DeliveryStatus.choices, default=DeliveryStatus.NEW)
    attempts = models.IntegerField(default=0)  # scheduled ones
    due_at = models.DateTimeField(null=True)  # of the next scheduled attempt; null: there is none
    resend_at = models.DateTimeField(null=True)  # when staff asked for another attempt; null: nobody does
    resend_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    attempted_at = models.DateTimeField(null=True)

    class Meta:
        permissions = [("resend_webhook", "Can resend webhooks and send test events")]
        verbose_name_plural = "webhook deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["operation_id", "endpoint", "event", "instance"], name="webhook_delivery_once"
            )
        ]
        indexes = [
            models.Index(fields=["endpoint", "due_at"], condition=Q(due_at__isnull=False), name="webhook_delivery_due"),
            models.Index(fields=["resend_at"], condition=Q(resend_at__isnull=False), name="webhook_delivery_resend"),
            models.Index(
                fields=["endpoint", "lease_until"],
                condition=Q(lease_until__isnull=False),
                name="webhook_delivery_leased",
            ),
            models.Index(fields=["organization", "-id"], name="webhook_delivery_log"),
            models.Index(fields=["created_at"], name="webhook_delivery_created"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.instance}"

    @property
    def is_active(self) -> bool:
        """Whether it was not acknowledged and attempts are left."""
        return self.due_at is not None


class WebhookAttempt(models.Model):
    """What was sent once, and what the receiver said."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="log")
    number = models.IntegerField()  # of all attempts, from 1
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    is_manual = models.BooleanField(default=False)
    url = models.CharField(max_length=2000)
    started_at = models.DateTimeField()
    duration_ms = models.IntegerField()
    request_headers = models.JSONField()
    status = models.SmallIntegerField(null=True)  # null: no answer
    error = models.CharField(max_length=255, blank=True)
    response_headers = models.JSONField(default=dict)
    response_body = models.TextField(blank=True)  # its beginning

    def __str__(self) -> str:
        return f"attempt {self.number} of delivery {self.delivery_id}"


class WebhookFanout(models.Model):
    """An ended operation whose products are still to be told of, a slice of its items at a time."""

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="+")
    operation_id = models.BigIntegerField()
    at = models.DateTimeField()
    next_index = models.IntegerField(default=0)  # items before it are done

    class Meta:
        constraints = [models.UniqueConstraint(fields=["operation_id", "endpoint"], name="webhook_fanout_once")]

    def __str__(self) -> str:
        return f"fan-out of operation {self.operation_id}"
