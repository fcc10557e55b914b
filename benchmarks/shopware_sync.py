"""Shopware's sync route over HTTP: products with a price, a tax and two categories, journal included.

Beside it what a server makes of the same records that saves one by one, as DRF's serializers do.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import requests
from django.db import transaction
from rest_framework import serializers

from benchmarks import bulk_http, records
from benchmarks.figures import RUNS, Figure, median
from catalog import models
from catalog.accounts import ensure_user
from catalog.entities import SYSTEM_LANGUAGE
from catalog.models import AccessToken, Category, Tax
from catalog.sql import copy_in
from config.devservices import ports

SIZE = 10_000
NAIVE = 1_000
TOGETHER, IN_FLIGHT = 500, 8  # what its command line client sends
LARGE = 100_000
EUR = "b7d2554b0ce847cd82f3ac9bd1c0dfca"


def figures() -> Iterator[Figure]:
    user = ensure_user(organization="Bench", username="bench", password="bench", rights="all")
    session = requests.Session()
    session.headers.update({"Authorization": f"Bearer {AccessToken.issue(user)}", "Connection": "close"})
    tax = Tax.objects.create(name="bench", rate=19)
    categories = [Category.objects.create(name=f"bench {number}") for number in range(2)]
    sent = [_product(index, tax.pk, [category.pk for category in categories]) for index in range(SIZE)]
    lowest = _floor(sent, [category.pk for category in categories])
    port = ports.free(18080)
    url = f"http://127.0.0.1:{port}/api/v3/_action/sync"
    modes = {"single operation": {"single-operation": "1"}, "each record": {}}
    with bulk_http.web(port):
        for name, headers in modes.items():
            seconds = _rounds(session, url, sent, headers)
            yield Figure(name=f"shopware sync {name} {SIZE:,}", median_s=seconds, records=SIZE, ratio=seconds / lowest)
        seconds = statistics.median(_in_flight(session, url, sent) for _ in range(RUNS))
        name = f"shopware sync {TOGETHER} at once, {IN_FLIGHT} in flight"
        yield Figure(name=name, median_s=seconds, records=SIZE, ratio=seconds / lowest)
    seconds = median(partial(_save, sent[:NAIVE], categories), before=records.empty, runs=3)
    yield Figure(name=f"shopware naive DRF {NAIVE:,}", median_s=seconds, records=NAIVE,
                 ratio=seconds / (lowest * NAIVE / SIZE))  # fmt: skip
    with bulk_http.web(port) as server:
        records.empty()
        large = [_product(index, tax.pk, [category.pk for category in categories]) for index in range(LARGE)]
        seconds = _sync(session, url, _body(large), {"single-operation": "1"})
        print(f"{f'memory of the web process, {LARGE:,} records':44} {_peak_mib(server.pid):10.0f} MiB")
        yield Figure(name=f"shopware sync one request {LARGE:,}", median_s=seconds, records=LARGE)


def _rounds(session: requests.Session, url: str, sent: list[dict[str, Any]], headers: dict[str, str]) -> float:
    seconds = []
    for _ in range(RUNS):
        records.empty()
        seconds.append(_sync(session, url, _body(_fresh(sent)), headers))
    return statistics.median(seconds)


def _fresh(sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """With new ids: links to websites have no constraint to be emptied by."""
    return [{**each, "id": uuid4().hex} for each in sent]


def _body(sent: list[dict[str, Any]]) -> bytes:
    return orjson.dumps({"write": {"entity": "product", "action": "upsert", "payload": sent}})


def _sync(session: requests.Session, url: str, body: bytes, headers: dict[str, str]) -> float:
    """Seconds of one request, whose body is ready."""
    said = {**headers, "Content-Type": "application/json", "indexing-behavior": "use-queue-indexing"}
    begun = time.perf_counter()
    answer = session.post(url, data=body, headers=said, timeout=600)
    seconds = time.perf_counter() - begun
    assert answer.ok, (answer.status_code, answer.text[:1000])
    assert answer.json()["success"], answer.text[:1000]
    return seconds


def _in_flight(session: requests.Session, url: str, sent: list[dict[str, Any]]) -> float:
    """Seconds of all requests together."""
    records.empty()
    fresh = _fresh(sent)
    bodies = [_body(fresh[first : first + TOGETHER]) for first in range(0, SIZE, TOGETHER)]
    begun = time.perf_counter()
    with ThreadPoolExecutor(IN_FLIGHT) as senders:
        list(senders.map(lambda body: _sync(session, url, body, {"single-operation": "1"}), bodies))
    return time.perf_counter() - begun


def _peak_mib(pid: int) -> float:
    """The largest resident size that a child of the process ever had: gunicorn's worker."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return max(_resident(child) for child in children)


def _resident(pid: str) -> float:
    [line] = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024


class NaiveProduct(serializers.ModelSerializer[models.Product]):
    class Meta:
        model = models.Product
        fields = (
            "id",
            "sku",
            "sku_key",
            "name",
            "stock",
            "tax",
            "price_gross",
            "price_net",
            "price_linked",
            "categories",
        )

    def create(self, validated_data: dict[str, Any]) -> models.Product:
        return super().create({**validated_data, "sku_key": validated_data["sku"].casefold()})


def _save(sent: list[dict[str, Any]], categories: list[Category]) -> None:
    """As a view does that gives its list to a serializer."""
    given = [_naive(each, categories) for each in sent]
    serializer = NaiveProduct(data=given, many=True)
    with transaction.atomic():
        serializer.is_valid(raise_exception=True)
        serializer.save()


def _naive(sent: dict[str, Any], categories: list[Category]) -> dict[str, Any]:
    [price] = sent["price"]
    return {
        "id": str(uuid4()),
        "sku": sent["productNumber"],
        "name": sent["name"],
        "stock": sent["stock"],
        "tax": str(UUID(sent["taxId"])),
        "price_gross": price["gross"],
        "price_net": price["net"],
        "price_linked": price["linked"],
        "categories": [str(category.pk) for category in categories],
    }


def _product(index: int, tax: UUID, categories: list[UUID]) -> dict[str, Any]:
    return {
        "id": uuid4().hex,
        "productNumber": f"BENCH-{index:07}",
        "name": f"Benchmark product {index}",
        "stock": index % 1000,
        "taxId": tax.hex,
        "price": [{"currencyId": EUR, "gross": index % 997 + 0.9, "net": index % 997, "linked": False}],
        "categories": [{"id": category.hex} for category in categories],
    }


def _floor(sent: list[dict[str, Any]], categories: list[UUID]) -> float:
    """Median seconds of a bare binary COPY of the same rows: products, their two mappings, their texts."""
    plain = [
        {
            "sku": each["productNumber"],
            "name": each["name"],
            "stock": each["stock"],
            "price_gross": str(each["price"][0]["gross"]),
            "id": UUID(each["id"]),
        }
        for each in sent
    ]
    return median(partial(_copy, *records.columns_of(plain), sent, categories), before=records.empty)


def _copy(
    columns: list[str], types: list[str], rows: list[list[Any]], sent: list[dict[str, Any]], categories: list[UUID]
) -> None:
    ids = [row[columns.index("id")] for row in rows]
    language = UUID(SYSTEM_LANGUAGE)
    with transaction.atomic():
        copy_in("catalog_product", columns, types, rows)
        mapped = [(id, category, 0) for id in ids for category in categories]
        copy_in("catalog_productcategory", ["product_id", "category_id", "position"], ["uuid", "uuid", "int4"], mapped)
        texts = [(id, language, each["name"]) for id, each in zip(ids, sent, strict=True)]
        copy_in("catalog_producttranslation", ["product_id", "language_id", "name"], ["uuid", "uuid", "varchar"], texts)
