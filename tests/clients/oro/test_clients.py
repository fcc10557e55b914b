"""Published JSON:API clients, as they are, against a live site: lists, polling, errors, single resources, pages."""

from __future__ import annotations

from pathlib import Path

from tests.clients.live import LiveSite, client

HERE = Path(__file__).parent


def test_kitsu_and_devour_send_lists(live: LiveSite):
    told = client("oro-node").run(HERE / "lists_in_node.cjs", url=live.url, token=live.users["admin"]["token"])
    assert told["kitsu"] == {
        "accepted": [202, "asyncoperations", "new"],
        "counts": [3, 1, "success"],
        "pointer": "/data/3/attributes/name",
        "name": "kitsu new",
        "listed": 1,
        "removed": "deleted",
        "unfiltered": 400,
    }
    assert told["devour"] == {"counts": [2, 0, "success"], "name": "devour new", "blank": ["name"], "list": True}


def test_jsonapi_requests_sends_a_list(live: LiveSite):
    admin = live.users["admin"]
    given = {"url": live.url, "username": admin["username"], "password": admin["password"]}
    told = client("jsonapi-requests").run(HERE / "requests_lists.py", **given)
    assert told == {"status": 202, "counts": [1, 1], "pointer": "/data/1/attributes/name"}


def test_jsonapi_client_follows_pages_and_writes(live: LiveSite):
    told = client("jsonapi-client").run(HERE / "client_records.py", url=live.url, token=live.users["admin"]["token"])
    assert told == {"name": "changed", "all": True, "refused": True}
