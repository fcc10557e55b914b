"""Real workers and a real receiver: webhooks survive whatever dies, and no other work waits for them."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

import pytest

from tests.acceptance.site import Site, horse_of, kill, wait_for
from tests.foreign import Asked, Reply, foreign_server

pytestmark = pytest.mark.acceptance
OPEN = {"BULKHEAD_FETCH_ALLOWED_HOSTS": "127.0.0.1:*"}
LISTEN = """
import django
django.setup()
from asyncops import webhooks
from asyncops.network_models import Event
from catalog.models import User
webhooks.register(User.objects.get(username="admin").organization, event=Event("job:finished"), url="{url}")
"""
READY = Reply(body=b"ok")


def listen(site: Site, url: str) -> None:
    site.run("-c", LISTEN.format(url=url))


def delivered(site: Site) -> int:
    return int(site.rows("SELECT count(*) FROM asyncops_webhookdelivery WHERE status = 'success'")[0][0])


def expected(site: Site) -> int:
    return int(site.rows("SELECT count(*) FROM asyncops_webhookdelivery")[0][0])


def of_each(asked: list[Asked]) -> dict[str, set[bytes]]:
    """The bodies that came under each webhook-id."""
    found: dict[str, set[bytes]] = {}
    for request in asked:
        found.setdefault(request.headers["webhook-id"], set()).add(request.body)
    return found


def test_a_receiver_that_is_away_for_a_while_gets_everything_afterwards(make_site):
    with foreign_server() as receiver:
        site = make_site(**OPEN, BULKHEAD_WEBHOOK_RETRY_SECONDS="0,1,1,2,2,2,2,2")
        is_away = threading.Event()
        is_away.set()

        def answers(handler: Any) -> None:
            if is_away.is_set():
                handler.connection.shutdown(2)
                return
            READY(handler)

        listen(site, receiver.on("/hook", answers))
        site.send(40, skus=40)
        site.start_worker()
        wait_for(lambda: site.all_done() and len(receiver.asked) >= 3)
        assert delivered(site) == 0
        failed = list(receiver.asked)
        is_away.clear()
        wait_for(lambda: expected(site) == delivered(site) > 0)
        bodies = of_each(receiver.asked)
        assert len(bodies) == expected(site)
        assert all(len(same) == 1 for same in bodies.values())
        assert {request.headers["webhook-id"] for request in failed} <= set(bodies)
        answered = site.rows("SELECT count(*) FROM asyncops_webhookattempt WHERE status = 200")
        assert answered == [(expected(site),)]


def test_a_work_horse_that_is_killed_while_it_sends(make_site):
    with foreign_server() as receiver:
        site = make_site(**OPEN, BULKHEAD_LEASE_SECONDS="300", BULKHEAD_WEBHOOK_SECONDS="20")
        asked, killed = threading.Event(), threading.Event()

        def answers(handler: Any) -> None:
            asked.set()
            killed.wait(10)
            READY(handler)

        listen(site, receiver.on("/hook", answers))
        site.send(2, skus=2)
        worker = site.start_worker()
        assert asked.wait(20)
        os.kill(horse_of(worker), signal.SIGKILL)
        killed.set()
        wait_for(lambda: expected(site) == delivered(site) > 0)
        assert all(len(same) == 1 for same in of_each(receiver.asked).values())
        assert site.states() == {"success": 2}


def test_a_receiver_that_hangs_holds_up_no_catalog_write(make_site):
    """One worker, which listens to everything."""
    with foreign_server() as receiver:
        site = make_site(**OPEN, BULKHEAD_WEBHOOK_SECONDS="60")
        released = threading.Event()

        def hangs(handler: Any) -> None:
            released.wait(60)
            READY(handler)

        listen(site, receiver.on("/hook", hangs))
        site.send(2, skus=2)
        site.start_worker()
        wait_for(lambda: bool(receiver.asked))
        site.send(2, skus=2)
        wait_for(site.all_done)  # sooner than it stops to hang
        assert delivered(site) == 0
        released.set()
        wait_for(lambda: expected(site) == delivered(site))


def test_workers_of_named_queues_and_none_at_all(make_site, private_services):
    with foreign_server() as receiver:
        site = make_site(**OPEN)
        listen(site, receiver.on("/hook", READY))
        site.send(2, skus=2)
        writer = site.start("manage.py", "rqworker", "default")
        wait_for(site.all_done)
        time.sleep(1)
        assert receiver.asked == []
        senders = site.start("manage.py", "rqworker-pool", "webhooks", "--num-workers", "2")
        wait_for(lambda: expected(site) == delivered(site) > 0)
        for process in (writer, senders):
            kill(process)
        private_services.valkey.kill()
        site.send(2, skus=2)
        site.manage("drain")
        assert site.states() == {"success": 4}
        assert expected(site) == delivered(site) == len(receiver.asked) == 4
