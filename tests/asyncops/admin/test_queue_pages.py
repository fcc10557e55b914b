"""RQ's own pages, where any staff user could stop jobs, are for those who may manage the queue."""

from __future__ import annotations

import pytest

from asyncops import doorbell
from tests.asyncops.admin.scenes import at_the_admin, staff

PLACE = "/admin/django_rq/dashboard/"
PAGES = ["", "stats.json", "stats.json/token", "metrics", "queues/0/", "queues/0/empty/", "queues/0/failed/"]
PAGES += ["workers/0/", "queues/actions/0/"]


@pytest.fixture
def ringing():
    doorbell.queue().connection.flushdb()
    doorbell.ring()
    yield doorbell.queue()
    doorbell.queue().connection.flushdb()


@pytest.mark.parametrize("below", PAGES)
def test_staff_without_the_permission_are_refused(browser_of_marta, ringing, below):
    assert browser_of_marta.get(PLACE + below).status_code == 403
    assert browser_of_marta.post(PLACE + below).status_code == 403
    assert ringing.count == 1


@pytest.mark.parametrize("below", ["", "queues/0/", "queues/0/failed/", "workers/0/", "stats.json"])
def test_whoever_may_manage_the_queue_sees_them(harbour, ringing, below):
    keeper = staff(harbour, "keeper", "asyncops.manage_queue")
    assert at_the_admin(keeper).get(PLACE + below).status_code == 200


def test_a_form_of_another_site_empties_nothing(harbour, ringing):
    keeper = staff(harbour, "keeper", "asyncops.manage_queue")
    assert at_the_admin(keeper, enforce_csrf_checks=True).post(PLACE + "queues/0/empty/").status_code == 403
    assert ringing.count == 1


def test_strangers_are_sent_to_the_login(client):
    assert client.get(PLACE).headers["Location"].startswith("/admin/login/")


def test_while_redis_is_away_they_say_so(root, settings, monkeypatch):
    monkeypatch.setitem(settings.RQ_QUEUES["default"], "URL", "redis://127.0.0.1:1")
    answer = at_the_admin(root).get(PLACE)
    assert answer.status_code == 503
    assert "Redis cannot be reached" in answer.content.decode()
