"""Single asynchronous PUTs on one keep-alive connection: how many a web process accepts, and a worker applies.

Beside the first, a bare view of Django behind the same server and client that finds the token's user and stores a row.
"""

from __future__ import annotations

import socket
import statistics
import time
from collections.abc import Iterator
from functools import partial
from io import BufferedReader

import orjson

from benchmarks.bulk_http import magento_product, token, web, work_off
from benchmarks.figures import RUNS, Figure, median
from benchmarks.records import empty, products
from config.devservices import ports

PUTS = 1_000


def figures() -> Iterator[Figure]:
    headers = {"Authorization": f"Bearer {token()}", "Content-Type": "application/json"}
    calls = [(product["sku"], orjson.dumps({"product": magento_product(product)})) for product in products(PUTS)]
    port = ports.free(18080)
    with web(port, "benchmarks.bare:views()"):
        lowest = median(partial(_accept, port, headers, calls), before=empty)
    accepted, applied = [], []
    with web(port):
        for _ in range(RUNS):
            empty()
            accepted.append(_accept(port, headers, calls))
            applied.append(work_off())
    seconds = statistics.median(accepted)
    yield Figure(name=f"single async PUT 202 {PUTS:,}", median_s=seconds, records=PUTS, ratio=seconds / lowest)
    yield Figure(name=f"single async PUT one worker {PUTS:,}", median_s=statistics.median(applied), records=PUTS)


def _accept(port: int, headers: dict[str, str], calls: list[tuple[str, bytes]]) -> float:
    """Seconds for all, one after the other.

    The client is a bare socket: it shares the machine, and the standard library's takes half a millisecond a call.
    """
    requests = [_request(port, headers, sku, body) for sku, body in calls]
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection, connection.makefile("rb") as answers:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        begun = time.perf_counter()
        for request in requests:
            connection.sendall(request)
            _accepted(answers)
        return time.perf_counter() - begun


def _request(port: int, headers: dict[str, str], sku: str, body: bytes) -> bytes:
    said = {"Host": f"127.0.0.1:{port}", **headers, "Content-Length": str(len(body))}
    head = [f"PUT /rest/all/async/V1/products/{sku} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items())]
    return "\r\n".join([*head, "", ""]).encode() + body


def _accepted(answers: BufferedReader) -> None:
    status, length = answers.readline(), 0
    while (line := answers.readline()) != b"\r\n":
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    body = answers.read(length)
    assert b" 202 " in status, body
