"""What a request chooses by headers of ours: all or nothing, and later instead of now."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from asyncops import working
from asyncops.models import Operation
from asyncops.states import State
from catalog.accounts import ensure_user
from catalog.models import Media, Product
from tests.asyncops.errands import run
from tests.foreign import Foreign
from tests.syncapi.conftest import work_off
from tests.syncapi.shoptet.conftest import P, Shoptet, errors
from tests.syncapi.shoptet.test_batches import BODIES, accept
from tests.syncapi.shoptet.test_images import RED, SHOP, UNKNOWN, body, done, media_root, pictures, shown

__all__ = ["media_root", "pictures"]
AS_THEY_WERE = [("a.png", 1, None), ("b.png", 2, None)]


@pytest.fixture
def whole(shoptet: Shoptet) -> Shoptet:
    return shoptet.with_headers(HTTP_BULKHEAD_POLICY="all")


@pytest.fixture
def later(shoptet: Shoptet) -> Shoptet:
    return shoptet.with_headers(HTTP_PREFER="respond-async")


def test_one_image_that_fails_keeps_the_others_away(whole: Shoptet, foreign: Foreign):
    there, nothing = {"sourceUrl": foreign.serves("/a", RED)}, {"sourceUrl": foreign.url("/nothing")}
    job = done(whole, "POST", SHOP, there, nothing)
    assert (job["status"], job["resultUrl"], shown(whole)) == ("failed", None, [])
    assert job["log"].splitlines()[0] == "2 images, 0 stored, 1 failed, 1 not processed"


def test_one_file_that_fails_keeps_the_others_away(whole: Shoptet, foreign: Foreign):
    files = [{"sourceUrl": foreign.serves("/a", RED)}, {"sourceUrl": foreign.url("/nothing")}]
    job = whole.accept("POST", "system/files", {"data": files})
    working.drain()
    assert (whole.job(job)["status"], Media.objects.count()) == ("failed", 0)


def test_one_row_that_is_wrong_keeps_the_others_away(whole: Shoptet, foreign: Foreign):
    rows = {"guid": P, "name": "New"}, {"guid": UNKNOWN, "name": "New"}
    job = accept(whole, foreign, "PATCH", "products/batch", *rows)
    run(BODIES)
    work_off()
    ended = whole.job(job)
    assert (ended["status"], Product.objects.filter(name="New").count()) == ("failed", 0)
    assert ended["log"].splitlines() == [
        "1: NOT PROCESSED",
        f'2: ERROR product-not-found Product with identificator "{UNKNOWN}" not found.',
        "Summary: 2 rows, 0 ok, 1 failed, 1 not processed",
    ]


def test_one_image_that_is_not_there_keeps_the_others_as_they_are(whole: Shoptet, pictures: None):
    answer = whole.call("PATCH", SHOP, body({"name": "a.png", "priority": 9}, {"name": "c.png", "priority": 1}))
    assert errors(answer) == (422, [("image-not-found", "data.images[1]")])
    assert shown(whole) == AS_THEY_WERE


def test_one_image_that_a_variant_shows_keeps_its_gallery(whole: Shoptet, pictures: None):
    assert errors(whole.call("DELETE", SHOP)) == (409, [("image-used-by-variant", "b.png")])
    assert shown(whole) == AS_THEY_WERE


def test_what_is_done_at_once_may_be_a_job_instead(later: Shoptet, pictures: None):
    answer = later.call("PATCH", SHOP, body({"name": "a.png", "priority": 9}))
    job, uuid = answer.json["data"]["jobId"], Operation.objects.latest("pk").uuid
    assert (answer.status, answer.json["errors"]) == (202, None)
    assert (answer.headers["Location"], answer.headers["Preference-Applied"]) == (
        f"/operations/{uuid}", "respond-async",
    )  # fmt: skip
    assert (later.job(job)["status"], shown(later)) == ("pending", AS_THEY_WERE)
    working.drain()
    assert (later.job(job)["status"], shown(later)) == ("completed", [("b.png", 2, None), ("a.png", 9, None)])


def test_what_is_not_there_is_told_by_the_job(later: Shoptet, pictures: None):
    job = later.accept("PATCH", SHOP, body({"name": "c.png", "priority": 1}, {"name": "a.png", "priority": 9}))
    working.drain()
    assert later.job(job)["log"].splitlines()[0] == (
        'data.images[0]: image-not-found Image with identificator "c.png" not found.'
    )
    assert shown(later) == [("b.png", 2, None), ("a.png", 9, None)]


def test_what_a_variant_shows_is_told_by_the_job(later: Shoptet, pictures: None):
    job = later.accept("DELETE", SHOP)
    working.drain()
    assert later.job(job)["log"].splitlines()[0] == (
        'data.images[1]: image-used-by-variant Image "b.png" cannot be deleted because a variant refers to it.'
    )
    assert shown(later) == [("b.png", 2, None)]


def test_a_snapshot_can_be_waited_for(committed: None):
    user = ensure_user(organization="A", username="boss", password="correct horse", rights="superuser")
    waiting = Shoptet(user).with_headers(HTTP_PREFER="wait=10")
    with ThreadPoolExecutor(1) as pool:
        worker = pool.submit(_write_the_next_file)
        answer = waiting.get("products/snapshot")
        worker.result()
    assert (answer.status, answer.headers["Bulkhead-State"]) == (202, "success")
    assert answer.headers["Preference-Applied"] == "wait=10"
    assert waiting.job(answer.json["data"]["jobId"])["status"] == "completed"


def _write_the_next_file() -> None:
    while not Operation.objects.filter(state=State.SUCCESS).exists():
        run()
    connection.close()
