"""The first page: what it tells, to whom, and that it tells it while Redis is away."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rq.utils import utcformat

from asyncops import control, doorbell
from asyncops.models import Pause, WebhookDelivery
from asyncops.states import State
from asyncops.worker import Worker
from tests.asyncops.admin.scenes import at_the_admin, operation, staff

INDEX = "/admin/"
LIVE = "/admin/asyncops/operation/dashboard/"
PAUSE, RESUME = "/admin/asyncops/operation/pause/", "/admin/asyncops/operation/resume/"


@pytest.fixture(autouse=True)
def bells():
    doorbell.queue().connection.flushdb()
    yield doorbell.queue()
    doorbell.queue().connection.flushdb()


@pytest.fixture
def redis_away(settings, bells):
    kept, settings.REDIS_URL = settings.REDIS_URL, "redis://127.0.0.1:1"
    doorbell.queue.cache_clear()
    yield
    settings.REDIS_URL = kept  # what `bells` does at its end is done with a Redis that is there
    doorbell.queue.cache_clear()


def living(bells):
    worker = Worker([bells], connection=bells.connection)
    worker.register_birth()
    worker.heartbeat()
    return worker


def text(client, address=INDEX):
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def board(client):
    return client.get(LIVE).context["board"]


def test_it_tells_when_no_worker_is_alive(browser_of_marta, bells):
    assert "<strong>No worker is alive.</strong>" in text(browser_of_marta)
    worker = living(bells)
    assert "No worker is alive" not in text(browser_of_marta)
    bells.connection.hset(worker.key, "last_heartbeat", utcformat(timezone.now() - timedelta(seconds=65)))
    assert "The last sign of life came 1 min 5 s ago" in text(browser_of_marta)


def test_it_works_while_redis_is_away(browser_of_marta, marta, redis_away):
    operation(marta, state=State.RUNNING)
    shown = text(browser_of_marta)
    assert "<strong>Redis is away.</strong>" in shown
    assert "No worker is alive" not in shown
    assert board(browser_of_marta).overview.live == {"new": 0, "running": 1}


def test_figures_are_those_of_the_readers_organization(browser_of_marta, marta, neighbour, root):
    now = timezone.now()
    operation(marta, state=State.SUCCESS, finished_at=now, started_at=now, created=2, total=2)
    operation(marta, state=State.FAILED, finished_at=now - timedelta(hours=3), refused=1)
    operation(marta, state=State.FAILED, finished_at=now - timedelta(hours=30))
    operation(marta, total=7, created=3)
    operation(neighbour, state=State.CANCELLED, finished_at=now)
    ours, all_of_it = board(browser_of_marta).overview, board(at_the_admin(root)).overview
    assert dict(ours.ended) == {"success": 1, "failed": 1}
    assert dict(all_of_it.ended) == {"success": 1, "failed": 1, "cancelled": 1}
    assert (ours.live, ours.waiting, ours.is_capped) == ({"new": 1, "running": 0}, 4, False)
    assert (ours.records, ours.refused) == (3, 1)


def test_the_rate_counts_what_lies_within_the_minute(browser_of_marta, marta):
    now = timezone.now()
    begun = now - timedelta(minutes=10)
    operation(marta, state=State.RUNNING, started_at=begun, total=9000, created=6000)  # 600 a minute
    operation(marta, state=State.SUCCESS, started_at=now, finished_at=now, created=120)
    operation(marta, state=State.SUCCESS, started_at=begun, finished_at=begun + timedelta(minutes=1), created=5000)
    assert board(browser_of_marta).overview.rate == pytest.approx((600 + 120) / 60, rel=0.01)


def test_the_oldest_in_the_queue_is_named(browser_of_marta, marta):
    operation(marta, state=State.SUCCESS)
    first, _ = operation(marta, now=timezone.now() - timedelta(hours=2)), operation(marta)
    assert board(browser_of_marta).overview.oldest == first
    assert "2 hours" in text(browser_of_marta)


def test_webhooks_that_wait_and_those_given_up(browser_of_marta, marta, neighbour):
    now = timezone.now()

    def deliver(user, **values):
        WebhookDelivery.objects.create(
            organization=user.organization, endpoint_id=1, event_created=now, created_at=now, body=b"", **values
        )

    deliver(marta, instance="a", due_at=now)
    deliver(marta, instance="b", status="failed")
    deliver(marta, instance="c", status="success")
    deliver(neighbour, instance="d", status="failed")
    webhooks = board(browser_of_marta).webhooks
    assert (webhooks.waiting, webhooks.given_up) == (1, 1)
    assert "1 / 1</a>" in text(browser_of_marta, LIVE)


def test_the_chart_and_its_table_have_an_hour_each(browser_of_marta, marta):
    operation(marta, state=State.FAILED, finished_at=timezone.now())
    shown = text(browser_of_marta, LIVE)
    assert shown.count("<svg") == 1
    assert 'id="op-hatch"' in shown
    assert "<script" not in shown
    assert not re.search(r"(src|href)=.https?:", shown)
    assert len(board(browser_of_marta).overview.hours) == 25
    assert "0 success, 1 failed, 0 cancelled" in shown


def test_it_asks_again_soon_while_something_is_live(browser_of_marta, marta):
    assert "every 30s" in text(browser_of_marta, LIVE)
    operation(marta)
    assert "every 3s" in text(browser_of_marta, LIVE)


def test_its_cost_does_not_grow(browser_of_marta, marta):
    def cost():
        with CaptureQueriesContext(connection) as captured:
            browser_of_marta.get(LIVE)
        return len(captured)

    operation(marta)
    for_one = cost()
    for state in (State.NEW, State.RUNNING, State.SUCCESS) * 5:
        operation(marta, state=state, started_at=timezone.now(), finished_at=timezone.now())
    assert cost() == for_one == 13


def test_without_the_permission_there_is_no_dashboard(harbour):
    nobody = staff(harbour, "nobody")
    client = at_the_admin(nobody)
    assert "op-dashboard" not in client.get(INDEX).content.decode()
    assert client.get(LIVE).status_code == 403


def test_the_queue_is_paused_and_resumed(marta, harbour, pier):
    marta.user_permissions.add(Permission.objects.get(codename="pause_queue"))
    client = at_the_admin(marta)
    control.pause(by=None, organization=pier)
    client.post(PAUSE)
    shown = text(client)
    assert "The queue of Harbour Goods is paused" in shown
    assert "Pier Nine" not in shown
    assert set(Pause.objects.values_list("organization__name", flat=True)) == {"Harbour Goods", "Pier Nine"}
    client.post(RESUME)
    assert "is paused" not in text(client)
    assert Pause.objects.get().organization == pier


def test_a_superuser_pauses_everything(root):
    client = at_the_admin(root)
    client.post(PAUSE)
    assert "Everything is paused" in text(client)
    assert Pause.objects.get().organization is None


@pytest.mark.parametrize("address", [PAUSE, RESUME])
def test_pausing_wants_the_permission_a_post_and_the_form_of_this_site(browser_of_marta, marta, root, address):
    assert browser_of_marta.post(address).status_code == 403
    assert PAUSE not in text(browser_of_marta)
    assert at_the_admin(root).get(address).status_code == 405
    assert at_the_admin(root, enforce_csrf_checks=True).post(address).status_code == 403
    assert not Pause.objects.exists()
