"""The Shoptet scene of the demo: the document's own flow, from the request to the webhook to the result."""

from __future__ import annotations

import gzip
import hmac
import http.client
import json
import time
from urllib.parse import urlsplit

from .client import Client, Json
from .errors import DemoFailed
from .neighbour import HOOK, IMAGE, Neighbour, open_door
from .showing import pretty, show

SECONDS = 30
CODE = "24-MB01"


def play(client: Client) -> None:
    guid = _guid(client)
    with open_door() as neighbour:
        key = _listen(client, neighbour)
        path = f"/api/products/{guid}/images"
        image = {
            "priority": 1,
            "name": "100.jpg",
            "description": "Špičkový design",
            "downloadUrl": f"{neighbour.url}{IMAGE}",
        }
        body = {"data": {"images": [image]}}
        show("request", client.curl("POST", path, body))
        accepted = client.send("POST", path, body)
        show("answer", f"{accepted.line()}\n{pretty(accepted.body)}")
        _told(neighbour, key, job=accepted.body["data"]["jobId"])
    detail = client.send("GET", f"/api/system/jobs/{accepted.body['data']['jobId']}").body["data"]["job"]
    show("job", pretty({name: detail[name] for name in ("status", "duration", "resultUrl", "validUntil", "log")}))
    show("result", pretty(json.loads(_download(detail["resultUrl"]))))


def _guid(client: Client) -> str:
    """The product's guid, from a snapshot of it."""
    job = client.send("GET", f"/api/products/snapshot?productCodes={CODE}").body["data"]["jobId"]
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        detail = client.send("GET", f"/api/system/jobs/{job}?wait=5").body["data"]
        if detail["status"] == "completed":
            line = json.loads(gzip.decompress(_download(detail["resultUrl"])))
            show("snapshot", f"job {job}, {detail['log']}: {line['name']} is {line['guid']}")
            return str(line["guid"])
        if detail["status"] not in {"pending", "running"}:
            raise DemoFailed(why=f"snapshot {job} did not succeed: {json.dumps(detail)}")
    raise DemoFailed(why=f"snapshot {job} is still open after {SECONDS} s, see .local/logs/worker-1.log")


def _listen(client: Client, neighbour: Neighbour) -> str:
    """Tell the neighbour of jobs that end; the key that is signed with. An earlier demo's address is replaced."""
    url, event = f"{neighbour.url}{HOOK}", "job:finished"
    known: list[Json] = client.send("GET", "/api/webhooks").body["data"]["webhooks"]
    mine = [webhook["id"] for webhook in known if webhook["event"] == event]
    if mine:
        client.send("PATCH", f"/api/webhooks/{mine[0]}", {"data": {"url": url}})
    else:
        client.send("POST", "/api/webhooks", {"data": [{"event": event, "url": url}]})
    return str(client.send("POST", "/api/webhooks/renew-signature-key").body["data"]["signatureKey"])


def _told(neighbour: Neighbour, key: str, *, job: str) -> None:
    """Waits for the webhook of this job; others may come before it."""
    deadline = time.monotonic() + SECONDS
    while True:
        told = neighbour.wait(seconds=max(0.1, deadline - time.monotonic()))
        if not hmac.compare_digest(hmac.new(key.encode(), told.body, "sha1").hexdigest(), told.signature):
            raise DemoFailed(why=f"the webhook is not signed with the key: {told.body.decode()}")
        if json.loads(told.body)["eventInstance"] == job:
            show("webhook", f"signature {told.signature} is right\n{pretty(json.loads(told.body))}")
            return


def _download(url: str) -> bytes:
    """Without a token: the name is the right to it."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=SECONDS)
    try:
        connection.request("GET", parts.path)
        response = connection.getresponse()
        if response.status != 200:
            raise DemoFailed(why=f"{url} answered {response.status}")
        return response.read()
    finally:
        connection.close()
