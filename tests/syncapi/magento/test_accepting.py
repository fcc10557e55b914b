"""Single asynchronous requests: what is answered at once, and what is only done later."""

from __future__ import annotations

from urllib.parse import quote, quote_plus
from uuid import UUID

import pytest

from asyncops.models import Chunk, Operation
from catalog.models import Product
from tests.syncapi.conftest import work_off
from tests.syncapi.magento.conftest import BAG, OTHER_BAG, Magento, nothing_happened

PATH = f"/rest/async/V1/products/{BAG}"


def test_a_price_change_is_accepted_in_the_documented_form(magento: Magento):
    answer = magento.call("PUT", f"products/{BAG}", {"product": {"price": 29}}, store="default", form="async")
    assert answer.status == 202
    assert list(answer.json) == ["bulk_uuid", "request_items", "errors"]
    assert str(UUID(answer.json["bulk_uuid"])) == answer.json["bulk_uuid"]
    assert answer.json["request_items"] == [{"id": 0, "data_hash": None, "status": "accepted"}]
    assert answer.json["errors"] is False
    assert Operation.objects.count() == 1


def test_an_accepted_change_is_done_by_the_worker(magento: Magento):
    magento.accept("PUT", f"products/{BAG}", {"product": {"price": 29}}, store="default")
    assert magento.product(store="default")["price"] == 34
    work_off()
    assert magento.product(store="default")["price"] == 29
    assert magento.product(OTHER_BAG)["price"] == 34


def test_equal_requests_are_operations_of_their_own(magento: Magento):
    first, second = (magento.accept("PUT", f"products/{BAG}", {"product": {"price": 29}}) for _ in range(2))
    assert first != second
    assert magento.status(first)["operation_count"] == 1


def test_a_product_is_deleted_later(magento: Magento):
    magento.accept("DELETE", f"products/{OTHER_BAG}")
    assert magento.product(OTHER_BAG) is not None
    work_off()
    assert magento.product(OTHER_BAG) is None
    assert magento.product(BAG) is not None


def test_a_product_is_created_later_and_camel_case_is_the_same(magento: Magento):
    magento.accept("POST", "products", {"product": {"sku": "c20", "name": "n", "attributeSetId": 4, "price": 1}})
    assert magento.product("c20") is None
    work_off()
    assert magento.product("c20")["attribute_set_id"] == 4
    assert Product.objects.count() == 3


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("form", ["async", "async/bulk"])
def test_reading_is_not_asynchronous(magento: Magento, method: str, form: str):
    answer = magento.call(method, f"products/{BAG}", form=form)
    assert answer.status == 400
    assert method == "HEAD" or answer.json == {"message": "Specified request cannot be processed."}
    nothing_happened()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "/rest/async/V1/products/24-MB01"),
        ("POST", "/rest/async/V1/products/24-MB01"),
        ("PUT", "/rest/async/V1/products"),
        ("POST", "/rest/async/V1/nosuch"),
        ("PUT", "/rest/V1/async/V1/products/x"),
        ("PUT", "/rest/async/V2/products/24-MB01"),
        ("POST", "/rest/async/V1/integration/admin/token"),
        ("PUT", "/rest/async/bulk/V1/products/24-MB01"),
        ("FOO", "/rest/V1/products/24-MB01"),
        ("TRACE", "/rest/V1/products/24-MB01"),
        ("OPTIONS", "/rest/V1/products/24-MB01"),
        ("POST", "/rest/V1/bulk/fbfca270-7a90-4c4e-9f32-d6cf3728cdc7/status"),
    ],
)
def test_unknown_routes_and_methods_are_not_found(magento: Magento, method: str, path: str):
    answer = magento.program.call(method, path, {"product": {"price": 1}})
    assert (answer.status, answer.json) == (404, {"message": "Request does not match any route."})
    nothing_happened()


@pytest.mark.parametrize(
    "path", ["/rest", "/rest/", "/rest/nostore/V1/products/A", "/rest/products/A", "/rest/async/products"]
)
def test_what_has_no_version_behind_a_known_store_cannot_be_processed(magento: Magento, path: str):
    answer = magento.program.put(path, {"product": {"price": 1}})
    assert (answer.status, answer.json) == (400, {"message": "Specified request cannot be processed."})
    nothing_happened()


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("PUT", f"/rest/V1/async/products/{BAG}", "PUT products/:sku"),
        ("DELETE", f"/rest/fr/V1/async/products/{BAG}/", "DELETE products/:sku"),
        ("POST", "/rest/V1/async/bulk/products", "POST products"),
        ("PUT", "/rest/V1/async/bulk/products/bySku", "PUT products/:sku"),
    ],
)
def test_the_version_may_stand_before_async_as_in_magentos_cloud(magento: Magento, method: str, path: str, kind: str):
    body: object = {"product": {"sku": BAG, "price": 29}}
    answer = magento.program.call(method, path, [body] if "bulk" in path else body)
    assert (answer.status, len(answer.json["request_items"])) == (202, 1)
    assert Operation.objects.get().kind == kind
    assert magento.program.get(path).status == 400


@pytest.mark.parametrize(
    ("path", "header", "store"),
    [
        ("/rest/V1", "fr", "fr"),
        ("/rest/V1", "all", None),
        ("/rest/V1", "", "default"),
        ("/rest/de/V1", "fr", "de"),
        ("/rest/all/V1", "fr", None),
    ],
)
def test_a_header_names_the_store_where_the_path_does_not(magento: Magento, path: str, header: str, store: str | None):
    answer = magento.program.put(f"{path}/products/{BAG}", {"product": {"name": "N"}}, HTTP_STORE=header)
    assert answer.status == 200
    assert Operation.objects.get().context["store"] == store


def test_a_header_with_an_unknown_store_cannot_be_processed(magento: Magento):
    answer = magento.program.put(PATH, {"product": {"name": "N"}}, HTTP_STORE="nosuch")
    assert (answer.status, answer.json) == (400, {"message": "Specified request cannot be processed."})
    nothing_happened()


@pytest.mark.parametrize(
    "body", [{}, None, [], [{"product": {}}], "text", {"product": None}, {"Product": {"sku": "A"}}]
)
def test_the_product_is_required(magento: Magento, body: object):
    answer = magento.call("POST", "products", body, form="async")
    assert answer.status == 400
    assert answer.json == {
        "message": '"%fieldName" is required. Enter and try again.',
        "parameters": {"fieldName": "product"},
    }
    nothing_happened()


def test_what_is_queued_is_the_item_with_the_sku_of_the_path(magento: Magento):
    magento.accept("PUT", f"products/{BAG}", {"product": {"price": 29}})
    assert bytes(Chunk.objects.get().payload) == b'[{"product":{"price":29,"sku":"24-MB01"}}]'
    assert Operation.objects.get().kind == "PUT products/:sku"


def test_data_hashes_can_be_switched_on(magento: Magento, settings):
    settings.MAGENTO_DATA_HASH = True
    answer = magento.call("PUT", f"products/{BAG}", {"product": {"price": 29}}, form="async")
    [item] = answer.json["request_items"]
    assert len(item["data_hash"]) == 64
    assert item["status"] == "accepted"


def test_a_slash_at_the_end_changes_nothing(magento: Magento):
    answer = magento.program.put("/rest/async/V1/products/24-MB01/?x=1", {"product": {"price": 29}})
    assert answer.status == 202
    assert magento.program.get("/rest/V1/products/24-MB01/").json["price"] == 34


@pytest.mark.parametrize("form", ["A B/1+é", "a%2Fb"])
def test_skus_with_any_character_are_addressed(magento: Magento, form: str):
    for escape in (lambda sku: quote(sku, safe=""), quote_plus):
        answer = magento.call(
            "PUT", f"products/{escape(form)}", {"product": {"name": "N", "price": 1, "attribute_set_id": 4}}
        )
        assert answer.status == 200, answer
        assert answer.json["sku"] == form
    assert Product.objects.count() == 3


@pytest.mark.parametrize("sku", ["A B", "A/B", "A/b/C"])
def test_without_the_raw_target_the_rest_of_the_path_is_the_sku(magento: Magento, sku: str):
    """Some servers hand over the decoded path alone: its slashes can only belong to the SKU."""
    magento.call("POST", "products", {"product": {"sku": sku, "name": "N", "price": 1, "attribute_set_id": 4}})
    answer = magento.program.get(f"/rest/V1/products/{quote(sku, safe='')}", RAW_URI="")
    assert (answer.status, answer.json["sku"]) == (200, sku)
    assert magento.product()["price"] == 34


def test_a_target_with_its_host_is_understood(magento: Magento):
    assert magento.program.put(PATH, {"product": {"price": 29}}, RAW_URI=f"http://example.com{PATH}").status == 202
