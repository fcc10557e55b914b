"""Media gallery entries: content in base64, one entry for one content, roles that one entry has."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.models import Media, Product, ProductMedia
from tests.syncapi.conftest import work_off
from tests.syncapi.magento.conftest import BAG, OTHER_BAG, Magento
from tests.syncapi.magento.scenes import content, entry, png

STORES = ("", "fr", "de", "all")


def add(magento: Magento, sku: str = BAG, **fields: Any) -> int:
    answer = magento.call("POST", f"products/{sku}/media", {"entry": entry(**fields)})
    assert answer.status == 200, answer
    return int(answer.json)


def test_an_image_becomes_an_entry_with_a_file(magento: Magento):
    number = add(magento, types=["image", "thumbnail"])
    shown = {
        "id": number,
        "media_type": "image",
        "label": "red",
        "position": 1,
        "disabled": False,
        "types": ["image", "thumbnail"],
        "file": "/b/a/bag.png",
    }
    assert magento.call("GET", f"products/{BAG}/media").json == [shown]
    assert magento.call("GET", f"products/{BAG}/media/{number}").json == shown
    assert magento.product()["media_gallery_entries"] == [shown]
    assert magento.product(OTHER_BAG)["media_gallery_entries"] == []


def test_the_file_can_be_fetched_where_the_entry_says(magento: Magento):
    add(magento)
    add(magento, colour="blue")
    files = [found["file"] for found in magento.call("GET", f"products/{BAG}/media").json]
    assert files == ["/b/a/bag.png", "/b/a/bag_1.png"]
    answers = [magento.program.get(f"/media/catalog/product{file}") for file in files]
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].headers["Content-Type"] == "image/png"
    assert magento.program.get("/media/catalog/product/b/a/bag_2.png").status == 404
    assert magento.program.get("/media/catalog/product/b/a/b%00g.png").status == 404


def test_the_same_content_is_the_same_entry(magento: Magento):
    first, again = add(magento), add(magento, label="again")
    assert first == again
    assert [found["label"] for found in magento.call("GET", f"products/{BAG}/media").json] == ["again"]
    add(magento, OTHER_BAG)
    assert (Media.objects.count(), ProductMedia.objects.count()) == (1, 2)


def test_a_change_keeps_the_id_even_with_other_content(magento: Magento):
    number = add(magento)
    body = {"entry": {"id": number, "label": "new", "content": content("blue")}}
    answer = magento.call("PUT", f"products/{BAG}/media/{number}", body)
    assert (answer.status, answer.json) == (200, True)
    [shown] = magento.call("GET", f"products/{BAG}/media").json
    assert (shown["id"], shown["label"], shown["position"]) == (number, "new", 1)
    assert Media.objects.count() == 2


def test_a_role_is_taken_from_the_other_entries(magento: Magento):
    add(magento, types=["image", "small_image"])
    add(magento, colour="blue", types=["image"])
    assert [found["types"] for found in magento.call("GET", f"products/{BAG}/media").json] == [
        ["small_image"],
        ["image"],
    ]


def test_a_label_of_one_store_is_shown_there_only(magento: Magento):
    number = add(magento)
    magento.call("PUT", f"products/{BAG}/media/{number}", {"entry": {"id": number, "label": "rouge"}}, store="fr")
    labels = {
        store: magento.call("GET", f"products/{BAG}/media/{number}", store=store).json["label"]
        for store in ("fr", "all", "de")
    }
    assert labels == {"fr": "rouge", "all": "red", "de": "red"}


def test_all_stores_have_a_new_file_and_the_named_one_alone_its_label(magento: Magento):
    body = {"entry": entry(label="rouge", position=7, types=["image"])}
    number = magento.call("POST", f"products/{BAG}/media", body, store="fr").json
    shown = {store: magento.call("GET", f"products/{BAG}/media/{number}", store=store).json for store in STORES}
    assert {store: (each["label"], each["position"]) for store, each in shown.items()} == {
        "": (None, 0), "fr": ("rouge", 7), "de": (None, 0), "all": (None, 0),
    }  # fmt: skip
    assert {(each["file"], *each["types"]) for each in shown.values()} == {("/b/a/bag.png", "image")}


@pytest.mark.parametrize("store", ["", "all"])
def test_all_stores_show_the_label_of_a_new_file_that_no_store_was_named_for(magento: Magento, store: str):
    number = magento.call("POST", f"products/{BAG}/media", {"entry": entry(label="red")}, store=store).json
    labels = [magento.call("GET", f"products/{BAG}/media/{number}", store=each).json["label"] for each in STORES]
    assert labels == ["red"] * 4


def test_a_deleted_entry_is_gone(magento: Magento):
    number = add(magento)
    answer = magento.call("DELETE", f"products/{BAG}/media/{number}")
    assert (answer.status, answer.json) == (200, True)
    assert magento.call("GET", f"products/{BAG}/media").json == []
    again = magento.call("DELETE", f"products/{BAG}/media/{number}")
    assert (again.status, again.json) == (
        404,
        {"message": "No image with the provided ID was found. Verify the ID and try again."},
    )
    gone = magento.call("GET", f"products/{BAG}/media/{number}")
    assert (gone.status, gone.json) == (404, {"message": "The image doesn't exist. Verify and try again."})


def test_an_entry_belongs_to_its_product(magento: Magento):
    number = add(magento)
    for method, body in (("PUT", {"entry": {"id": number, "label": "?"}}), ("DELETE", None)):
        answer = magento.call(method, f"products/{OTHER_BAG}/media/{number}", body)
        assert answer.status == 404
    assert ProductMedia.objects.get().label == "red"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"content": None}, "The image content is invalid. Verify the content and try again."),
        (
            {"content": {**content(), "base64_encoded_data": "not base64!"}},
            "The image content must be valid base64 encoded data.",
        ),
        (
            {"content": {**content(), "base64_encoded_data": "aGVsbG8="}},
            "The image content must be valid base64 encoded data.",
        ),
        ({"content": content(type="image/jpeg")}, "The image MIME type is not valid or not supported."),
        ({"content": content(name="a/b.png")}, "Provided image name contains forbidden characters."),
    ],
)
def test_content_that_is_no_good_is_refused(magento: Magento, fields: dict[str, Any], message: str):
    answer = magento.call("POST", f"products/{BAG}/media", {"entry": entry(**fields)})
    assert (answer.status, answer.json) == (400, {"message": message})
    assert not ProductMedia.objects.exists()


def test_a_missing_product_is_named(magento: Magento):
    answer = magento.call("POST", "products/nosuch/media", {"entry": entry()})
    assert (answer.status, answer.json["parameters"]) == (404, ["nosuch"])
    assert magento.call("GET", "products/nosuch/media").status == 404


def test_a_bad_image_in_a_bulk_is_accepted_and_fails_alone(magento: Magento):
    bad = entry(content={**content(), "base64_encoded_data": "not base64!"})
    items = [{"sku": BAG, "entry": entry()}, {"sku": BAG, "entry": bad}]
    uuid = magento.accept("POST", "products/bySku/media", items, store="all", form="async/bulk")
    assert not ProductMedia.objects.exists()
    work_off()
    first, second = magento.status(uuid)["operations_list"]
    assert (first["status"], second["status"]) == (1, 3)
    assert second["result_message"] == "The image content must be valid base64 encoded data."
    detailed = magento.status(uuid, detail="detailed-status")["operations_list"]
    assert detailed[0]["result_serialized_data"] == str(ProductMedia.objects.get().number)


def test_entries_are_changed_and_deleted_in_bulk(magento: Magento):
    first, second = add(magento), add(magento, colour="blue")
    change = [{"sku": BAG, "entry": {"id": first, "label": "changed"}}]
    magento.accept("PUT", "products/bySku/media/byEntryId", change, form="async/bulk", store="all")
    uuid = magento.accept(
        "DELETE", "products/bySku/media/byEntryId", [{"sku": BAG, "entryId": second}], form="async/bulk"
    )
    work_off()
    [shown] = magento.call("GET", f"products/{BAG}/media", store="all").json
    assert (shown["id"], shown["label"]) == (first, "changed")
    [result] = magento.status(uuid, detail="detailed-status")["operations_list"]
    assert (result["status"], result["result_serialized_data"]) == (1, "true")


def test_the_list_of_a_product_replaces_its_entries(magento: Magento):
    first = add(magento)
    add(magento, colour="blue")
    change = {"media_gallery_entries": [{"id": first, "label": "new"}, entry("green")]}
    answer = magento.call("PUT", f"products/{BAG}", {"product": change}, store="all")
    assert [found["label"] for found in answer.json["media_gallery_entries"]] == ["new", "green"]
    for keep in ({}, {"media_gallery_entries": None}):
        magento.call("PUT", f"products/{BAG}", {"product": keep})
    assert ProductMedia.objects.count() == 2
    magento.call("PUT", f"products/{BAG}", {"product": {"media_gallery_entries": []}})
    assert not ProductMedia.objects.exists()
    assert Product.objects.count() == 2


def test_a_new_entry_of_a_product_needs_its_content(magento: Magento):
    answer = magento.call("PUT", f"products/{BAG}", {"product": {"media_gallery_entries": [{"label": "x"}]}})
    assert answer.status == 400
    assert answer.json == {"message": "The image content is invalid. Verify the content and try again."}


def test_a_new_product_brings_its_images(magento: Magento):
    product = {"sku": "new", "name": "N", "price": 1, "attribute_set_id": 4, "media_gallery_entries": [entry()]}
    answer = magento.call("POST", "products", {"product": product})
    assert (answer.status, len(answer.json["media_gallery_entries"])) == (200, 1)
    assert len(png()) == Media.objects.get().file_size
