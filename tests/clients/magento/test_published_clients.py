"""PyPI's pymagento and my-magento, unmodified, against a live server: it looks to them as Magento does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.clients.live import LiveSite, client
from tests.syncapi.magento.scenes import content

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def told(live: LiveSite) -> dict[str, Any]:
    """What the program with pymagento saw."""
    script = HERE / "pymagento_flow.py"
    found: dict[str, Any] = client("pymagento").run(
        script, url=live.url, token=live.users["admin"]["token"], content=content()
    )
    return found


def test_pymagento_reads_stores_and_products(told: dict[str, Any]):
    assert told["stores"] == ["admin", "default", "fr", "de"]
    assert told["websites"] == ["admin", "base", "second"]
    assert (told["root"], told["configs"], told["by_id"], told["missing"]) == (2, 3, "24-MB02", None)
    assert told["products"] >= 50
    assert (told["attribute_sets"], told["options"] >= 2) == ([4], True)


def test_pymagento_writes_one_by_one(told: dict[str, Any]):
    assert (told["saved"], told["updated"], told["renamed"]) == (True, 6, ["PY2", None])
    assert (told["stock"], told["qty"]) == (True, 3)
    assert (told["unlinked"], told["linked"]) == (True, True)
    assert (told["deleted"], told["skipped"]) == (True, False)
    assert told["error"]


def test_pymagento_writes_prices(told: dict[str, Any]):
    assert [error["parameters"] for error in told["prices"]] == [["SKU", "-"]]
    assert told["base"] == [{"price": 7, "store_id": 0, "sku": "PY2"}]
    assert (told["special"], told["no_special"]) == ([], [])


def test_pymagento_writes_media_and_categories(told: dict[str, Any]):
    assert (told["media"], told["medias"], told["no_media"]) == ("l", 1, True)
    assert (told["category"], told["below"], told["moved"]) == ("Py sacks", ["Py sacks", "Py small"], True)
    assert (told["added"], told["in_category"], told["removed"], told["gone"]) == ([1], "PY2", [1], [True, True])


def test_pymagento_declares_attributes(told: dict[str, Any]):
    assert (told["colour"], told["in_set"]) == ([" ", "Red"], True)
    assert (told["no_red"], told["no_colour"]) == (True, True)


def test_pymagento_writes_batches_and_follows_them(told: dict[str, Any]):
    assert (told["batches"], told["statuses"], told["count"]) == (3, [1, 3], 1)
    assert (told["detailed"], told["operations"]) == (True, 8)
    assert told["batch_get"] == ["24-MB01", "PYB-0"]


def test_my_magento_signs_in_searches_and_changes(live: LiveSite):
    admin = live.users["admin"]
    told = client("my-magento").run(
        HERE / "my_magento_flow.py", url=live.url, username=admin["username"], password=admin["password"]
    )
    assert told == {
        "signed_in": True,
        "single_store": False,
        "stores": ["admin", "default", "fr", "de"],
        "scopes": ["price"],
        "all": True,
        "sku": "24-MB03",
        "updated": True,
        "custom": True,
        "stock": True,
        "added": True,
        "categories": [2],
        "category": "Default Category",
        "none": None,
    }


@pytest.fixture(scope="module")
def signed(live: LiveSite) -> dict[str, Any]:
    """What the program with magento-api-rest saw, which knows no token and signs."""
    script = HERE / "use_magento_api_rest.cjs"
    found: dict[str, Any] = client("magento-api-rest").run(script, url=live.url, keys=live.magento)
    return found


def test_magento_api_rest_reads_and_searches(signed: dict[str, Any]):
    assert signed["product"] == "24-MB01"
    assert signed["websites"] == ["admin", "base", "second"]
    assert len(signed["found"]) == 3
    assert signed["found"] == sorted(signed["found"])
    assert signed["like"] is True


def test_magento_api_rest_writes_one_by_one_and_in_bulk(signed: dict[str, Any]):
    assert (signed["created"], signed["updated"], signed["deleted"]) == (5, 6, True)
    assert signed["bulk"] == [1, 1]


def test_magento_api_rest_is_told_what_is_wrong(signed: dict[str, Any]):
    assert signed["gone"] == [404, 'The product with SKU "%1" does not exist.']
    assert signed["invalid"][0] == 400
    assert signed["wrong"] == [401, "The signature is invalid. Verify and try again."]
