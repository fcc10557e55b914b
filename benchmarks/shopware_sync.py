"""Shopware's sync route over HTTP: products with a price, a tax and two categories, journal included."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import requests
from django.db import transaction

from benchmarks import bulk_http, records
from benchmarks.figures import RUNS, Figure, median
from catalog.accounts import ensure_user
from catalog.entities import SYSTEM_LANGUAGE
from catalog.models import AccessToken, Category, Tax
from catalog.sql import copy_in
from config.devservices import ports

SIZE = 10_000
EUR = "b7d2554b0ce847cd82f3ac9bd1c0dfca"


def figures() -> Iterator[Figure]:
    user = ensure_user(organization="Bench", username="bench", password="bench", rights="all")
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {AccessToken.issue(user)}"
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


def _rounds(session: requests.Session, url: str, sent: list[dict[str, Any]], headers: dict[str, str]) -> float:
    seconds = []
    for _ in range(RUNS):
        records.empty()
        fresh = [{**each, "id": uuid4().hex} for each in sent]  # links to websites have no constraint to be emptied by
        body = {"write": {"entity": "product", "action": "upsert", "payload": fresh}}
        begun = time.perf_counter()
        answer = session.post(
            url, json=body, headers={**headers, "indexing-behavior": "use-queue-indexing"}, timeout=120
        )
        seconds.append(time.perf_counter() - begun)
        assert answer.ok, (answer.status_code, answer.text[:1000])
        assert answer.json()["success"], answer.text[:1000]
    return statistics.median(seconds)


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
