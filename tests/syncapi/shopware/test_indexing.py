"""Derived data over HTTP: at once, later, never, in parts, and the actions that bring them up to date."""

from __future__ import annotations

from typing import Any

import pytest

from asyncops.models import Operation
from catalog import indexing
from catalog.models import Category, Dirty
from syncapi.shopware import reindexing
from tests.syncapi.shopware.conftest import Shopware, new_id, product

pytestmark = pytest.mark.django_db
FLAT = {"accept": "application/json"}
OFF = {"indexing_behavior": "disable-indexing"}
QUEUED = {"indexing_behavior": "use-queue-indexing"}


@pytest.fixture(params=["", "/v3"])
def either(shopware: Shopware, request: pytest.FixtureRequest) -> Shopware:
    return shopware.old if request.param else shopware


def seen(shopware: Shopware, path: str) -> dict[str, Any]:
    data: dict[str, Any] = shopware.call("GET", path, **FLAT).json["data"]
    return data


@pytest.mark.parametrize(
    "said", [{}, {"indexing_behavior": "null"}, {"indexing_behavior": ""}, {"indexing_behavior": "x"}]
)
def test_whatever_else_it_says_it_is_at_once(either: Shopware, said: dict[str, str]):
    id, option = new_id(), new_id()
    either.upsert("product", product(id, properties=[{"id": option, "name": "o", "group": {"name": "g"}}]), **said)
    assert seen(either, f"/product/{id}")["propertyIds"] == [option]
    key = {"productId": id, "optionId": option}
    either.delete("product_property", key, **said)
    assert seen(either, f"/product/{id}")["propertyIds"] == []


def test_queued_it_follows_when_a_worker_comes(either: Shopware):
    id, options = new_id(), sorted(new_id() for _ in range(2))
    properties = [{"id": option, "name": option, "group": {"name": "g"}} for option in options]
    either.upsert("product", product(id, properties=properties))
    either.delete("product_property", {"productId": id, "optionId": options[0]}, **QUEUED)
    assert sorted(seen(either, f"/product/{id}")["propertyIds"]) == options
    indexing.drain()
    assert seen(either, f"/product/{id}")["propertyIds"] == options[1:]


def test_a_queued_request_that_is_refused_leaves_nothing_to_do(shopware: Shopware):
    shopware.upsert("product", product(new_id()), {"name": "bad"}, **QUEUED)
    assert not Dirty.objects.exists()


def test_disabled_it_waits_for_the_index_action(either: Shopware):
    id = new_id()
    either.upsert("product", product(id, categories=[{"id": (category := new_id()), "name": "c"}]), **OFF)
    indexing.drain()
    assert seen(either, f"/product/{id}")["categoryTree"] in (None, [])
    assert either.call("POST", "/_action/index", {}).status == 204
    indexing.drain()
    assert seen(either, f"/product/{id}")["categoryTree"] == [category]


def test_one_updater_can_be_skipped(shopware: Shopware):
    id, option, category = new_id(), new_id(), new_id()
    linked = {"properties": [{"id": option, "name": "o", "group": {"name": "g"}}]}
    record = product(id, categories=[{"id": category, "name": "c"}], **linked)
    shopware.upsert("product", record, indexing_skip="product.many-to-many-id-field, product.rating-average")
    shown = seen(shopware, f"/product/{id}")
    assert (shown["propertyIds"] or [], shown["name"]) == ([], "P")
    assert Category.objects.get(pk=category).breadcrumb == ["c"]


@pytest.mark.parametrize("skip", ["category.tree,category.breadcrumb", "category.indexer"])
def test_a_tree_can_be_skipped_alone_or_with_its_whole_indexer(shopware: Shopware, skip: str):
    root, child = new_id(), new_id()
    shopware.upsert("category", {"id": root, "name": "r"})
    shopware.upsert("category", {"id": child, "name": "c", "parentId": root}, indexing_skip=skip)
    assert seen(shopware, f"/category/{child}")["path"] != f"|{root}|"
    shopware.call("POST", "/_action/index", {})
    indexing.drain()
    assert seen(shopware, f"/category/{child}")["path"] == f"|{root}|"


def test_only_what_is_named_can_be_kept(shopware: Shopware):
    root, child = new_id(), new_id()
    shopware.upsert("category", {"id": root, "name": "r"})
    shopware.upsert("category", {"id": child, "name": "c", "parentId": root}, indexing_only="category.child-count")
    assert seen(shopware, f"/category/{root}")["childCount"] == 1
    assert seen(shopware, f"/category/{child}")["path"] != f"|{root}|"


def test_skipping_what_there_is_not_skips_nothing(shopware: Shopware):
    id, option = new_id(), new_id()
    record = product(id, properties=[{"id": option, "name": "o", "group": {"name": "g"}}])
    shopware.upsert("product", record, indexing_skip="product.stream, nonsense,,")
    assert seen(shopware, f"/product/{id}")["propertyIds"] == [option]


def test_a_category_moves_with_all_below_it(shopware: Shopware):
    r, k, g, other = (new_id() for _ in range(4))
    children = [{"id": k, "name": "K", "children": [{"id": g, "name": "G"}]}]
    shopware.upsert("category", {"id": r, "name": "R", "children": children}, {"id": other, "name": "O"})
    shown = seen(shopware, f"/category/{g}")
    assert (shown["level"], shown["path"], list(shown["breadcrumb"])) == (3, f"|{r}|{k}|", ["R", "K", "G"])
    assert seen(shopware, f"/category/{r}")["childCount"] == 1
    id = new_id()
    shopware.upsert("product", product(id, categories=[{"id": g}]))
    assert sorted(seen(shopware, f"/product/{id}")["categoryTree"]) == sorted([r, k, g])
    shopware.upsert("category", {"id": k, "parentId": other})
    shown = seen(shopware, f"/category/{g}")
    assert (shown["path"], list(shown["breadcrumb"])) == (f"|{other}|{k}|", ["O", "K", "G"])
    assert sorted(seen(shopware, f"/product/{id}")["categoryTree"]) == sorted([other, k, g])
    assert [seen(shopware, f"/category/{each}")["childCount"] for each in (r, other)] == [0, 1]


def test_a_closeout_without_stock_is_not_available(shopware: Shopware):
    one, two = new_id(), new_id()
    shopware.upsert("product", product(one, stock=10), product(two, stock=0, isCloseout=True))
    told = [
        (shown["availableStock"], shown["available"])
        for shown in (seen(shopware, f"/product/{id}") for id in (one, two))
    ]
    assert told == [(10, True), (0, False)]


def test_a_request_is_one_operation_however_many_it_holds(old: Shopware):
    body = {
        str(index): {"entity": "tax", "action": "upsert", "payload": [{"name": "n", "taxRate": 1}]}
        for index in range(3)
    }
    old.sync(body, single_operation="true", **QUEUED)
    assert Operation.objects.count() == 1


def test_what_waits_is_told(shopware: Shopware):
    shopware.upsert("product", product(new_id()), **QUEUED)
    [queue] = shopware.call("GET", "/_info/queue.json").json
    assert queue["size"] == Dirty.objects.count() == 1
    indexing.drain()
    assert shopware.call("GET", "/_info/queue.json").json == []


@pytest.fixture
def underived(shopware: Shopware) -> tuple[str, str]:
    """A category below another, and a product in it, of which nothing was derived, nor will be."""
    root, child, id = new_id(), new_id(), new_id()
    shopware.upsert("category", {"id": root, "name": "r", "children": [{"id": child, "name": "c"}]}, **OFF)
    shopware.upsert("product", product(id, categories=[{"id": child}], tags=[{"name": "t"}]), **OFF)
    Dirty.objects.all().delete()
    return child, id


def is_derived(shopware: Shopware, child: str, id: str) -> tuple[bool, bool]:
    path = seen(shopware, f"/category/{child}")["path"]
    return bool(path and path.count("|") == 2), child in (seen(shopware, f"/product/{id}")["categoryTree"] or [])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (True, True)),
        ({"skip": ["product.indexer"]}, (True, True)),  # a tree that moves takes its products with it
        ({"skip": ["product.category-denormalizer", "category.tree"]}, (False, False)),
        ({"only": ["product.many-to-many-id-field"]}, (False, True)),
        ({"only": ["category.child-count", "nonsense"]}, (False, False)),
    ],
)
@pytest.mark.parametrize("action", ["index", "indexing"])
def test_a_full_index_finds_what_nobody_marked(shopware: Shopware, underived, action: str, body, expected):
    answer = shopware.call("POST", f"/_action/{action}", body)
    assert answer.status == (204 if action == "index" else 200)
    assert is_derived(shopware, *underived) == (False, False)
    indexing.drain()
    assert is_derived(shopware, *underived) == expected


@pytest.mark.parametrize("body", [{"skip": "product.indexer"}, {"only": [5]}, {"skip": {"a": 1}}])
def test_names_that_are_none_are_refused(shopware: Shopware, body):
    answer = shopware.call("POST", "/_action/index", body)
    assert (answer.status, answer.json["errors"][0]["code"]) == (400, "FRAMEWORK__INVALID_REQUEST_PARAMETER")
    assert not Dirty.objects.exists()


def test_products_by_their_ids(shopware: Shopware, underived):
    shopware.upsert("product", product(other := new_id(), categories=[{"id": underived[0]}]), **OFF)
    Dirty.objects.all().delete()
    assert shopware.call("POST", "/_action/index-products", {"ids": [underived[1], new_id()]}).status == 204
    indexing.drain()
    assert seen(shopware, f"/product/{underived[1]}")["categoryIds"] == [underived[0]]
    assert not seen(shopware, f"/product/{other}")["categoryIds"]
    skipping = {"ids": [other], "skip": ["product.indexer"]}
    assert shopware.call("POST", "/_action/index-products", skipping).status == 204
    assert not Dirty.objects.exists()


def test_an_indexer_goes_step_by_step(shopware: Shopware, underived, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reindexing, "BATCH", 1)
    for indexer in ("category.indexer", "product.indexer"):
        offset, steps = None, 0
        while not (answer := shopware.call("POST", f"/_action/indexing/{indexer}", {"offset": offset}).json)["finish"]:
            offset, steps = answer["offset"], steps + 1
        assert steps == shopware.call("POST", f"/search-ids/{indexer[:-8]}", {"total-count-mode": 1}).json["total"]
    assert is_derived(shopware, *underived) == (True, True)


@pytest.mark.parametrize("offset", ["x", [1], {"offset": "x"}, 2**63])
def test_an_offset_that_is_none_is_refused(shopware: Shopware, offset):
    answer = shopware.call("POST", "/_action/indexing/product.indexer", {"offset": offset})
    assert (answer.status, answer.json["errors"][0]["code"]) == (400, "FRAMEWORK__INVALID_REQUEST_PARAMETER")


def test_a_step_of_an_indexer_wants_its_offset(shopware: Shopware):
    answer = shopware.call("POST", "/_action/indexing/product.indexer", {})
    assert (answer.status, answer.json["errors"][0]["detail"]) == (400, "Parameter `offset` missing")
    answer = shopware.call("POST", "/_action/indexing/product.indexer", {"offset": None})
    assert (answer.status, answer.json) == (200, {"finish": True})
    answer = shopware.call("POST", "/_action/index-products", {})
    assert (answer.status, answer.json["errors"][0]["detail"]) == (400, "Parameter `ids` missing")
