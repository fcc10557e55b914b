"""Batches: files of JSON Lines by URL, from the request to the line of the log for each row."""

from __future__ import annotations

import gzip
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.db import connection

from asyncops import collecting, control
from asyncops.models import Operation, Split
from catalog.accounts import ensure_user
from catalog.models import Category, Manufacturer, Product, ProductMedia, User
from tests.asyncops.errands import run
from tests.asyncops.gallery import picture
from tests.foreign import Foreign, Reply
from tests.syncapi.conftest import work_off
from tests.syncapi.shoptet.conftest import P2, P, Shoptet, errors, message, skus
from tests.syncapi.shoptet.test_images import SHOP, UNKNOWN, done, media_root

__all__ = ["media_root"]
VARIANT = {"code": "24-mb01", "ean": "1", "weight": "1.5"}
BODIES = collecting.Bodies()


def lines(*rows: Any) -> bytes:
    """Bytes stand for themselves."""
    return b"".join((row if isinstance(row, bytes) else orjson.dumps(row)) + b"\n" for row in rows)


def accept(shoptet: Shoptet, foreign: Foreign, method: str, path: str, *rows: Any, **more: Any) -> str:
    url = foreign.serves("/batch.jsonl", lines(*rows))
    return shoptet.accept(method, path, {"batchFileUrlPath": url, **more})


def log(shoptet: Shoptet, job: str) -> list[str]:
    """When a worker has done it."""
    run(BODIES)
    work_off()
    shown = shoptet.job(job)
    assert (shown["status"], shown["resultUrl"], shown["validUntil"]) == ("completed", None, None)
    return list(shown["log"].splitlines())


def batch(shoptet: Shoptet, foreign: Foreign, method: str, path: str, *rows: Any, **more: Any) -> list[str]:
    return log(shoptet, accept(shoptet, foreign, method, path, *rows, **more))


def test_products_are_updated_row_by_row(shoptet: Shoptet, foreign: Foreign):
    told = batch(
        shoptet,
        foreign,
        "PATCH",
        "products/batch",
        {"guid": P, "name": "New", "visibility": "hidden", "variants": [VARIANT]},
        b"",
        {"guid": UNKNOWN, "name": "X"},
        b"{not json",
        [1],
        {"guid": P2, "name": "Joust"},
    )
    assert told == [
        f"1: OK product {P} updated",
        f'3: ERROR product-not-found Product with identificator "{UNKNOWN}" not found.',
        "4: ERROR invalid-row The row is not JSON.",
        "5: ERROR invalid-row Array value found, but an object is required",
        f"6: OK product {P2} unchanged",
        "Summary: 5 rows, 2 ok, 3 failed",
    ]
    product = Product.objects.get(pk=P)
    assert (product.name, product.active, product.ean, product.weight) == ("New", False, "1", 1.5)
    assert skus() == ["24-MB01", "24-MB02"]


def test_variants_are_records_of_their_own(shoptet: Shoptet, foreign: Foreign):
    rows = {"guid": P, "variants": [{"code": "R", "price": "30.00", "stock": 3}, {"code": "G", "visible": False}]}
    assert batch(shoptet, foreign, "PATCH", "products/batch", rows)[0] == f"1: OK product {P} updated"
    again = {"guid": P, "variants": [{"code": "R", "newCode": "RED"}]}
    assert batch(shoptet, foreign, "PATCH", "products/batch", again)[0] == f"1: OK product {P} updated"
    variants = Product.objects.filter(parent__pk=UUID(P)).order_by("sku")
    found = list(variants.values_list("sku", "price_gross", "stock", "active"))
    assert found == [("G", None, 0, False), ("RED", 30, 3, True)]


def test_a_code_of_another_product_is_refused(shoptet: Shoptet, foreign: Foreign):
    rows = (
        {"guid": P, "name": "New", "variants": [{"code": "24-mb02 ", "stock": 1}]},
        {"guid": P, "variants": [{"code": "R"}, {"code": "G"}]},
        {"guid": P2, "variants": [{"code": "X"}, {"code": "r"}]},
        {"guid": P2, "variants": [{"code": "24-MB02", "stock": 5}]},
    )
    assert batch(shoptet, foreign, "PATCH", "products/batch", *rows) == [
        '1: ERROR duplicate The value "24-mb02 " is already used. (variants[0].code)',
        f"2: OK product {P} updated",
        '3: ERROR duplicate The value "r" is already used. (variants[1].code)',
        f"4: OK product {P2} updated",
        "Summary: 4 rows, 2 ok, 2 failed",
    ]
    products = Product.objects.order_by("sku").values_list("sku", "name", "parent__sku", "stock")
    assert list(products) == [
        ("24-MB01", "Joust", None, 100),
        ("24-MB02", "Joust", None, 5),
        ("G", None, "24-MB01", 0),
        ("R", None, "24-MB01", 0),
    ]


@pytest.mark.parametrize("size", [1000, 1])
def test_no_row_takes_what_another_row_has_called_its_own(shoptet: Shoptet, foreign: Foreign, settings: Any, size: int):
    """Wherever the file is cut: by a new code, a code in place of another, and the code of the product itself."""
    settings.CHUNK_RECORDS = size
    rows = (
        {"guid": P, "variants": [{"code": "R"}, {"code": "G"}]},
        {"guid": P, "variants": [{"code": "G", "newCode": "B"}]},
        {"guid": P2, "variants": [{"code": "24-MB02", "newCode": "24-MB03"}]},
        {"guid": P2, "name": "New", "variants": [{"code": "b", "stock": 1}]},
        {"guid": P2, "name": "New", "variants": [{"code": "R", "stock": 1}]},
        {"guid": P, "name": "New", "variants": [{"code": "24-mb03", "stock": 1}]},
        {"guid": P2, "variants": [{"code": "G", "stock": 7}]},
    )
    assert batch(shoptet, foreign, "PATCH", "products/batch", *rows) == [
        f"1: OK product {P} updated",
        f"2: OK product {P} updated",
        f"3: OK product {P2} updated",
        '4: ERROR duplicate The value "b" is already used. (variants[0].code)',
        '5: ERROR duplicate The value "R" is already used. (variants[0].code)',
        '6: ERROR duplicate The value "24-mb03" is already used. (variants[0].code)',
        f"7: OK product {P2} updated",
        "Summary: 7 rows, 4 ok, 3 failed",
    ]
    assert list(Product.objects.order_by("sku").values_list("sku", "name", "parent__sku", "stock")) == [
        ("24-MB01", "Joust", None, 100),
        ("24-MB03", "Joust", None, 100),
        ("B", None, "24-MB01", 0),
        ("G", None, "24-MB03", 7),
        ("R", None, "24-MB01", 0),
    ]


def test_the_code_of_a_product_with_variants_is_none_of_theirs(shoptet: Shoptet, foreign: Foreign):
    batch(shoptet, foreign, "PATCH", "products/batch", {"guid": P, "variants": [{"code": "R"}]})
    row: dict[str, Any] = {"guid": P, "variants": [{"code": "24-MB01", "stock": 1}]}
    told = batch(shoptet, foreign, "PATCH", "products/batch", row)
    assert told[0] == '1: ERROR duplicate The value "24-MB01" is already used. (variants[0].code)'
    assert Product.objects.get(pk=P).stock == 100
    variant = str(Product.objects.get(sku="R").pk)
    itself = batch(
        shoptet, foreign, "PATCH", "products/batch", {"guid": variant, "variants": [{"code": "r", "stock": 2}]}
    )
    assert (itself[0], Product.objects.get(sku="R").stock) == (f"1: OK product {variant} updated", 2)


def test_an_error_of_a_variant_stands_at_the_variant(shoptet: Shoptet, foreign: Foreign):
    told = batch(
        shoptet, foreign, "PATCH", "products/batch",
        {"guid": P, "variants": [{"code": "24-MB01", "price": -1}]},
        {"guid": P, "variants": [{"newCode": "24-MB02"}]},
        {"guid": P, "variants": [{"code": "R", "price": -1}]},
        {"guid": P, "variants": [{"code": "R", "newCode": "24-mb02"}]},
        {"guid": UNKNOWN, "variants": [{"code": "X", "price": 1}]},
    )  # fmt: skip
    assert told[:4] == [
        "1: ERROR invalid-request-data Must have a minimum value of 0 (variants[0].price)",
        '2: ERROR duplicate The value "24-MB02" is already used. (variants[0].newCode)',
        "3: ERROR invalid-request-data Must have a minimum value of 0 (variants[0].price)",
        '4: ERROR duplicate The value "24-mb02" is already used. (variants[0].newCode)',
    ]
    assert told[4] == f'5: ERROR product-not-found Product with identificator "{UNKNOWN}" not found.'
    assert skus() == ["24-MB01", "24-MB02"]


@pytest.mark.parametrize(("stock", "pieces"), [("5.000", 5), ("-2", -2), (7, 7), ("0.0", 0)])
def test_pieces_come_as_a_snapshot_shows_them(shoptet: Shoptet, foreign: Foreign, stock: Any, pieces: int):
    row = {"guid": P, "variants": [{"code": "24-MB01", "stock": stock, "price": "12.50"}]}
    assert batch(shoptet, foreign, "PATCH", "products/batch", row)[0] == f"1: OK product {P} updated"
    assert Product.objects.values_list("stock", "price_gross").get(pk=P) == (pieces, Decimal("12.5"))


@pytest.mark.parametrize("stock", ["1.5", "many", "", 1.5, None])
def test_half_a_piece_is_refused(shoptet: Shoptet, foreign: Foreign, stock: Any):
    row = {"guid": P, "variants": [{"code": "24-MB01", "stock": stock}]}
    told = batch(shoptet, foreign, "PATCH", "products/batch", row)
    assert told[0].startswith("1: ERROR invalid-request-data ")
    assert told[0].endswith(" (variants[0].stock)")
    assert Product.objects.get(pk=P).stock == 100


def test_categories_and_brands_of_a_product(shoptet: Shoptet, foreign: Foreign):
    root = str(Category.objects.get(number=2).pk)
    told = batch(shoptet, foreign, "POST", "brands/batch", {"name": "Willy Wonka"}, {"name": "Willy  wonka!"}, {})
    assert told[0].startswith("1: OK brand ")
    assert told[1:] == [
        "2: ERROR duplicate The record exists already.",
        "3: ERROR invalid-request-data The property name is required (name)",
        "Summary: 3 rows, 1 ok, 2 failed",
    ]
    row = {"guid": P, "brandCode": "willy-wonka", "defaultCategoryGuid": root, "flags": [{"code": "new"}]}
    wrong = {"guid": P2, "brandCode": "milka", "flags": [{"code": "sale"}], "warrantyId": 1}
    assert batch(shoptet, foreign, "PATCH", "products/batch", row, wrong)[1].startswith(
        "2: ERROR invalid-request-data The property warrantyId is not kept by this catalog"
    )
    product = Product.objects.get(pk=P)
    assert (product.manufacturer, product.new_arrival) == (Manufacturer.objects.get(), True)
    assert [str(category.pk) for category in product.categories.all()] == [root]


def test_categories(shoptet: Shoptet, foreign: Foreign):
    category = Category.objects.get(number=2)
    row = {"guid": str(category.pk), "name": "All", "metaTitle": "M", "priority": 7}
    told = batch(shoptet, foreign, "PATCH", "categories/batch", row, {"guid": UNKNOWN, "name": "x"})
    assert told[:2] == [
        f"1: OK category {category.pk} updated",
        f'2: ERROR category-not-found Category with identificator "{UNKNOWN}" not found.',
    ]
    category.refresh_from_db()
    assert (category.name, category.meta_title, category.position) == ("All", "M", 7)


def test_products_are_deleted_by_guid_or_code(shoptet: Shoptet, foreign: Foreign):
    told = batch(shoptet, foreign, "DELETE", "products/batch", {"guid": P}, {"code": "24-mb02"}, {"code": "none"}, {})
    assert [line.partition(" ")[2] for line in told] == [
        f"OK product {P} deleted",
        f"OK product {P2} deleted",
        'ERROR product-not-found Product with identificator "none" not found.',
        "ERROR invalid-request-data Exactly one of the properties guid and code is required",
        "4 rows, 2 ok, 2 failed",
    ]
    assert skus() == []


def test_images_are_deleted(shoptet: Shoptet, foreign: Foreign):
    for name in ("a.png", "b.png"):
        done(shoptet, "POST", SHOP, {"sourceUrl": foreign.serves(f"/{name}", picture(ord(name[0]))), "name": name})
    there = {"productGuid": P, "gallery": "shop"}
    told = batch(
        shoptet,
        foreign,
        "DELETE",
        "products/images/batch",
        {**there, "imageName": "a.png"},
        {**there, "imageName": "c.png"},
        {"productGuid": UNKNOWN, "gallery": "shop"},
        {**there, "gallery": "shop360"},
        removeReference=True,
    )
    assert [line.partition(" ")[2] for line in told] == [
        f"OK image {P} deleted",
        'ERROR image-not-found Image with identificator "c.png" not found.',
        f'ERROR product-not-found Product with identificator "{UNKNOWN}" not found.',
        'ERROR image-not-found Image with identificator "shop360" not found.',
        "4 rows, 1 ok, 3 failed",
    ]
    assert [entry.custom_fields["name"] for entry in ProductMedia.objects.all()] == ["b.png"]


def test_a_file_that_is_not_there(shoptet: Shoptet, foreign: Foreign):
    url = foreign.url("/none.jsonl")
    answer = shoptet.call("PATCH", "products/batch", {"batchFileUrlPath": url})
    assert errors(answer) == (404, [("file-not-found", "batchFileUrlPath")])
    assert message(answer) == f'File "{url}" not found.'
    assert Operation.objects.count() == 0


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        ({}, "batchFileUrlPath"),
        ({"data": {"batchFileUrlPath": "http://127.0.0.1:1/"}}, "batchFileUrlPath"),
        ({"batchFileUrlPath": "http://169.254.169.254/"}, "batchFileUrlPath"),
        ({"batchFileUrlPath": "http://127.0.0.1:1/", "removeReference": True}, "removeReference"),
    ],
)
def test_bodies_of_another_form(shoptet: Shoptet, sent: Any, place: str):
    status, faults = errors(shoptet.call("PATCH", "products/batch", sent))
    assert (status, faults[0]) == (422, ("invalid-request-data", place))
    assert Operation.objects.count() == 0


def test_one_batch_of_a_kind_at_a_time(shoptet: Shoptet, other_shoptet: Shoptet, foreign: Foreign, settings):
    first = accept(shoptet, foreign, "PATCH", "products/batch", {"guid": P})
    sent = {"batchFileUrlPath": foreign.url("/batch.jsonl")}
    answer = shoptet.call("PATCH", "products/batch", sent)
    assert errors(answer) == (409, [("batch-job-already-running", "products-batch-update")])
    assert message(answer) == "Concurrent job already running!"
    assert shoptet.call("DELETE", "products/batch", sent).status == 202
    assert other_shoptet.call("PATCH", "products/batch", sent).status == 202
    settings.SHOPTET_QUEUE_BATCHES = True
    assert shoptet.call("PATCH", "products/batch", sent).status == 202
    assert log(shoptet, first)[0].startswith("1: OK")


def test_with_a_key_too_one_asks_again_until_it_is_free(shoptet: Shoptet, foreign: Foreign):
    first = accept(shoptet, foreign, "PATCH", "products/batch", {"guid": P})
    sent, key = {"batchFileUrlPath": foreign.url("/batch.jsonl")}, {"HTTP_IDEMPOTENCY_KEY": "k"}
    refused = shoptet.call("PATCH", "products/batch", sent, **key)
    assert (refused.status, refused.headers["Retry-After"]) == (409, "1")
    log(shoptet, first)
    accepted = [shoptet.call("PATCH", "products/batch", sent, **key) for _ in range(2)]
    assert {answer.status for answer in accepted} == {202}
    assert len({answer.json["data"]["jobId"] for answer in accepted}) == 1


def test_batches_that_queue_are_accepted_at_the_same_time(committed: None, foreign: Foreign, settings):
    """The second comes while the first one looks for its file."""
    settings.SHOPTET_QUEUE_BATCHES = True
    shoptet = Shoptet(ensure_user(organization="A", username="boss", password="correct horse", rights="superuser"))
    meanwhile: list[int] = []

    def answer(handler: Any) -> None:
        if not meanwhile:
            second = {"batchFileUrlPath": foreign.serves("/second.jsonl", b"{}")}
            meanwhile.append(shoptet.call("PATCH", "products/batch", second).status)
            connection.close()
        Reply(body=b"{}")(handler)

    shoptet.accept("PATCH", "products/batch", {"batchFileUrlPath": foreign.on("/first.jsonl", answer)})
    assert meanwhile == [202]


def test_a_file_that_is_too_large(shoptet: Shoptet, foreign: Foreign, settings):
    settings.MAX_BODY_FILE_BYTES = 100
    url = foreign.serves("/large", b"x" * 101)
    answer = shoptet.call("PATCH", "products/batch", {"batchFileUrlPath": url})
    assert errors(answer) == (422, [("batch-file-size-limit", "batchFileUrlPath")])
    assert Operation.objects.count() == 0


def test_a_file_that_proves_to_be_too_large(shoptet: Shoptet, foreign: Foreign, settings):
    job = accept(shoptet, foreign, "PATCH", "products/batch", {"guid": P, "name": "A"})
    settings.MAX_BODY_FILE_BYTES = 10
    run(BODIES)
    shown = shoptet.job(job)
    assert shown["status"] == "failed"
    assert shown["log"].splitlines() == [
        "ERROR file-download-failed The file is too large. (batchFileUrlPath)",
        "Summary: 0 rows, 0 ok, 0 failed",
    ]
    assert Product.objects.get(pk=P).name == "Joust"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (gzip.compress(lines({"guid": P, "name": "A"})), "The file is packed with gzip. Send it unpacked."),
        ('{"guid": "x"}\n'.encode("utf-16"), "The file is in UTF-16. Send it in UTF-8."),
    ],
    ids=["gzip", "utf-16"],
)
def test_a_file_of_another_kind_has_one_error(shoptet: Shoptet, foreign: Foreign, body: bytes, why: str):
    job = shoptet.accept("PATCH", "products/batch", {"batchFileUrlPath": foreign.serves("/batch.jsonl", body)})
    run(BODIES)
    work_off()
    shown = shoptet.job(job)
    assert shown["status"] == "failed"
    assert shown["log"].splitlines()[0] == f"ERROR batch-file-unreadable {why} (batchFileUrlPath)"


def test_a_server_in_trouble_is_asked_again(shoptet: Shoptet, foreign: Foreign):
    job = accept(shoptet, foreign, "PATCH", "products/batch", {"guid": P, "name": "A"})
    foreign.on("/batch.jsonl", Reply(status=503))
    run(BODIES)
    assert shoptet.job(job)["status"] == "running"
    Operation.objects.get().errand.__class__.objects.update(available_at=None)
    foreign.serves("/batch.jsonl", lines({"guid": P, "name": "A"}))
    assert log(shoptet, job)[0] == f"1: OK product {P} updated"


def test_killed_before_its_file_was_there(shoptet: Shoptet, foreign: Foreign, admin: User):
    job = accept(shoptet, foreign, "PATCH", "products/batch", {"guid": P, "name": "A"})
    control.cancel(Operation.objects.all(), by=admin)
    assert run(BODIES) == []
    work_off()
    assert shoptet.job(job)["status"] == "killed"
    assert Split.objects.get().state == "cancelled"


def test_long_rows_and_many_parts(shoptet: Shoptet, foreign: Foreign, settings):
    settings.CHUNK_RECORDS = 2
    settings.MAX_LINE_BYTES = 1024
    rows: list[Any] = [{"guid": P, "name": str(number)} for number in range(5)]
    rows.insert(3, {"guid": P, "name": "x" * 5000})
    told = batch(shoptet, foreign, "PATCH", "products/batch", b"\xef\xbb\xbf" + orjson.dumps(rows[0]), *rows[1:])
    assert [line.split(":")[0] for line in told[:-1]] == ["1", "2", "3", "4", "5", "6"]
    assert told[3] == "4: ERROR invalid-row The row is longer than 1024 bytes."
    assert Product.objects.get(pk=P).name == "4"


def test_texts_in_a_language(shoptet: Shoptet, foreign: Foreign):
    told = batch(shoptet, foreign, "PATCH", "products/batch", {"guid": P, "name": "A", "language": "xx"})
    assert "ERROR" in told[0]
    assert Product.objects.get(pk=P).name == "Joust"


def test_a_text_that_has_no_languages_is_not_overwritten_in_another(shoptet: Shoptet, foreign: Foreign):
    texts = {"shortDescription": "s", "indexName": "joust", "additionalName": "n", "internalNote": "i"}
    told = batch(
        shoptet,
        foreign,
        "PATCH",
        "products/batch",
        {"guid": P, "language": "en", **texts},
        {"guid": P, "language": "de", "name": "Turnier", **dict.fromkeys(texts, "x")},
        {"guid": P, "language": "de", "name": "Turnier", "internalNote": "j", "variants": [VARIANT]},
    )
    assert told == [
        f"1: OK product {P} updated",
        "2: ERROR " + "; ".join(
            f"invalid-request-data The property {name} has one value for all languages ({name})"
            for name in ("shortDescription", "indexName", "additionalName")
        ),
        f"3: OK product {P} updated",
        "Summary: 3 rows, 2 ok, 1 failed",
    ]  # fmt: skip
    product = Product.objects.get(pk=P)
    assert (product.name, product.short_description, product.url_key, product.ean) == ("Joust", "s", "joust", "1")
    assert product.custom_fields == {"additionalName": "n", "internalNote": "j"}
