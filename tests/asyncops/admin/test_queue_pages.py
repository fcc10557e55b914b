"""The queue's own admin pages, where any staff user could stop jobs, are not there."""

from __future__ import annotations

import pytest

from tests.asyncops.admin.scenes import at_the_admin


@pytest.mark.parametrize("below", ["", "queues/0/", "queues/0/empty/", "queues/actions/0/", "dashboard/", "stats.json"])
@pytest.mark.parametrize("place", ["/admin/django_rq/", "/admin/django_rq/dashboard/", "/django-rq/"])
@pytest.mark.parametrize("who", ["marta", "root"])
def test_the_pages_of_the_queue_are_not_mounted(request, who, place, below):
    client = at_the_admin(request.getfixturevalue(who))
    assert client.get(place + below).status_code == 404
    assert client.post(place + below).status_code == 404
