"""Oro's list PATCH over HTTP: seconds to the 202, to its chunks, and to the last record; and the memory of it all."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from functools import partial

import orjson
import requests
from django.utils import timezone

from asyncops import bodies, engine, splitting
from asyncops.models import Operation
from benchmarks.bulk_http import web
from benchmarks.figures import Figure
from benchmarks.records import empty, floor, products
from catalog.accounts import ensure_user
from catalog.models import AccessToken
from config.devservices import ports
from syncapi.oro.names import MEDIA_TYPE

SIZE = 100_000


def figures() -> Iterator[Figure]:
    user = ensure_user(organization="Bench", username="bench", password="bench", rights="superuser")
    session = requests.Session()
    session.headers.update({"Authorization": f"Bearer {AccessToken.issue(user)}", "Content-Type": MEDIA_TYPE})
    lowest = floor(products(SIZE))
    for type, body in (("products", _products()), ("accounts", _accounts())):
        empty()
        stored = _timed(partial(bodies.store, [body], now=timezone.now()))
        port = ports.free(18090)
        with web(port):
            accepted = _timed(partial(_send, session, port, type, body))
        split = _timed(lambda: splitting.work("bench:1"))
        applied = _timed(engine.drain)
        operation = Operation.objects.latest("pk")
        assert operation.created == SIZE, operation.__dict__
        yield Figure(name=f"Oro {type} stored {SIZE:,}", median_s=stored, records=SIZE)
        yield Figure(name=f"Oro {type} 202 {SIZE:,}", median_s=accepted, records=SIZE, ratio=accepted / lowest)
        yield Figure(name=f"Oro {type} split {SIZE:,}", median_s=split, records=SIZE, ratio=split / lowest)
        yield Figure(name=f"Oro {type} one worker {SIZE:,}", median_s=split + applied, records=SIZE,
                     ratio=(split + applied) / lowest)  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak of the splitting process, which also made the bodies: {peak:.0f} MiB")


def _timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _send(session: requests.Session, port: int, type: str, body: bytes) -> None:
    answer = session.patch(f"http://127.0.0.1:{port}/api/{type}", data=body, timeout=120)
    assert answer.status_code == 202, answer.text


def _products() -> bytes:
    records = [
        {
            "type": "products",
            "attributes": {
                "sku": product["sku"],
                "name": product["name"],
                "description": product["description"],
                "price": str(product["price_gross"]),
                "stock": product["stock"],
            },
        }
        for product in products(SIZE)
    ]
    return orjson.dumps({"data": records})


def _accounts() -> bytes:
    return orjson.dumps({"data": [{"type": "accounts", "attributes": {"name": f"Account {n}"}} for n in range(SIZE)]})
