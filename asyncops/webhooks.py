"""What programs and staff may do with webhooks: Shoptet's routes and the admin come here.

Endpoints, keys and deliveries are an organization's own; callers check the rights (`asyncops.add_webhookendpoint`,
`change_`, `delete_`, `view_`, and `asyncops.resend_webhook`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from asyncops import dialects, doorbell, fetching, signing
from asyncops.dialects import Notice
from asyncops.network_models import DeliveryStatus, Event, WebhookDelivery, WebhookEndpoint, WebhookKey
from catalog.models import Organization, User


class AlreadyRegistered(Exception):
    """The event has an endpoint."""


def endpoints(organization: Organization) -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.filter(organization=organization).order_by("pk")


def deliveries(organization: Organization) -> QuerySet[WebhookDelivery]:
    """Its log, the latest first. Without the bodies."""
    return WebhookDelivery.objects.filter(organization=organization).defer("body").order_by("-pk")


def register(
    organization: Organization,
    *,
    event: Event,
    url: str,
    send_payload: str = "",
    dialect: str = "shoptet",
    now: datetime | None = None,
) -> WebhookEndpoint:
    """Tell `url` of an event from now on. Raises AlreadyRegistered, or fetching.UrlForbidden."""
    dialects.notifier(dialect)  # else nobody could word what is told
    fetching.check_url(url)
    moment = now or timezone.now()
    endpoint = WebhookEndpoint(
        organization=organization, dialect=dialect, event=event, url=url, send_payload=send_payload, created_at=moment
    )
    try:
        with transaction.atomic():
            endpoint.save(force_insert=True)
            WebhookKey.objects.get_or_create(
                organization=organization, defaults={"key": signing.new_key(), "renewed_at": moment}
            )
    except IntegrityError:
        raise AlreadyRegistered from None
    return endpoint


def change(
    endpoint: WebhookEndpoint, *, url: str | None = None, send_payload: str | None = None, now: datetime | None = None
) -> None:
    """What is on its way goes to the new address, also where the old one was disabled. Raises fetching.UrlForbidden."""
    if url is not None:
        fetching.check_url(url)
        endpoint.url = url
    if send_payload is not None:
        endpoint.send_payload = send_payload
    endpoint.updated_at = now or timezone.now()
    endpoint.save(update_fields=["url", "send_payload", "updated_at"])
    if url is not None:
        enable(endpoint)


def remove(endpoint: WebhookEndpoint) -> None:
    """Nothing more is sent to it, not even what is on its way. The log stays."""
    with transaction.atomic():
        WebhookDelivery.objects.filter(endpoint=endpoint, due_at__isnull=False).update(due_at=None)
        WebhookDelivery.objects.filter(endpoint=endpoint, resend_at__isnull=False).update(resend_at=None)
        WebhookEndpoint.objects.filter(pk=endpoint.pk).delete()


def enable(endpoint: WebhookEndpoint) -> None:
    """Once more after it was disabled; what has waited is sent."""
    values = {"enabled": True, "disabled_at": None, "disabled_reason": "", "failing_since": None}
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**values)
    doorbell.ring("webhooks")


def disable(endpoint: WebhookEndpoint, *, reason: str, now: datetime | None = None) -> None:
    """Until it is enabled again nothing is sent, except what staff resend. New events wait."""
    values = {"enabled": False, "disabled_at": now or timezone.now(), "disabled_reason": reason[:255]}
    WebhookEndpoint.objects.filter(pk=endpoint.pk, enabled=True).update(**values)


def renew_key(organization: Organization, *, now: datetime | None = None) -> str:
    """A new key, always. Standard Webhooks' signatures show the previous one beside it for a while (a setting)."""
    moment, key = now or timezone.now(), signing.new_key()
    until = moment + timedelta(hours=settings.WEBHOOK_KEY_OVERLAP_HOURS)
    with transaction.atomic():
        known = WebhookKey.objects.select_for_update().filter(organization=organization).first()
        if known is None:
            WebhookKey.objects.create(organization=organization, key=key, renewed_at=moment)
            return key
        known.previous, known.previous_until = known.key, until
        known.key, known.renewed_at = key, moment
        known.save()
    return key


def valid_keys(key: WebhookKey, *, now: datetime) -> list[str]:
    """The newest first."""
    return [key.key, key.previous] if key.previous_until and key.previous_until > now else [key.key]


def resend(chosen: QuerySet[WebhookDelivery], *, by: User | None, now: datetime | None = None) -> int:
    """One more attempt for each, soon, also when it was acknowledged or its endpoint is disabled; for how many.

    It counts as manual: it neither uses up a scheduled attempt nor says anything about the endpoint's health.
    """
    there = chosen.filter(resend_at=None, endpoint__in=WebhookEndpoint.objects.all())
    asked = WebhookDelivery.objects.filter(pk__in=list(there.values_list("pk", flat=True)))
    count = asked.update(resend_at=now or timezone.now(), resend_by=by)
    if count:
        transaction.on_commit(lambda: doorbell.ring("webhooks"), robust=True)
    return count


def give_up(chosen: QuerySet[WebhookDelivery]) -> int:
    """No more scheduled attempts; for how many there would have been one."""
    return chosen.filter(due_at__isnull=False).update(due_at=None, status=DeliveryStatus.FAILED)


def send_test(endpoint: WebhookEndpoint, *, by: User | None, now: datetime | None = None) -> WebhookDelivery:
    """An event of its kind about nothing, sent on the way that real ones go, also when it is disabled."""
    moment = now or timezone.now()
    organization = endpoint.organization
    notice = Notice(event=endpoint.event, organization=organization.number, at=moment)
    instance, body = dialects.notifier(endpoint.dialect).webhook_body(notice)
    delivery = WebhookDelivery.objects.create(
        organization=organization,
        endpoint=endpoint,
        url=endpoint.url,
        event=endpoint.event,
        event_created=moment,
        instance=instance,
        body=body,
        resend_at=moment,
        resend_by=by,
        created_at=moment,
    )
    transaction.on_commit(lambda: doorbell.ring("webhooks"), robust=True)
    return delivery
