"""The Oro scene of the demo: the document's own list of accounts, with a bad record, and what became of each."""

from __future__ import annotations

import time

from .client import Client, Json
from .errors import DemoFailed
from .showing import pretty, show

SECONDS = 30
MEDIA_TYPE = "application/vnd.api+json"
ENDED = ("success", "failed", "cancelled")


def play(client: Client) -> None:
    names = ("Gartner management group", "Cloth World", "")
    body = {"data": [{"type": "accounts", "attributes": {"name": name}} for name in names]}
    show("request", client.curl("PATCH", "/api/accounts", body, media_type=MEDIA_TYPE))
    accepted = client.send("PATCH", "/api/accounts", body, media_type=MEDIA_TYPE)
    show("answer", f"{accepted.line()}\n{pretty(accepted.body)}")
    path = f"/api/asyncoperations/{accepted.body['data']['id']}"
    show("operation", pretty(_ended(client, path)))
    show("errors", pretty(_get(client, f"{path}/errors")["data"]))
    show("results", pretty([result["attributes"] for result in _get(client, f"{path}/results")["data"]]))


def _ended(client: Client, path: str) -> Json:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        attributes = _get(client, path)["data"]["attributes"]
        if attributes["status"] in ENDED:
            return attributes
        time.sleep(0.02)
    raise DemoFailed(why=f"{path} has not ended after {SECONDS} s, see .local/logs/worker-1.log")


def _get(client: Client, path: str) -> Json:
    return client.send("GET", path, media_type=MEDIA_TYPE).body
