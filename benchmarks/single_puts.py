"""Single asynchronous PUTs on one keep-alive connection: how many a web process accepts, and a worker applies."""

from __future__ import annotations

import http.client
import statistics
import time
from collections.abc import Iterator

import orjson

from benchmarks.bulk_http import magento_product, token, web, work_off
from benchmarks.figures import RUNS, Figure
from benchmarks.records import empty, products
from config.devservices import ports

PUTS = 1_000


def figures() -> Iterator[Figure]:
    headers = {"Authorization": f"Bearer {token()}", "Content-Type": "application/json"}
    calls = [(product["sku"], orjson.dumps({"product": magento_product(product)})) for product in products(PUTS)]
    port = ports.free(18080)
    accepted, applied = [], []
    with web(port):
        for _ in range(RUNS):
            empty()
            accepted.append(_accept(port, headers, calls))
            applied.append(work_off())
    yield Figure(name=f"single async PUT 202 {PUTS:,}", median_s=statistics.median(accepted), records=PUTS)
    yield Figure(name=f"single async PUT one worker {PUTS:,}", median_s=statistics.median(applied), records=PUTS)


def _accept(port: int, headers: dict[str, str], calls: list[tuple[str, bytes]]) -> float:
    """Seconds for all, one after the other. The client is as thin as can be: it shares the machine."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    begun = time.perf_counter()
    for sku, body in calls:
        connection.request("PUT", f"/rest/all/async/V1/products/{sku}", body, headers)
        answer = connection.getresponse()
        assert answer.status == 202, answer.read()
        answer.read()
    return time.perf_counter() - begun
