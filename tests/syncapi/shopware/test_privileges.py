"""Rights are those of the user, entity by entity, whatever the way in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.contrib.auth.models import Permission

from asyncops.models import Operation
from catalog.models import AccessToken, Manufacturer, Product, Tax, User
from tests.syncapi.conftest import Answer, Program, work_off
from tests.syncapi.shopware.conftest import SYSTEM, Shopware, new_id, product

pytestmark = pytest.mark.django_db
FLAT = {"accept": "application/json"}
May = Callable[..., Shopware]


@pytest.fixture
def may(limited: User) -> May:
    """A program whose user has these permissions and no others."""

    def grant(*codenames: str) -> Shopware:
        limited.user_permissions.set(
            Permission.objects.filter(codename__in=codenames, content_type__app_label="catalog")
        )
        return Shopware(program=Program(token=AccessToken.issue(User.objects.get(pk=limited.pk))))

    return grant


def missing(answer: Answer) -> list[str]:
    [error] = answer.json["errors"]
    assert (answer.status, error["code"], error["status"]) == (403, "FRAMEWORK__MISSING_PRIVILEGE_ERROR", "403")
    told: dict[str, Any] = orjson.loads(error["detail"])
    assert told["message"] == "Missing privilege"
    found: list[str] = told["missingPrivileges"]
    return found


def test_without_any_right_nothing_is_read_or_written(shopware: Shopware, may: May):
    id = new_id()
    shopware.upsert("tax", {"id": id, "name": "t", "taxRate": 1})
    nobody, record = may(), {"name": "x", "taxRate": 2}
    assert missing(nobody.call("GET", "/tax", **FLAT)) == ["tax:read"]
    assert missing(nobody.call("GET", f"/tax/{id}")) == ["tax:read"]
    assert missing(nobody.call("POST", "/search/tax", {})) == ["tax:read"]
    assert missing(nobody.call("POST", "/search-ids/tax", {})) == ["tax:read"]
    assert missing(nobody.call("POST", "/tax", record)) == ["tax:create"]
    assert missing(nobody.call("PATCH", f"/tax/{id}", record)) == ["tax:update"]
    assert missing(nobody.call("DELETE", f"/tax/{id}")) == ["tax:delete"]
    assert missing(nobody.upsert("tax", record)) == ["tax:create", "tax:update"]
    assert missing(nobody.delete("tax", {"id": id})) == ["tax:delete"]
    assert [tax.name for tax in Tax.objects.all()] == ["t"]


def test_who_may_create_may_not_change(shopware: Shopware, may: May):
    id = new_id()
    shopware.upsert("tax", {"id": id, "name": "t", "taxRate": 1})
    creator = may("add_tax")
    assert creator.upsert("tax", {"name": "new", "taxRate": 2}).status == 200
    assert missing(creator.upsert("tax", {"id": id, "name": "changed"})) == ["tax:update"]
    assert missing(creator.call("PATCH", f"/tax/{id}", {"name": "changed"})) == ["tax:update"]
    assert sorted(tax.name for tax in Tax.objects.all()) == ["new", "t"]


def test_who_may_change_may_not_create(shopware: Shopware, may: May):
    id = new_id()
    shopware.upsert("tax", {"id": id, "name": "t", "taxRate": 1})
    editor = may("change_tax")
    assert editor.upsert("tax", {"id": id, "name": "changed"}).status == 200
    assert missing(editor.upsert("tax", {"name": "new", "taxRate": 2})) == ["tax:create"]
    assert missing(editor.upsert("tax", {"id": id, "name": "again"}, {"name": "new", "taxRate": 2})) == ["tax:create"]
    assert [tax.name for tax in Tax.objects.all()] == ["changed"]


def test_each_record_by_itself_is_refused_by_itself(shopware: Shopware, may: May):
    id = new_id()
    shopware.upsert("tax", {"id": id, "name": "t", "taxRate": 1})
    answer = may("change_tax").old.upsert("tax", {"id": id, "name": "changed"}, {"name": "new", "taxRate": 2})
    first, second = answer.json["data"]["write"]["result"]
    assert (answer.status, answer.json["success"], first["errors"]) == (200, False, [])
    assert [error["code"] for error in second["errors"]] == ["FRAMEWORK__MISSING_PRIVILEGE_ERROR"]
    assert [tax.name for tax in Tax.objects.all()] == ["changed"]


def test_what_is_nested_wants_its_own_right(may: May):
    author = may("add_product", "add_tax", "change_product")
    answer = author.upsert("product", product(new_id(), manufacturer={"name": "m"}))
    assert missing(answer) == ["product_manufacturer:create"]
    assert (Product.objects.count(), Manufacturer.objects.count()) == (0, 0)
    assert author.upsert("product", product(new_id())).status == 200


def test_a_link_is_a_change_of_the_record_that_has_it(shopware: Shopware, may: May):
    id, category = new_id(), new_id()
    shopware.upsert("product", product(id))
    shopware.upsert("category", {"id": category, "name": "c"})
    key = {"productId": id, "categoryId": category}
    assert missing(may("change_category").upsert("product_category", key)) == [
        "product_category:create",
        "product_category:update",
    ]
    assert may("change_product").upsert("product_category", key).status == 200
    assert missing(may("change_category").delete("product_category", key)) == ["product_category:delete"]
    assert missing(may("view_category").call("POST", "/search/product-category", {})) == ["product_category:read"]
    assert may("view_product").call("POST", "/search-ids/product-category", {}).json["data"] == [key]


def test_a_text_in_a_language_is_a_change_of_its_record(shopware: Shopware, may: May):
    id = new_id()
    shopware.upsert("product_manufacturer", {"id": id, "name": "m"})
    key = {"productManufacturerId": id, "languageId": SYSTEM, "name": "n"}
    assert missing(may("change_product").upsert("product_manufacturer_translation", key)) == [
        "product_manufacturer_translation:create",
        "product_manufacturer_translation:update",
    ]
    assert may("change_manufacturer").upsert("product_manufacturer_translation", key).status == 200


def test_all_that_a_request_lacks_is_told_at_once(may: May):
    body = {
        "a": {"entity": "tax", "action": "upsert", "payload": [{"name": "n"}]},
        "b": {"entity": "unit", "action": "delete", "payload": [{"id": new_id()}]},
    }
    assert missing(may("view_tax").sync(body)) == ["tax:create", "tax:update", "unit:delete"]
    assert not Operation.objects.exists()


def test_associations_show_only_what_may_be_read(shopware: Shopware, may: May):
    id = new_id()
    shopware.upsert("product", product(id, manufacturer={"name": "m"}))
    reader, body = may("view_product"), {"ids": [id], "associations": {"manufacturer": {}}}
    assert missing(reader.call("POST", "/search/product", body, **FLAT)) == ["product_manufacturer:read"]
    assert missing(reader.call("GET", f"/product/{id}/manufacturer")) == ["product_manufacturer:read"]
    by_name = {"filter": [{"type": "equals", "field": "manufacturer.name", "value": "m"}]}
    assert missing(reader.call("POST", "/search-ids/product", by_name)) == ["product_manufacturer:read"]
    by_bucket = {"name": "x", "type": "terms", "field": "id", "sort": {"field": "manufacturer.name"}}
    assert missing(reader.call("POST", "/search/product", {"aggregations": [by_bucket]})) == [
        "product_manufacturer:read"
    ]
    spoken: dict[str, Any] = {"associations": {"translations": {"associations": {"language": {}}}}}
    assert missing(reader.call("POST", "/search/product", spoken)) == ["language:read"]
    both = may("view_product", "view_manufacturer")
    assert both.call("POST", "/search/product", body, **FLAT).json["data"][0]["manufacturer"]["name"] == "m"


def test_a_right_that_was_taken_away_is_missed_by_the_worker(may: May, limited: User):
    assert may("add_tax").upsert("tax", {"name": "n", "taxRate": 1}, prefer="respond-async").status == 202
    limited.user_permissions.clear()
    work_off()
    assert (Operation.objects.get().refused, Tax.objects.count()) == (1, 0)


def test_index_actions_want_the_right_to_change_products(may: May):
    for path in ("/_action/index", "/_action/indexing", "/_action/index-products"):
        assert missing(may("view_product").call("POST", path, {})) == ["product:update"]
    assert may("change_product").call("POST", "/_action/index", {}).status == 204


def test_who_wants_to_see_what_he_writes_must_be_allowed_to(may: May):
    author = may("add_tax", "change_tax")
    assert missing(author.call("POST", "/tax?_response=basic", {"name": "n", "taxRate": 1})) == ["tax:read"]
    assert not Tax.objects.exists()
    assert author.call("POST", "/tax", {"name": "n", "taxRate": 1}).status == 204
