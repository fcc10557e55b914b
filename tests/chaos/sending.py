"""Clients that never give up: each sends its requests, again with the same key when the connection breaks."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final

import requests

from tests.chaos.fronts import Front, Item, Wire, magento_one

PAUSE: Final = 0.3  # seconds before a request is sent again
PATIENCE: Final = 120.0  # seconds for which a client repeats one request
REPEATED: Final = frozenset({409, 423, 429})  # by statuses that say: not now


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One operation. Its key is what its repetitions have in common."""

    key: str
    front: Front
    items: Sequence[Item]
    wire: Wire
    token: str


@dataclass(kw_only=True, slots=True)
class Sent:
    """What became of the requests of all clients."""

    accepted: list[tuple[str, Request]] = field(default_factory=list)  # with the operation that the answer names
    repeated: int = 0
    refused: list[str] = field(default_factory=list)  # requests that ended without a 202

    @property
    def by_front(self) -> Counter[str]:
        return Counter(request.front.name for _, request in self.accepted)


class Writer:
    """Requests as they are drawn; every record with a price of its own."""

    def __init__(self, tokens: Sequence[str], *, chance: random.Random) -> None:
        self._tokens, self._chance = tokens, chance
        self._prices, self._keys = count(1), count()

    def all_of(self, front: Front, skus: Sequence[int]) -> Request:
        return self._request(front, [Item(sku=_sku(number), price=next(self._prices)) for number in skus])

    def requests(self, fronts: Sequence[Front], *, operations: int) -> list[Request]:
        """80 % single records, 19 % of 2 to 20, 1 % of 200; 2 % of the records are refused."""
        chosen = self._chance.choices(fronts, [front.weight for front in fronts], k=operations)
        return [self._request(front, list(self._items(front))) for front in chosen]

    def _items(self, front: Front) -> Iterator[Item]:
        kind = self._chance.random()
        size = 1 if kind < 0.8 else 200 if kind > 0.99 else self._chance.randint(2, 20)
        for _ in range(size):
            is_wrong = front.may_be_wrong and self._chance.random() < 0.02
            yield Item(sku=_sku(self._chance.choice(front.skus)), price=next(self._prices), is_wrong=is_wrong)

    def _request(self, front: Front, items: Sequence[Item]) -> Request:
        single = front.name == "magento" and len(items) == 1 and self._chance.random() < 0.7
        return Request(
            key=f"chaos-{next(self._keys)}",
            front=front,
            items=items,
            wire=magento_one(items) if single else front.wire(items),
            token=self._chance.choice(self._tokens),
        )


def _sku(number: int) -> str:
    return f"C{number}"


class Clients:
    """`start` spreads the requests over `seconds`; its threads end when every request has its answer."""

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

    def send(self, request: Request) -> None:
        with requests.Session() as session:
            self._send(session, request)

    def _send_all(self, due: Sequence[tuple[float, Request]]) -> None:
        with requests.Session() as session:
            for at, request in due:
                time.sleep(max(0.0, at - time.monotonic()))
                self._send(session, request)

    def _send(self, session: requests.Session, request: Request) -> None:
        deadline = time.monotonic() + PATIENCE
        answer = self._try(session, request)
        while (answer is None or answer.status_code in REPEATED or answer.status_code >= 500) and (
            time.monotonic() < deadline
        ):
            time.sleep(PAUSE)
            with self._lock:
                self.sent.repeated += 1
            answer = self._try(session, request)
        with self._lock:
            if answer is not None and answer.status_code == 202:
                self.sent.accepted.append((request.front.named(answer), request))
            else:
                said = "no answer" if answer is None else f"{answer.status_code} {answer.text[:300]}"
                self.sent.refused.append(f"{request.front.name} {request.key}: {said}")

    def _try(self, session: requests.Session, request: Request) -> requests.Response | None:
        wire = request.wire
        own = {"Authorization": f"Bearer {request.token}", "Idempotency-Key": request.key}
        headers = {"Content-Type": "application/json", **wire.headers, **own}
        try:
            return session.request(
                wire.method, f"{self.url}{wire.path}", data=json.dumps(wire.body), headers=headers, timeout=10
            )
        except requests.RequestException:
            return None
