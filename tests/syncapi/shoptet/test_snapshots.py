"""Snapshots: which products a query means, and what each line says of one."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from asyncops.models import Operation
from catalog import writing
from catalog.commands import Change, Link, LinkSet, Reference, Upsert
from catalog.models import Category, Product, ProductMedia, ProductPrice
from tests.asyncops.errands import run
from tests.syncapi.conftest import Program
from tests.syncapi.shoptet.conftest import P2, P, Shoptet, errors, message

BRAND = "95b84d4b-7481-11e8-8216-00000000b4a2"
BAGS = "95b84d4b-7481-11e8-8216-0000000ca7e6"
RED = "95b84d4b-7481-11e8-8216-00000000043d"
ONLY = {P}, {P2}


@pytest.fixture
def catalog(products: None) -> None:
    """The first product has a brand, a category, a variant and a special price; the second has none of them."""
    child = Upsert(
        entity="product", key=Reference("id", RED), values={"sku": "24-MB01-R", "stock": 3, "price_gross": 30}
    )
    writing.apply(
        [
            Upsert(entity="manufacturer", key=Reference("id", BRAND), values={"name": "Willy Wonka"}),
            Upsert(entity="category", key=Reference("id", BAGS), values={"name": "Bags"}),
            Upsert(
                entity="product",
                key=Reference("id", P),
                values={
                    "manufacturer": Reference("id", BRAND), "special_price": 20, "new_arrival": True, "weight": 1.5,
                    "type": "bundle", "visibility": 1, "custom_fields": {"internalNote": "Note"},
                },
                links={"categories": LinkSet(links=(Link(target=Reference("id", BAGS)),), change=Change.ADD)},
                children={"variants": (child,)},
            ),
        ]
    )  # fmt: skip


def lines(shoptet: Shoptet, query: str = "", *, path: str = "products/snapshot") -> list[Any]:
    job = shoptet.accept("GET", path + query)
    assert shoptet.job(job)["status"] == "pending"
    run()
    shown = shoptet.job(job)
    assert (shown["status"], shown["endpoint"]) == ("completed", f"/api/{path}")
    assert shown["resultUrl"].endswith(".jsonl.gz")
    answer = Program().get(shown["resultUrl"].removeprefix("http://testserver"))
    assert (answer.headers["Content-Type"], answer.body[:2]) == ("application/gzip", b"\x1f\x8b")
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Content-Length"] == str(len(answer.body))
    unpacked = gzip.decompress(answer.body)
    assert shown["log"] == f"{unpacked.count(bytes([10]))} lines, {len(answer.body)} bytes"
    return [orjson.loads(line) for line in unpacked.splitlines()]


def guids(shoptet: Shoptet, query: str) -> set[str]:
    return {line["guid"] for line in lines(shoptet, query)}


def test_a_product_without_variants_is_its_own(shoptet: Shoptet, catalog: None):
    second = lines(shoptet)[1]
    [variant] = second["variants"]
    assert (second["guid"], second["name"], second["type"], second["visibility"]) == (P2, "Joust", "product", "visible")
    assert (second["brand"], second["defaultCategory"], second["supplier"]) == (None, None, None)
    assert (variant["code"], variant["price"], variant["stock"]) == ("24-MB02", "34.00", "100.000")
    assert (variant["includingVat"], variant["vatRate"], variant["currencyCode"]) == (True, "0.00", "EUR")
    assert (variant["weight"], variant["actionPrice"]) == (None, None)


def test_a_product_with_variants_shows_them(shoptet: Shoptet, catalog: None):
    first = lines(shoptet)[0]
    [variant] = first["variants"]
    assert (first["type"], first["visibility"], first["internalNote"]) == ("product-set", "detail-only", "Note")
    assert first["brand"] == {"code": "willy-wonka", "name": "Willy Wonka"}
    assert first["defaultCategory"] == {"guid": BAGS, "name": "Bags"}
    assert (variant["code"], variant["price"], variant["stock"], variant["weight"]) == (
        "24-MB01-R", "30.00", "3.000", "1.500",
    )  # fmt: skip


def test_what_is_asked_for_is_included(shoptet: Shoptet, catalog: None):
    plain, full = lines(shoptet)[0], lines(shoptet, "?include=allCategories,FLAGS,images,unknown")[0]
    assert full.keys() - plain.keys() == {"allCategories", "flags", "images"}
    assert full["allCategories"] == [{"guid": BAGS, "name": "Bags"}]
    assert [flag["code"] for flag in full["flags"]] == ["action", "new"]
    assert full["images"] == []


def test_every_part_can_be_included_at_once(shoptet: Shoptet, catalog: None):
    every = (
        "images,variantParameters,allCategories,flags,descriptiveParameters,measureUnit,surchargeParameters,setItems,"
        "filteringParameters,recyclingFee,consumptionTax,warranty,sortVariants,gifts,alternativeProducts,"
        "relatedProducts,relatedVideos,relatedFiles,perStockAmounts,perPricelistPrices"
    )
    first = lines(shoptet, f"?include={every}")[0]
    of_variants = {
        "variantParameters": "parameters", "measureUnit": "measureUnit", "recyclingFee": "recyclingFee",
        "consumptionTax": "consumptionTax", "perStockAmounts": "perStockAmounts",
        "perPricelistPrices": "perPricelistPrices",
    }  # fmt: skip
    assert {*every.split(",")} - of_variants.keys() - {"sortVariants"} <= first.keys()
    assert {*of_variants.values()} <= first["variants"][0].keys()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("productCodes=24-mb01", {P}),
        ("productCodes=24-MB01-R", {P}),
        ("productCodes=24-MB01-R,24-MB02,nothing", {P, P2}),
        (f"productGuids={P2}", {P2}),
        ("productCodes=24-MB02&brandName=Willy%20Wonka&changeTimeFrom=2999-01-01", {P2}),  # others do not count
        ("brandName=Willy%20Wonka", {P}),
        ("brandCode=willy-wonka", {P}),
        ("brandCode=milka", set()),
        (f"categoryGuid={BAGS}", {P}),
        (f"defaultCategoryGuid={BAGS}", {P}),
        (f"defaultCategoryGuid={P}", set()),
        ("type=product-set", {P}),
        ("type=product", {P2}),
        ("visibility=detail-only", {P}),
        ("visibility=visible", {P2}),
        ("visibility=blocked", set()),
        ("flag=new", {P}),
        ("flag=action", {P}),
        ("flag=tip", set()),
        ("type=product-set&flag=new&visibility=detail-only", {P}),
    ],
)
def test_filters(shoptet: Shoptet, catalog: None, query: str, found: set[str]):
    assert guids(shoptet, f"?{query}") == found


def test_bounds_of_time(shoptet: Shoptet, catalog: None):
    moment = datetime(2026, 11, 22, 10, tzinfo=UTC)
    Product.objects.filter(pk__in=[P, RED]).update(updated_at=moment, created_at=moment)
    for name in ("changeTime", "creationTime"):
        assert guids(shoptet, f"?{name}From=2026-11-22T10:00:00%2B0000") == {P, P2}
        assert guids(shoptet, f"?{name}From=2026-11-22T10:00:01+0000") == {P2}
        assert guids(shoptet, f"?{name}To=2026-11-22T12:00:00%2B0200") == {P}
        assert guids(shoptet, f"?{name}To=2026-11-22T09:59:59Z") == set()


def test_a_product_changes_with_its_variants_and_images(shoptet: Shoptet, catalog: None):
    moment = datetime(2026, 11, 22, 10, tzinfo=UTC)
    Product.objects.update(updated_at=moment)
    assert guids(shoptet, "?changeTimeFrom=2026-11-22T10:00:01Z") == set()
    Product.objects.filter(pk=RED).update(updated_at=moment + timedelta(hours=1))
    assert guids(shoptet, "?changeTimeFrom=2026-11-22T11:00:00Z") == {P}
    content = Upsert(entity="media", key=None, values={"file_name": "a.png"})
    image = Upsert(entity="product_media", key=None, values={"product": Reference("id", P2), "media": content})
    writing.apply([image])
    ProductMedia.objects.update(updated_at=moment + timedelta(hours=2))
    [line] = lines(shoptet, "?changeTimeFrom=2026-11-22T12:00:00Z")
    assert (line["guid"], line["changeTime"]) == (P2, "2026-11-22T12:00:00+0000")
    assert guids(shoptet, "?changeTimeTo=2026-11-22T11:00:00Z") == {P}


def test_a_product_changes_with_its_prices_in_price_lists(shoptet: Shoptet, catalog: None):
    """Its own, and those of its variants."""
    moment = datetime(2026, 11, 22, 10, tzinfo=UTC)
    Product.objects.update(updated_at=moment)
    rule = Upsert(entity="rule", key=None, values={"name": "B2B", "priority": 1})
    prices = [
        Upsert(
            entity="product_price",
            key=None,
            values={"product": Reference("id", guid), "rule": rule, "quantity_start": 1},
        )
        for guid in (P2, RED)
    ]
    assert [outcome.errors for outcome in writing.apply(prices)] == [(), ()]
    ProductPrice.objects.update(updated_at=moment + timedelta(hours=1))
    assert guids(shoptet, "?changeTimeFrom=2026-11-22T11:00:00Z&changeTimeTo=2026-11-22T11:00:00Z") == {P, P2}
    assert {line["changeTime"] for line in lines(shoptet)} == {"2026-11-22T11:00:00+0000"}


def test_an_empty_catalog_is_an_empty_file(shoptet: Shoptet):
    Product.objects.all().delete()
    assert lines(shoptet) == []


def test_to_ask_about_a_snapshot_makes_none(shoptet: Shoptet, catalog: None):
    answer = shoptet.program.call("HEAD", "/api/products/snapshot")
    assert (answer.status, answer.headers["Allow"], Operation.objects.count()) == (405, "GET", 0)


def test_price_lists(shoptet: Shoptet, catalog: None):
    found = lines(shoptet, path="products/snapshot/pricelists")
    assert [(line["guid"], line["code"], line["price"]) for line in found] == [
        (P, "24-MB01", "34.00"), (P2, "24-MB02", "34.00"), (P, "24-MB01-R", "30.00"),
    ]  # fmt: skip
    assert all(line["perPricelistPrices"] == [] for line in found)


def test_a_language(shoptet: Shoptet, catalog: None):
    assert errors(shoptet.get("products/snapshot?language=xx")) == (400, [("invalid-parameter", "language")])
    assert guids(shoptet, "?language=en") == {P, P2}
    assert Category.objects.filter(pk=BAGS).exists()


@pytest.mark.parametrize(
    ("query", "code", "instance", "text"),
    [
        (
            "productCodes=" + ",".join(map(str, range(51))),
            "invalid-parameter",
            "productCodes",
            'Invalid "productCodes" parameter. Expected max. 50 elements, but 51 given.',
        ),
        (
            f"productCodes=A&productGuids={P}",
            "invalid-parameter",
            "productCodes",
            'Invalid "productCodes" parameter. You can use "productCodes" or "productGuids", but not both.',
        ),
        ("productCodes=", "missing-parameter", "productCodes", 'Missing value for parameter "productCodes".'),
        ("productGuids=A", "invalid-parameter", "productGuids", 'Invalid "productGuids" parameter. "A" is no guid.'),
        ("brandName=%20", "missing-parameter", "brandName", 'Missing value for parameter "brandName".'),
        (
            "supplierGuid=1",
            "invalid-parameter",
            "supplierGuid",
            'Invalid "supplierGuid" parameter. This catalog keeps nothing of the kind.',
        ),
        (
            "type=x",
            "invalid-parameter",
            "type",
            'Invalid "type" parameter. Expected one of product, service, product-set, bazar.',
        ),
        (
            "changeTimeFrom=x",
            "invalid-parameter",
            "changeTimeFrom",
            'Invalid "changeTimeFrom" parameter. Expected a date and time such as 2018-05-29T09:02:27+0200.',
        ),
    ],
)
def test_queries_that_mean_nothing(shoptet: Shoptet, query: str, code: str, instance: str, text: str):
    answer = shoptet.get(f"products/snapshot?{query}")
    assert errors(answer) == (400, [(code, instance)])
    assert message(answer) == text
    assert Operation.objects.count() == 0
