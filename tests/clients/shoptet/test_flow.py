"""The document's whole flow, as an integrator's program does it: no client of this API is published for Python or Node.

An image job, the webhook of its end, the job's detail, the result; and a snapshot read as the published SDK reads it.
"""

from __future__ import annotations

import gzip
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from standardwebhooks import Webhook

from tests.asyncops.gallery import picture
from tests.clients.live import LiveSite
from tests.foreign import Asked, Foreign, Reply, foreign_server

PATIENCE = 30.0


class Program:
    def __init__(self, live: LiveSite) -> None:
        self.url = live.url
        self.session = requests.Session()
        self.session.headers["Shoptet-Private-API-Token"] = live.users["admin"]["token"]

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.session.request(method, f"{self.url}/api/{path}", json=body, timeout=20)
        assert answer.ok, answer.text
        assert answer.json()["errors"] is None
        return answer.json()["data"]

    def finished(self, job: str) -> Any:
        """By polling, as those do who have no receiver."""
        deadline = time.monotonic() + PATIENCE
        while (detail := self.call("GET", f"system/jobs/{job}")["job"])["status"] in {"pending", "running"}:
            assert time.monotonic() < deadline, detail
            time.sleep(0.1)
        return detail

    def snapshot(self, query: str = "") -> list[Any]:
        detail = self.finished(self.call("GET", f"products/snapshot{query}")["jobId"])
        packed = requests.get(detail["resultUrl"], timeout=20)  # without a token
        assert packed.headers["Content-Type"] == "application/gzip"
        return [json.loads(line) for line in gzip.decompress(packed.content).splitlines()]


@pytest.fixture
def program(live: LiveSite) -> Program:
    return Program(live)


@pytest.fixture
def neighbour() -> Iterator[Foreign]:
    with foreign_server() as server:
        yield server


def told(neighbour: Foreign, job: str) -> Asked:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for asked in list(neighbour.asked):
            if asked.path == "/hook" and json.loads(asked.body)["eventInstance"] == job:
                return asked
        time.sleep(0.05)
    raise AssertionError(f"no webhook of {job}")


def test_an_image_its_webhook_and_its_result(program: Program, neighbour: Foreign):
    [product] = program.snapshot("?productCodes=24-MB02")
    hook, url = neighbour.on("/hook", Reply()), neighbour.serves("/100.jpg", picture(0xFF, kind="JPEG"))
    for webhook in program.call("GET", "webhooks")["webhooks"]:
        program.call("DELETE", f"webhooks/{webhook['id']}")
    program.call("POST", "webhooks", {"data": [{"event": "job:finished", "url": hook}]})
    key = program.call("POST", "webhooks/renew-signature-key")["signatureKey"]
    image = {"priority": 1, "name": "100.jpg", "description": "Špičkový design", "downloadUrl": url}
    job = program.call("POST", f"products/{product['guid']}/images", {"data": {"images": [image]}})["jobId"]
    asked = told(neighbour, job)
    assert asked.headers["shoptet-webhook-signature"] == hmac.new(key.encode(), asked.body, "sha1").hexdigest()
    Webhook(key.encode()).verify(asked.body.decode(), asked.headers)
    detail = program.call("GET", f"system/jobs/{job}")
    assert (detail["status"], detail["job"]["status"]) == ("completed", "completed")
    result = requests.get(detail["resultUrl"], timeout=20).json()
    assert [(each["index"], each["name"]) for each in result["data"]["images"]] == [(0, "100.jpg")]
    shown = program.call("GET", f"products/{product['guid']}/images/shop")["images"]
    assert [(each["name"], each["description"]) for each in shown] == [("100.jpg", "Špičkový design")]


def test_a_batch_and_its_log(program: Program, neighbour: Foreign):
    [product] = program.snapshot("?productCodes=24-MB03")
    rows = [{"guid": product["guid"], "name": "Renamed"}, {"guid": product["guid"], "name": ""}]
    url = neighbour.serves("/rows.jsonl", b"\n".join(json.dumps(row).encode() for row in rows))
    detail = program.finished(program.call("PATCH", "products/batch", {"batchFileUrlPath": url})["jobId"])
    assert detail["log"].splitlines()[0] == f"1: OK product {product['guid']} updated"
    assert detail["log"].splitlines()[2] == "Summary: 2 rows, 1 ok, 1 failed"
    assert program.snapshot("?productCodes=24-MB03")[0]["name"] == "Renamed"


def test_a_snapshot_of_everything(program: Program):
    lines = program.snapshot("?include=allCategories,images,flags")
    assert len(lines) >= 50
    assert all(line["variants"] for line in lines)
