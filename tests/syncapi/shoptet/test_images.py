"""Images by URL: jobs that download, and what is done at once to what is there."""

from __future__ import annotations

from hashlib import md5
from typing import Any

import orjson
import pytest

from asyncops import engine, sweeping, working
from asyncops.models import Download, Operation
from catalog import storing, writing
from catalog.commands import Reference, Upsert
from catalog.models import Product, ProductMedia
from tests.asyncops.gallery import picture
from tests.foreign import Foreign, Reply
from tests.syncapi.conftest import Program
from tests.syncapi.shoptet.conftest import P2, P, Shoptet, errors, message

RED, BLUE, GREEN = picture(0xFF), picture(0xFF0000, kind="JPEG"), picture(0xFF00)
LARGE = picture(0xFF, kind="JPEG", size=(600, 600))
UNKNOWN = "00000000-0000-4000-8000-000000000000"
SHOP = f"products/{P}/images/shop"


@pytest.fixture(autouse=True)
def media_root(tmp_path, settings) -> None:
    options = {"location": str(tmp_path), "allow_overwrite": True}
    media = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    settings.STORAGES = settings.STORAGES | {"media": media}


def body(*images: dict[str, Any]) -> dict[str, Any]:
    return {"data": {"images": list(images)}}


def done(shoptet: Shoptet, method: str, path: str, *images: dict[str, Any]) -> Any:
    """The job of such a request, when a worker has done it."""
    job = shoptet.accept(method, path, body(*images))
    assert shoptet.job(job)["status"] == "pending"
    working.drain()
    return shoptet.job(job)


def result(job: Any) -> Any:
    answer = Program().get(job["resultUrl"].removeprefix("http://testserver"))
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    return answer.json


def shown(shoptet: Shoptet, path: str = SHOP) -> list[tuple[str, int, str | None]]:
    return [(each["name"], each["priority"], each["description"]) for each in shoptet.data(path)["images"]]


def content(name: str, guid: str = P) -> bytes:
    entry = ProductMedia.objects.select_related("media").get(product_id=guid, custom_fields__name=name)
    with storing.media().open(str(entry.media.path)) as file:
        return bytes(file.read())


def test_the_documents_own_request(shoptet: Shoptet, foreign: Foreign):
    url = foreign.serves("/100.jpg", BLUE)
    sent = {"priority": 1, "name": "100.jpg", "description": "Špičkový design", "downloadUrl": url}
    job = done(shoptet, "POST", f"products/{P}/images", sent)
    assert (job["status"], job["endpoint"], job["log"]) == (
        "completed", f"/api/products/{P}/images", "1 images, 1 stored, 0 failed",
    )  # fmt: skip
    assert job["resultUrl"].endswith(".json")
    told = result(job)
    created = told["data"]["images"][0].pop("created")
    assert created is not None
    assert told == {
        "data": {
            "images": [
                {
                    "index": 0, "name": "100.jpg", "md5": md5(BLUE, usedforsecurity=False).hexdigest(),
                    "gallery": "shop", "priority": 1, "sourceUrl": url,
                }
            ]
        },
        "errors": [],
    }  # fmt: skip
    assert shown(shoptet) == [("100.jpg", 1, "Špičkový design")]
    assert content("100.jpg") == BLUE


def test_while_its_images_are_on_their_way_a_job_is_running(shoptet: Shoptet, foreign: Foreign):
    job = shoptet.accept("POST", SHOP, body({"sourceUrl": foreign.serves("/a", RED), "name": "a.png"}))
    engine.drain()
    waiting = shoptet.job(job)
    assert [waiting[name] for name in ("status", "completionTime", "duration", "resultUrl")] == ["running", *[None] * 3]
    assert (foreign.asked, shown(shoptet)) == ([], [])
    working.drain()
    assert shoptet.job(job)["status"] == "completed"


def test_accepted_while_redis_is_away_and_done_when_it_is_back(shoptet: Shoptet, foreign: Foreign, settings):
    there = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    job = shoptet.accept("POST", SHOP, body({"sourceUrl": foreign.serves("/a", RED), "name": "a.png"}))
    assert shoptet.job(job)["status"] == "pending"
    settings.REDIS_URL = there
    sweeping.sweep()
    working.drain()
    assert (shoptet.job(job)["status"], len(shown(shoptet))) == ("completed", 1)


def test_one_bad_image_does_not_stop_the_others(shoptet: Shoptet, foreign: Foreign):
    first, last = foreign.serves("/a", RED), foreign.serves("/b", GREEN)
    gone = foreign.url("/gone")
    job = done(shoptet, "POST", SHOP, *({"sourceUrl": url} for url in (first, gone, last)))
    told = result(job)
    assert job["status"] == "completed"
    assert [image["index"] for image in told["data"]["images"]] == [0, 2]
    assert told["errors"] == [
        {"errorCode": "file-not-found", "message": f'File with URL "{gone}" not found.', "instance": "data.images[1]"}
    ]
    assert job["log"].splitlines() == [
        "3 images, 2 stored, 1 failed",
        f'data.images[1]: file-not-found File with URL "{gone}" not found.',
    ]
    assert [priority for _, priority, _ in shown(shoptet)] == [1, 3]
    names = [image["name"] for image in told["data"]["images"]]
    assert [content(name) for name in names] == [RED, GREEN]


def test_a_dry_run_downloads_nothing_and_keeps_nothing(shoptet: Shoptet, foreign: Foreign):
    url = foreign.serves("/a.png", RED)
    rehearsal = shoptet.with_headers(HTTP_BULKHEAD_DRY_RUN="1")
    job = done(rehearsal, "POST", SHOP, {"sourceUrl": url, "name": "a.png"}, {"sourceUrl": f"{url}?2"})
    assert (job["status"], job["dryRun"]) == ("completed", True)
    assert Operation.objects.get().counts["created"] == 2
    assert (foreign.asked, shown(shoptet), Download.objects.count()) == ([], [], 0)


def test_a_dry_run_of_new_sources_knows_which_are_there(shoptet: Shoptet, foreign: Foreign):
    url = foreign.serves("/a.png", RED)
    done(shoptet, "POST", SHOP, {"sourceUrl": url, "name": "a.png"})
    asked, before = len(foreign.asked), content("a.png")
    rehearsal = shoptet.with_headers(HTTP_BULKHEAD_DRY_RUN="1")
    named = [{"sourceUrl": foreign.serves("/b.png", BLUE), "name": name} for name in ("a.png", "b.png")]
    job = done(rehearsal, "PATCH", f"{SHOP}/source", *named)
    assert job["status"] == "completed"
    assert [Operation.objects.latest("seq").counts[name] for name in ("updated", "refused")] == [1, 1]
    assert (len(foreign.asked), content("a.png")) == (asked, before)


def test_when_all_fail_the_job_has_failed(shoptet: Shoptet, foreign: Foreign):
    text = foreign.serves("/a.jpg", b"<html></html>", Content_Type="text/html")
    broken = foreign.on("/b.jpg", Reply(status=500))
    empty, cut = foreign.serves("/c.jpg", b""), foreign.serves("/d.jpg", LARGE[:-500])
    job = done(shoptet, "POST", SHOP, *({"sourceUrl": url} for url in (text, broken, empty, cut)))
    assert (job["status"], job["resultUrl"], job["validUntil"]) == ("failed", None, None)
    assert [line.split()[:2] for line in job["log"].splitlines()[1:]] == [
        ["data.images[0]:", "file-upload-invalid-type"],
        ["data.images[1]:", "file-download-failed"],
        ["data.images[2]:", "file-upload-invalid-type"],
        ["data.images[3]:", "file-upload-error"],
    ]
    assert ProductMedia.objects.count() == 0


def test_the_same_image_again_is_no_second_one(shoptet: Shoptet, foreign: Foreign):
    url = foreign.serves("/x/100.png", RED)
    for number in (7, 8):
        done(shoptet, "POST", SHOP, {"sourceUrl": url, "priority": number})
    assert [priority for _, priority, _ in shown(shoptet)] == [8]


def test_an_image_that_is_there_keeps_its_place_and_the_result_tells_which(shoptet: Shoptet, foreign: Foreign):
    there, new = {"sourceUrl": foreign.serves("/a", RED)}, {"sourceUrl": foreign.serves("/b", GREEN)}
    done(shoptet, "POST", SHOP, there)
    job = done(shoptet, "POST", SHOP, new, there)
    assert [image["priority"] for image in result(job)["data"]["images"]] == [2, 1]
    assert [priority for _, priority, _ in shown(shoptet)] == [1, 2]


@pytest.mark.parametrize("guid", [P.upper(), P.replace("-", ""), f"{{{P}}}"])
def test_a_product_is_one_however_its_guid_is_written(shoptet: Shoptet, foreign: Foreign, guid: str):
    url = foreign.serves("/a", RED)
    for each in (P, guid):
        done(shoptet, "POST", f"products/{each}/images/shop", {"sourceUrl": url, "name": "a.png"})
    assert [name for name, _, _ in shown(shoptet)] == ["a.png"]


def test_a_language_that_is_not_there(shoptet: Shoptet, foreign: Foreign):
    sent = body({"sourceUrl": foreign.serves("/a", RED)})
    assert errors(shoptet.call("POST", f"{SHOP}?language=xx", sent)) == (400, [("invalid-parameter", "language")])
    job = shoptet.accept("POST", f"{SHOP}?language=en", sent)
    assert shoptet.job(job)["language"] == "en"


def test_two_products_with_files_of_one_name_have_their_own(shoptet: Shoptet, foreign: Foreign):
    one, other = foreign.serves("/x/1.png", RED), foreign.serves("/y/1.png", GREEN)
    done(shoptet, "POST", SHOP, {"sourceUrl": one, "name": "1.png"})
    done(shoptet, "POST", f"products/{P2}/images/shop", {"sourceUrl": other, "name": "1.png"})
    assert (content("1.png"), content("1.png", P2)) == (RED, GREEN)


def test_a_name_that_is_there_has_new_content(shoptet: Shoptet, foreign: Foreign):
    for number, image in enumerate((RED, GREEN)):
        done(shoptet, "POST", SHOP, {"sourceUrl": foreign.serves(f"/{number}", image), "name": "1.png"})
    assert (len(shown(shoptet)), content("1.png")) == (1, GREEN)


def test_new_ones_come_behind_those_that_are_there(shoptet: Shoptet, foreign: Foreign):
    done(shoptet, "POST", SHOP, {"sourceUrl": foreign.serves("/a", RED), "name": "a.png", "priority": 40})
    done(shoptet, "POST", SHOP, {"sourceUrl": foreign.serves("/b", GREEN), "name": "b.png"})
    assert [(name, priority) for name, priority, _ in shown(shoptet)] == [("a.png", 40), ("b.png", 41)]


def test_nobody_comes_behind_the_last_priority_that_there_is(shoptet: Shoptet, foreign: Foreign):
    done(shoptet, "POST", SHOP, {"sourceUrl": foreign.serves("/a", RED), "name": "a.png", "priority": 65535})
    done(shoptet, "POST", SHOP, {"sourceUrl": foreign.serves("/b", GREEN), "name": "b.png"})
    assert [(name, priority) for name, priority, _ in shown(shoptet)] == [("a.png", 65535), ("b.png", 65535)]


def test_galleries_are_apart(shoptet: Shoptet, foreign: Foreign):
    url = foreign.serves("/a", RED)
    done(shoptet, "POST", f"{SHOP}360", {"sourceUrl": url, "name": "a.png"})
    assert (shown(shoptet), len(shown(shoptet, f"{SHOP}360"))) == ([], 1)


def test_a_source_is_replaced_and_an_unknown_name_is_its_own_error(shoptet: Shoptet, foreign: Foreign):
    done(shoptet, "POST", SHOP, {"sourceUrl": foreign.serves("/a", RED), "name": "a.png", "description": "A"})
    url = foreign.serves("/b", GREEN)
    job = done(
        shoptet, "PATCH", f"{SHOP}/source", {"name": "none.png", "sourceUrl": url}, {"name": "a.png", "sourceUrl": url}
    )
    told = result(job)
    assert [(image["index"], image["name"]) for image in told["data"]["images"]] == [(1, "a.png")]
    assert told["errors"] == [
        {
            "errorCode": "image-not-found",
            "message": 'Image with identificator "none.png" not found.',
            "instance": "data.images[0]",
        }
    ]
    assert (shown(shoptet), content("a.png")) == ([("a.png", 1, "A")], GREEN)


def test_only_what_failed_is_tried_again(shoptet: Shoptet, foreign: Foreign, program: Program):
    good, bad = foreign.serves("/a", RED), foreign.url("/b")
    job = done(shoptet, "POST", SHOP, {"sourceUrl": good}, {"sourceUrl": bad, "name": "b.png"})
    foreign.serves("/b", GREEN)
    uuid = Operation.objects.get().uuid
    assert program.post(f"/operations/{uuid}/retry", {"which": "refused"}).status in {200, 202}
    working.drain()
    assert sum(asked.path == "/a" for asked in foreign.asked) == 1
    assert content("b.png") == GREEN
    assert shoptet.jobs()[1] == job["jobId"]


def test_all_that_is_wrong_with_several_images_is_told_at_once(shoptet: Shoptet):
    answer = shoptet.call("POST", SHOP, body({"priority": 1}, {"priority": "x", "foo": 1}))
    places = ("[0].sourceUrl", "[1].sourceUrl", "[1].priority", "[1].foo")
    assert errors(answer) == (422, [("invalid-request-data", f"data.images{place}") for place in places])
    assert shoptet.total() == 0


@pytest.mark.parametrize(
    "host",
    [
        "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0",
        "[::7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fec0::1]", "168.63.129.16", "10.0.0.5", "192.168.0.1",
        "172.16.0.1", "100.64.0.1", "224.0.0.1", "[fe80::1]", "[fd00:ec2::254]", "192.0.0.192", "localhost",
        "127.0.0.1.",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["sourceUrl", "downloadUrl"])
def test_addresses_that_may_never_be_asked_are_refused_at_once(shoptet: Shoptet, host: str, name: str):
    answer = shoptet.call("POST", SHOP, body({name: f"http://{host}/"}))
    assert errors(answer) == (422, [("file-url-forbidden", f"data.images[0].{name}")])
    assert shoptet.total() == 0


@pytest.mark.parametrize(
    ("image", "place", "text"),
    [
        ({"priority": 1}, ".sourceUrl", "The property sourceUrl is required"),
        ({"sourceUrl": "http://127.0.0.1:1/", "priority": 0}, ".priority", "Must have a minimum value of 1"),
        ({"sourceUrl": "http://127.0.0.1:1/", "priority": 65536}, ".priority", "Must have a maximum value of 65535"),
        (
            {"sourceUrl": "http://127.0.0.1:1/", "priority": "1"},
            ".priority",
            "String value found, but an integer is required",
        ),
        (
            {"sourceUrl": "http://127.0.0.1:1/", "priority": True},
            ".priority",
            "Boolean value found, but an integer is required",
        ),
        (
            {"sourceUrl": "http://127.0.0.1:1/" + "a" * 1982},
            ".sourceUrl",
            "Must be at most 2000 characters long.",
        ),
        (
            {"sourceUrl": "http://127.0.0.1:1/", "name": "../../x.jpg"},
            ".name",
            r"Does not match the regex pattern ^[0-9a-zA-Z_\-.]+$",
        ),
        ({"sourceUrl": "http://127.0.0.1:1/", "name": "a" * 300}, ".name", "Must be at most 255 characters long."),
        (
            {"sourceUrl": "http://127.0.0.1:1/", "colour": 1},
            ".colour",
            "The property colour is not defined and the definition does not allow additional properties",
        ),
        (
            {"sourceUrl": "http://127.0.0.1:1/", "downloadUrl": "http://127.0.0.1:1/"},
            ".downloadUrl",
            "Only one of the properties sourceUrl and downloadUrl is allowed",
        ),
        ({"sourceUrl": "ftp://127.0.0.1/"}, ".sourceUrl", None),
        ({"sourceUrl": "http://u:p@example.com/"}, ".sourceUrl", None),
        ({"sourceUrl": "http://example.com:22/"}, ".sourceUrl", None),
        ({"downloadUrl": "data:image/png;base64,x"}, ".downloadUrl", None),
    ],
)
def test_what_is_refused_at_once(shoptet: Shoptet, image: dict[str, Any], place: str, text: str | None):
    answer = shoptet.call("POST", SHOP, body(image))
    code = "invalid-request-data" if text else "file-url-forbidden"
    assert errors(answer) == (422, [(code, f"data.images[0]{place}")])
    assert text is None or message(answer) == text
    assert (Operation.objects.count(), Download.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        (body(), "data.images"),
        (body(*({"sourceUrl": "http://127.0.0.1:1/"} for _ in range(101))), "data.images"),
        ({}, "data"),
        ([], "payload"),
        ({"data": {"images": 1}}, "data.images"),
        (b"{,}", "payload"),
    ],
)
def test_bodies_of_another_form(shoptet: Shoptet, sent: Any, place: str):
    assert errors(shoptet.call("POST", SHOP, sent)) == (422, [("invalid-request-data", place)])
    assert Operation.objects.count() == 0


def test_the_documents_comma_too_many_is_told_with_its_place(shoptet: Shoptet):
    sent = b'{"data": {"images": [\n{"priority": 1,}]}}'
    answer = shoptet.call("POST", SHOP, sent)
    assert message(answer) == "Syntax error at line 2 column 15"


@pytest.mark.parametrize("guid", [UNKNOWN, "nothing", "12"])
def test_an_unknown_product(shoptet: Shoptet, foreign: Foreign, guid: str):
    answer = shoptet.call("POST", f"products/{guid}/images", body({"sourceUrl": foreign.url("/a")}))
    assert errors(answer) == (404, [("product-not-found", guid)])
    assert message(answer) == f'Product with identificator "{guid}" not found.'
    assert Operation.objects.count() == 0


def test_strictness_wants_somebody_to_be_told(shoptet: Shoptet, foreign: Foreign, settings):
    settings.SHOPTET_REQUIRE_JOB_WEBHOOK = True
    sent = body({"sourceUrl": foreign.url("/a")})
    assert errors(shoptet.call("POST", SHOP, sent)) == (403, [("webhook-not-registered", "job:finished")])
    assert errors(shoptet.get("products/snapshot")) == (403, [("webhook-not-registered", "job:finished")])
    assert Operation.objects.count() == 0
    shoptet.call("POST", "webhooks", {"data": [{"event": "job:finished", "url": foreign.url("/hook")}]})
    assert shoptet.call("POST", SHOP, sent).status == 202


@pytest.fixture
def pictures(shoptet: Shoptet, foreign: Foreign) -> None:
    """a.png and b.png in the gallery of the shop; a variant shows b.png."""
    urls = foreign.serves("/a", RED), foreign.serves("/b", GREEN)
    done(shoptet, "POST", SHOP, *({"sourceUrl": url, "name": f"{url[-1]}.png"} for url in urls))
    second = ProductMedia.objects.get(custom_fields__name="b.png")
    values = {"sku": "V", "parent": Reference("id", P), "cover": Reference("id", second.pk)}
    writing.apply([Upsert(entity="product", key=Reference("sku", "V"), values=values)])


def test_a_list(shoptet: Shoptet, pictures: None):
    first, second = shoptet.data(SHOP)["images"]
    assert set(first) == {
        "name", "priority", "description", "changeTime", "seoName", "cdnName", "signedCdnNames", "isMainImage",
        "gallery",
    }  # fmt: skip
    assert (first["isMainImage"], second["isMainImage"]) == (True, False)


def test_attributes_are_changed_at_once(shoptet: Shoptet, pictures: None):
    sent = body({"name": "b.png", "priority": 99999, "description": "B"}, {"name": "c.png", "priority": 1})
    answer = shoptet.call("PATCH", SHOP, sent)
    assert answer.status == 200
    assert [image["name"] for image in answer.json["data"]["images"]] == ["b.png"]
    assert [(error["errorCode"], error["instance"]) for error in answer.json["errors"]] == [
        ("image-not-found", "data.images[1]")
    ]
    assert shown(shoptet) == [("a.png", 1, None), ("b.png", 99999, "B")]


def test_one_is_deleted(shoptet: Shoptet, pictures: None):
    answer = shoptet.call("DELETE", f"{SHOP}/a.png")
    assert (answer.status, answer.json["data"], answer.json["errors"]) == (200, None, None)
    assert shown(shoptet) == [("b.png", 2, None)]
    assert errors(shoptet.call("DELETE", f"{SHOP}/a.png")) == (404, [("image-not-found", "a.png")])


def test_one_that_a_variant_shows_stays_unless_it_is_taken_from_it(shoptet: Shoptet, pictures: None):
    assert errors(shoptet.call("DELETE", f"{SHOP}/b.png")) == (409, [("image-used-by-variant", "b.png")])
    assert shoptet.call("DELETE", f"{SHOP}/b.png?removeReference=true").status == 200
    assert Product.objects.get(sku="V").cover_id is None


def test_all_are_deleted_but_those_that_variants_show(shoptet: Shoptet, pictures: None):
    answer = shoptet.call("DELETE", SHOP)
    assert answer.status == 200
    assert [error["instance"] for error in answer.json["errors"]] == ["b.png"]
    assert shown(shoptet) == [("b.png", 2, None)]


def test_images_in_a_snapshot(shoptet: Shoptet, pictures: None):
    from tests.syncapi.shoptet.test_snapshots import lines

    first = next(line for line in lines(shoptet, "?include=images") if line["guid"] == P)
    assert [(image["name"], image["isMainImage"]) for image in first["images"]] == [("a.png", True), ("b.png", False)]


def test_files(shoptet: Shoptet, foreign: Foreign):
    sent = {"data": [{"sourceUrl": foreign.serves("/a", RED), "name": "kocka.png"}, {"sourceUrl": foreign.url("/b")}]}
    job = shoptet.accept("POST", "system/files", sent)
    working.drain()
    told = result(shoptet.job(job))
    assert [set(image) for image in told["data"]["images"]] == [{"index", "md5", "name", "created", "sourceUrl"}]
    assert [(error["errorCode"], error["instance"]) for error in told["errors"]] == [("file-not-found", "data[1]")]
    assert shoptet.job(job)["log"].splitlines()[0] == "2 files, 1 stored, 1 failed"


def test_a_file_of_two_megabytes_is_too_large(shoptet: Shoptet, foreign: Foreign):
    large = RED + b"\0" * (2 * 1024 * 1024)
    job = shoptet.accept("POST", "system/files", {"data": [{"sourceUrl": foreign.serves("/a", large)}]})
    working.drain()
    log = shoptet.job(job)["log"].splitlines()[1]
    assert log == "data[0]: file-upload-size-limit Uploaded file size limit exceeded. Limit is 2 MB."


def test_one_file_at_once(shoptet: Shoptet, foreign: Foreign):
    answer = shoptet.call("POST", "system/file", {"data": {"sourceUrl": foreign.serves("/a", RED), "name": "f.png"}})
    assert (answer.status, answer.json["data"]["image"]["name"]) == (201, "f.png")
    again = shoptet.call("POST", "system/file", {"data": {"sourceUrl": foreign.url("/b")}})
    assert errors(again) == (404, [("file-not-found", "payload")])
    wrong = shoptet.call("POST", "system/file", {"data": {"sourceUrl": foreign.serves("/c", b"x")}})
    assert errors(wrong) == (422, [("file-upload-invalid-type", "payload")])


@pytest.mark.parametrize("name", ["a b.png", "../x.png", "kocka", "kocka.", ".", "\u017elu\u0165.png"])
def test_a_file_without_a_proper_name(shoptet: Shoptet, foreign: Foreign, name: str):
    file = {"sourceUrl": foreign.serves("/a", RED), "name": name}
    one = shoptet.call("POST", "system/file", {"data": file})
    assert errors(one) == (422, [("file-upload-invalid-chars", "payload")])
    assert message(one) == "Filename contains invalid characters or extension is missing."
    several = shoptet.call("POST", "system/files", {"data": [{**file, "name": "a.png"}, file]})
    assert errors(several) == (422, [("file-upload-invalid-chars", "data[1]")])
    assert (foreign.asked, Operation.objects.count()) == ([], 0)


def test_the_raw_result_is_one_json_text(shoptet: Shoptet, foreign: Foreign):
    job = done(shoptet, "POST", SHOP, {"sourceUrl": foreign.serves("/a", RED)})
    answer = Program().get(job["resultUrl"].removeprefix("http://testserver"))
    assert set(orjson.loads(answer.body)) == {"data", "errors"}
