"""Magento's bulk route over HTTP: seconds to the 202, and what one real rqworker makes of it."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import requests
from django.conf import settings
from django.db.models import Max, Min, Sum

from asyncops import dialects
from asyncops.models import Operation
from asyncops.states import LIVE
from benchmarks.figures import RUNS, Figure, median
from benchmarks.records import empty, floor, products
from catalog.accounts import ensure_user
from catalog.models import AccessToken
from config.devservices import ports

SIZES = (1_000, 10_000)
UNDERSTOOD = 5_000
LOG = Path(".local/bench-web.log")  # a line for each request


def figures() -> Iterator[Figure]:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {token()}"
    port = ports.free(18080)
    yield _against_understanding(session, port)
    for size in SIZES:
        lowest = floor(products(size), beside=True)
        with web(port):
            accepted, applied = _rounds(session, f"http://127.0.0.1:{port}/rest/all", size)
        yield Figure(name=f"bulk HTTP 202 {size:,}", median_s=accepted, records=size, ratio=accepted / lowest)
        yield Figure(name=f"bulk HTTP one worker {size:,}", median_s=applied, records=size, ratio=applied / lowest)


def _against_understanding(session: requests.Session, port: int) -> Figure:
    """Seconds to the 202, in multiples of decoding the same body and understanding each of its items."""
    body = orjson.dumps([{"product": magento_product(product)} for product in products(UNDERSTOOD)])
    lowest = median(partial(_understand, body))
    with web(port):
        send = partial(_send, session, f"http://127.0.0.1:{port}/rest/all", body)
        accepted = median(send, before=empty)
    return Figure(
        name=f"bulk HTTP 202 {UNDERSTOOD:,} to parsing",
        median_s=accepted,
        records=UNDERSTOOD,
        ratio=accepted / lowest,
    )


def _understand(body: bytes) -> None:
    parse = partial(dialects.get("magento").parse, "POST products", context={"store": None, "path": {}})
    for item in orjson.loads(body):
        parse(item)


def _send(session: requests.Session, url: str, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = session.post(f"{url}/async/bulk/V1/products", data=body, headers=headers, timeout=60)
    assert answer.status_code == 202, answer.text


def token() -> str:
    return AccessToken.issue(ensure_user(organization="Bench", username="bench", password="bench", rights="all"))


def _rounds(session: requests.Session, url: str, size: int) -> tuple[float, float]:
    body = orjson.dumps([{"product": magento_product(product)} for product in products(size)])
    accepted, applied = [], []
    for _ in range(RUNS):
        empty()
        begun = time.perf_counter()
        _send(session, url, body)
        accepted.append(time.perf_counter() - begun)
        applied.append(work_off())
    return statistics.median(accepted), statistics.median(applied)


def work_off() -> float:
    """Seconds from the first claim, of a body or of a chunk, to the last commit, in a real worker process."""
    subprocess.run([sys.executable, "manage.py", "rqworker", "--burst"], check=True, capture_output=True)
    while Operation.objects.filter(state__in=LIVE).exists():
        time.sleep(0.05)
    counts = Operation.objects.aggregate(
        created=Sum("created"), total=Sum("total"), begun=Min("started_at"), ended=Max("finished_at")
    )
    assert counts["created"] == counts["total"], counts
    return float((counts["ended"] - counts["begun"]).total_seconds())


def magento_product(product: dict[str, Any]) -> dict[str, Any]:
    custom = ("description", "short_description", "url_key")
    return {
        "sku": product["sku"],
        "name": product["name"],
        "attribute_set_id": 4,
        "price": float(product["price_gross"]),
        "status": 1,
        "visibility": product["visibility"],
        "weight": 1.5,
        "extension_attributes": {"stock_item": {"qty": product["stock"]}, "website_ids": [1]},
        "custom_attributes": [{"attribute_code": name, "value": product[name]} for name in custom],
    }


@contextmanager
def web(port: int, application: str = "config.wsgi:application") -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "gthread", "--threads", str(settings.WEB_THREADS)]
    with LOG.open("ab") as log:
        process = subprocess.Popen([*command, "--log-level", "warning"], stderr=log)
    try:
        while True:
            with suppress(requests.ConnectionError, requests.Timeout):
                requests.get(f"http://127.0.0.1:{port}/healthz", timeout=1)
                break
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait()
