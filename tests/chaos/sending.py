"""Clients that never give up: each sends its requests, again with the same key when the connection breaks."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

import requests

SKUS: Final = 500
PAUSE: Final = 0.3  # seconds before a request is sent again
PATIENCE: Final = 120.0  # seconds for which a client repeats one request
NOWHERE: Final = 999_999  # an attribute set that does not exist

Json = Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One operation. Its key is what its repetitions have in common."""

    key: str
    method: str
    path: str
    body: Json
    token: str


@dataclass(kw_only=True, slots=True)
class Sent:
    """What became of the requests of all clients."""

    accepted: list[str] = field(default_factory=list)  # uuids
    repeated: int = 0
    refused: list[str] = field(default_factory=list)  # requests that ended without a 202


def requests_of(tokens: Sequence[str], *, operations: int, chance: random.Random) -> list[Request]:
    """80 % single records, 19 % of 2 to 20, 1 % of 200; every record with a price of its own, 2 % of them refused."""
    prices = count(1)
    return [_request(index, chance, prices, chance.choice(tokens)) for index in range(operations)]


def _request(index: int, chance: random.Random, prices: Iterator[int], token: str) -> Request:
    kind = chance.random()
    size = 1 if kind < 0.8 else 200 if kind > 0.99 else chance.randint(2, 20)
    products: list[Json] = [{"product": _product(chance, next(prices))} for _ in range(size)]
    if size == 1 and chance.random() < 0.7:
        path = f"async/V1/products/{products[0]['product']['sku']}"
        return Request(key=f"chaos-{index}", method="PUT", path=path, body=products[0], token=token)
    return Request(key=f"chaos-{index}", method="POST", path="async/bulk/V1/products", body=products, token=token)


def _product(chance: random.Random, price: int) -> Json:
    sku = f"C{chance.randrange(SKUS)}"
    attribute_set = NOWHERE if chance.random() < 0.02 else 4
    return {"sku": sku, "name": sku, "price": price, "attribute_set_id": attribute_set}


class Clients:
    """`send` returns when every request has its answer; the requests are spread over `seconds`."""

    def __init__(self, url: str, *, number: int) -> None:
        self.url, self.number = url, number
        self.sent = Sent()
        self._lock = threading.Lock()

    def start(self, wanted: Sequence[Request], *, seconds: float) -> list[threading.Thread]:
        begun = time.monotonic()
        due = [(begun + seconds * index / len(wanted), request) for index, request in enumerate(wanted)]
        threads = [threading.Thread(target=self._send_all, args=[due[n :: self.number]]) for n in range(self.number)]
        for thread in threads:
            thread.start()
        return threads

    def _send_all(self, due: Sequence[tuple[float, Request]]) -> None:
        with requests.Session() as session:
            for at, request in due:
                time.sleep(max(0.0, at - time.monotonic()))
                self._send(session, request)

    def _send(self, session: requests.Session, request: Request) -> None:
        deadline = time.monotonic() + PATIENCE
        answer = self._try(session, request)
        while (answer is None or answer.status_code in {409, 429} or answer.status_code >= 500) and (
            time.monotonic() < deadline
        ):
            time.sleep(PAUSE)
            with self._lock:
                self.sent.repeated += 1
            answer = self._try(session, request)
        with self._lock:
            if answer is not None and answer.status_code == 202:
                self.sent.accepted.append(answer.json()["bulk_uuid"])
            else:
                said = "no answer" if answer is None else f"{answer.status_code} {answer.text[:100]}"
                self.sent.refused.append(f"{request.key}: {said}")

    def _try(self, session: requests.Session, request: Request) -> requests.Response | None:
        headers = {"Authorization": f"Bearer {request.token}", "Idempotency-Key": request.key}
        try:
            return session.request(
                request.method, f"{self.url}/{request.path}", json=request.body, headers=headers, timeout=10
            )
        except requests.RequestException:
            return None
