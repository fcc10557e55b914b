"""Oro's list PATCH over HTTP: seconds to the 202, to its chunks, to the last record; and to see an operation."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Final

import orjson
import requests
from django.db import transaction
from django.utils import timezone
from psycopg.types.json import Jsonb

from asyncops import memory, splitting
from benchmarks.bulk_http import web, work_off
from benchmarks.console import FILL, OPERATIONS
from benchmarks.figures import Figure, median
from benchmarks.records import copy_items, empty, floor, products, settle
from catalog.accounts import ensure_user
from catalog.identity import uuid7s
from catalog.models import AccessToken, User
from catalog.sql import copy_in, run
from config.devservices import ports
from syncapi.oro.names import MEDIA_TYPE

SIZE: Final = 100_000
READINGS: Final = 300
LISTS: Final = 1_000
FEW: Final = 10  # records of each


def figures() -> Iterator[Figure]:
    memory.settle()  # as a worker does
    user = ensure_user(organization="Bench", username="bench", password="bench", rights="superuser")
    session = requests.Session()
    session.headers.update({"Authorization": f"Bearer {AccessToken.issue(user)}", "Content-Type": MEDIA_TYPE})
    floors = {"products": floor(products(SIZE), beside=True), "accounts": _floor_of_accounts(user)}
    for type, body in (("products", _products()), ("accounts", _accounts())):
        empty()
        received = _sent(session, type, body, application="benchmarks.bare:receiver")
        accepted = _sent(session, type, body)
        whole = work_off()  # from the lease of the body on
        _sent(session, type, body)
        split = _timed(lambda: splitting.work("bench:1"))
        yield Figure(name=f"Oro {type} 202 {SIZE:,}, x receiving", median_s=accepted, records=SIZE,
                     ratio=accepted / received)  # fmt: skip
        yield Figure(name=f"Oro {type} split {SIZE:,}, x the whole", median_s=split, records=SIZE, ratio=split / whole)
        yield Figure(name=f"Oro {type} one worker {SIZE:,}", median_s=whole, records=SIZE, ratio=whole / floors[type])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak of the splitting process, which also made the bodies: {peak:.0f} MiB")
    yield from _small_lists(session)
    yield from _reading(session, user)


def _small_lists(session: requests.Session) -> Iterator[Figure]:
    """Many lists one after the other on one connection, beside the same records in a single one."""
    bodies = [_accounts(range(n * FEW, (n + 1) * FEW)) for n in range(LISTS)]
    empty()
    _sent(session, "accounts", _accounts(range(LISTS * FEW)))
    together = work_off()
    empty()
    with _at() as url:
        accepted = _timed(lambda: _send_all(session, f"{url}/api/accounts", bodies))
    alone = work_off()
    yield Figure(name=f"Oro accounts {LISTS:,} lists of {FEW}, 202", median_s=accepted, records=LISTS)
    yield Figure(name=f"Oro accounts {LISTS:,} lists of {FEW}, x one list", median_s=alone, records=LISTS * FEW,
                 ratio=alone / together)  # fmt: skip


def _reading(session: requests.Session, user: User) -> Iterator[Figure]:
    """One operation of a million, beside a view that only reads its row."""
    empty()
    run(FILL, [user.organization_id, user.pk, user.pk, timezone.now()])
    settle()
    with _at("benchmarks.bare:views()") as url:
        lowest = median(partial(_get, session, f"{url}/row/{OPERATIONS // 2}"), runs=READINGS)
    with _at() as url:
        seconds = median(partial(_get, session, f"{url}/api/asyncoperations/{OPERATIONS // 2}"), runs=READINGS)
    yield Figure(name=f"Oro operation of {OPERATIONS:,}", median_s=seconds, records=1, ratio=seconds / lowest)
    empty()


@contextmanager
def _at(application: str = "config.wsgi:application") -> Iterator[str]:
    port = ports.free(18090)
    with web(port, application):
        yield f"http://127.0.0.1:{port}"


def _get(session: requests.Session, url: str) -> None:
    assert session.get(url, timeout=10).status_code == 200


def _sent(session: requests.Session, type: str, body: bytes, **options: str) -> float:
    """Median seconds until a body is answered; only the last one is kept."""
    with _at(**options) as url:
        send = partial(_send, session, f"{url}/api/{type}", body)
        return median(send, before=empty, runs=3)


def _timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _send(session: requests.Session, url: str, body: bytes) -> None:
    answer = session.patch(url, data=body, timeout=120)
    assert answer.status_code == 202, answer.text


def _send_all(session: requests.Session, url: str, bodies: Sequence[bytes]) -> None:
    for body in bodies:
        _send(session, url, body)


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


def _floor_of_accounts(user: User) -> float:
    """Median seconds of a bare COPY of the same accounts, and of their items in the journal."""
    now, ids = timezone.now(), uuid7s(SIZE)
    columns = {
        "id": "uuid",
        "created_at": "timestamptz",
        "updated_at": "timestamptz",
        "name": "varchar",
        "external_id": "varchar",
        "owner_id": "uuid",
        "organization_id": "uuid",
        "custom_fields": "jsonb",
    }
    rows = [(id, now, now, f"Account {n}", "", user.pk, user.organization_id, Jsonb({})) for n, id in enumerate(ids)]

    def copy() -> None:
        with transaction.atomic():
            copy_in("catalog_account", list(columns), list(columns.values()), rows)
            copy_items("account", ids)

    return median(copy, before=_empty_of_accounts)


def _empty_of_accounts() -> None:
    empty()
    run("TRUNCATE catalog_account CASCADE")


def _accounts(numbers: range = range(SIZE)) -> bytes:
    return orjson.dumps({"data": [{"type": "accounts", "attributes": {"name": f"Account {n}"}} for n in numbers]})
