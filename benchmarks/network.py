"""Network work of one worker: images from a server that takes its time, webhooks to a receiver that does not."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import cache

import orjson
from django.test.utils import override_settings
from django.utils import timezone

from asyncops import dialects, intake, outbox, webhooks, working
from asyncops.dialects import Cause, Notice, Wanted
from asyncops.models import Download, Operation, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from asyncops.network_models import Event
from asyncops.outbox import Ended
from asyncops.submissions import Caller, Submission
from benchmarks.figures import Figure
from benchmarks.foreign import server
from benchmarks.records import empty
from catalog.accounts import ensure_user
from catalog.commands import Command, Json, Reference, Upsert
from catalog.images import KeptImage
from catalog.models import ProductMedia
from catalog.outcomes import ErrorCode, FieldError
from catalog.rights import Rights

IMAGES = 1_000
OF_ONE_OPERATION = 100
DELAY_MS = 50
WEBHOOKS = 10_000


class Dialect:
    name = "bench"
    lifetime = timedelta(days=1)

    def parse(self, kind: str, item: Json, context: Mapping[str, Json]) -> Command:
        if "url" not in item:
            return Upsert(entity="product", key=Reference("sku", item["sku"]), values={})
        return Upsert(entity="product_media", key=None, values={"product": Reference("sku", item["sku"])})

    def wanted(self, kind: str, item: Json, context: Mapping[str, Json]) -> Wanted | None:
        return Wanted(url=item["url"]) if "url" in item else None

    def placed(self, kind: str, item: Json, context: Mapping[str, Json], image: KeptImage) -> Command:
        values = {"product": Reference("sku", item["sku"]), "media": image.media(file_name="1.jpg")}
        return Upsert(entity="product_media", key=None, values=values)

    def unfetched(self, kind: str, wanted: Wanted, cause: Cause) -> FieldError:
        return FieldError(path="/url", code=ErrorCode.DIALECT, params={"message": cause.value})

    def webhook_body(self, notice: Notice) -> tuple[str, bytes]:
        instance = str(notice.operation)
        told = {"eshopId": notice.organization, "event": notice.event, "eventInstance": instance}
        return instance, orjson.dumps(told)


def figures() -> Iterator[Figure]:
    dialects.register(Dialect(), notifier=Dialect())
    yield from _images()
    yield from _webhooks()
    empty()


def _images() -> Iterator[Figure]:
    empty()
    with _media_elsewhere(), server(delay_ms=DELAY_MS) as port:
        _accept([{"sku": "B0"}])
        working.drain()
        for first in range(0, IMAGES, OF_ONE_OPERATION):
            numbers = range(first, first + OF_ONE_OPERATION)
            _accept([{"sku": "B0", "url": f"http://127.0.0.1:{port}/{number}.jpg"} for number in numbers])
        begun = time.perf_counter()
        working.drain()
        seconds = time.perf_counter() - begun
    assert ProductMedia.objects.count() == IMAGES, list(Download.objects.values("cause").distinct())
    yield Figure(name=f"download images of 50 KB, {DELAY_MS} ms each, one worker", median_s=seconds, records=IMAGES)


def _webhooks() -> Iterator[Figure]:
    with server(delay_ms=0) as port, override_settings(FETCH_ALLOWED_HOSTS=frozenset({("127.0.0.1", None)})):
        organization, now = _caller().user.organization, timezone.now()
        webhooks.register(organization, event=Event.JOB_FINISHED, url=f"http://127.0.0.1:{port}/", dialect="bench")
        begun = time.perf_counter()
        outbox.write([Ended(operation=n, organization=organization.pk, at=now) for n in range(WEBHOOKS)])
        written = time.perf_counter() - begun
        begun = time.perf_counter()
        working.drain()
        sent = time.perf_counter() - begun
    assert WebhookDelivery.objects.filter(status="success").count() == WEBHOOKS
    assert WebhookAttempt.objects.count() == WEBHOOKS
    for model in (WebhookAttempt, WebhookDelivery, WebhookEndpoint):
        model.objects.all().delete()
    yield Figure(name="write webhooks into the outbox", median_s=written, records=WEBHOOKS)
    yield Figure(name="send webhooks, one worker", median_s=sent, records=WEBHOOKS)


@contextmanager
def _media_elsewhere() -> Iterator[None]:
    from django.conf import settings

    with tempfile.TemporaryDirectory() as place:
        backend = "django.core.files.storage.FileSystemStorage"
        media = {"BACKEND": backend, "OPTIONS": {"location": place, "allow_overwrite": True}}
        with override_settings(
            STORAGES={**settings.STORAGES, "media": media}, FETCH_ALLOWED_HOSTS=frozenset({("127.0.0.1", None)})
        ):
            yield


def _accept(items: list[Json]) -> Operation:
    return intake.accept(Submission(dialect="bench", kind="save", entity="product", items=items), by=_caller())


@cache
def _caller() -> Caller:
    user = ensure_user(organization="Network", username="network", password="x" * 20, rights="superuser")
    return Caller(user=user, rights=Rights.of(user))
