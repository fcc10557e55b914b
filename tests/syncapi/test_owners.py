"""Whose a path below /api/ is, case by case."""

from __future__ import annotations

import pytest

from syncapi.owners import Asked, Claims, Owner, owner

CLAIMS = Claims(oro={"products", "accounts"}, shopware={"product", "_action", "oauth"})
GUID = "95b84d4b-7481-11e8-8216-002590dad85e"
JSON_API = "application/vnd.api+json; charset=utf-8"

OWNERS = [
    ("POST", "/v3/_action/sync", Owner.SHOPWARE),
    ("GET", "/v3/products", Owner.SHOPWARE),
    ("GET", "/v1/_info/version", Owner.SHOPWARE),
    ("GET", "/v3", Owner.SHOPWARE),
    ("GET", "/system/jobs", Owner.SHOPTET),
    ("GET", "/system/jobs/", Owner.SHOPTET),
    ("DELETE", "/webhooks/7", Owner.SHOPTET),
    ("GET", "/products/snapshot", Owner.SHOPTET),
    ("GET", "/products/snapshot/pricelists", Owner.SHOPTET),
    ("PATCH", "/products/batch", Owner.SHOPTET),
    ("PATCH", "/pricelists/4/batch/", Owner.SHOPTET),
    ("DELETE", "/products/images/batch", Owner.SHOPTET),
    ("POST", f"/products/{GUID}/images/shop", Owner.SHOPTET),
    ("GET", f"/products/{GUID}/images", Owner.SHOPTET),
    ("GET", "/products/12/images", Owner.ORO),
    ("OPTIONS", "/products/12/images/", Owner.ORO),
    ("POST", "/products/12/images", Owner.SHOPTET),
    ("GET", "/products/12a/images", Owner.SHOPTET),
    ("GET", "/products", Owner.ORO),
    ("PATCH", "/accounts/", Owner.ORO),
    ("GET", "/products/12", Owner.ORO),
    ("GET", "/product", Owner.SHOPWARE),
    ("POST", "/_action/sync", Owner.SHOPWARE),
    ("POST", "/oauth/token", Owner.SHOPWARE),
    ("GET", "/batch", Owner.SHOPWARE),
    ("GET", "/version", Owner.SHOPWARE),
    ("GET", "", Owner.SHOPWARE),
]


@pytest.mark.parametrize(("method", "path", "expected"), OWNERS)
def test_a_path_has_one_owner(method: str, path: str, expected: Owner):
    assert owner(Asked(method=method, path=path), CLAIMS) is expected


def test_with_external_ids_the_images_of_a_product_are_read_as_a_relation():
    asked = Asked(method="GET", path=f"/products/{GUID}/images", external_ids=True)
    assert owner(asked, CLAIMS) is Owner.ORO


def test_with_external_ids_images_are_still_added_by_shoptets_route():
    asked = Asked(method="POST", path=f"/products/{GUID}/images", external_ids=True)
    assert owner(asked, CLAIMS) is Owner.SHOPTET


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Asked(method="GET", path="/nothing"), Owner.SHOPWARE),
        (Asked(method="GET", path="/nothing", media=JSON_API), Owner.ORO),
        (Asked(method="GET", path="/nothing", shoptet_token=True), Owner.SHOPTET),
        (Asked(method="GET", path="/nothing", shoptet_token=True, media=JSON_API), Owner.SHOPTET),
    ],
)
def test_the_headers_say_whose_words_an_unknown_path_is_refused_in(asked: Asked, expected: Owner):
    assert owner(asked, CLAIMS) is expected


def test_headers_do_not_move_a_path_that_somebody_has():
    asked = Asked(method="GET", path="/product", shoptet_token=True, media=JSON_API)
    assert owner(asked, CLAIMS) is Owner.SHOPWARE
