"""Files of media: sent or fetched, shown with their address, and refused with upstream's codes."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from asyncops.file_models import KeptFile
from asyncops.models import Operation
from catalog import storing
from catalog.models import Media
from tests.foreign import Foreign
from tests.syncapi.conftest import Answer, Program
from tests.syncapi.shopware.conftest import Shopware, new_id

pytestmark = pytest.mark.django_db
FLAT = {"accept": "application/json"}


def picture(kind: str = "PNG", colour: str = "red") -> bytes:
    stream = BytesIO()
    Image.new("RGB", (3, 2), colour).save(stream, kind)
    return stream.getvalue()


@pytest.fixture(autouse=True)
def _own_storage(tmp_path: Path, settings: Any) -> None:
    storages = dict(settings.STORAGES)
    storages["media"] = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path), "base_url": "/media/"},
    }
    settings.STORAGES = storages


@pytest.fixture
def media(shopware: Shopware) -> str:
    shopware.upsert("media", {"id": (id := new_id()), "title": "a picture"})
    return id


def upload(
    shopware: Shopware, id: str, body: Any, query: str = "?extension=png&fileName=bag", kind: str = "image/png"
) -> Answer:
    path = f"/api{shopware.family}/_action/media/{id}/upload{query}"
    return shopware.program.call("POST", path, body, CONTENT_TYPE=kind)


def refused(answer: Answer) -> tuple[int, str]:
    [error] = answer.json["errors"]
    assert error["detail"]
    return answer.status, error["code"]


def test_content_that_is_sent_becomes_the_file_of_the_record(shopware: Shopware, media: str):
    content = picture()
    answer = upload(shopware, media, content)
    assert (answer.status, answer.headers["Location"]) == (204, f"http://testserver/api/media/{media}")
    shown = shopware.call("GET", f"/media/{media}", **FLAT).json["data"]
    known = ("fileName", "fileExtension", "mimeType", "fileSize", "hasFile", "title", "metaData")
    assert [shown[name] for name in known] == [
        "bag", "png", "image/png", len(content), True, "a picture", {"width": 3, "height": 2},
    ]  # fmt: skip
    assert shown["url"].startswith("http://testserver/media/")
    assert shown["uploadedAt"]
    with storing.media().open(Media.objects.get().path) as kept:
        assert kept.read() == content
    assert Operation.objects.latest("pk").kind == "POST /api/media"


def test_content_is_fetched_from_where_the_request_says(shopware: Shopware, media: str, foreign: Foreign):
    url = foreign.serves("/a.jpg", picture("JPEG"))
    answer = upload(shopware.old, media, {"url": url}, "?extension=jpeg", "application/json")
    assert answer.status == 204, answer.body
    kept = Media.objects.get()
    assert (kept.file_name, kept.file_extension, kept.mime_type) == (media, "jpeg", "image/jpeg")
    assert [asked.path for asked in foreign.asked] == ["/a.jpg"]


def test_another_file_takes_its_place(shopware: Shopware, media: str):
    upload(shopware, media, picture())
    assert upload(shopware, media, picture(colour="blue"), "?extension=png&fileName=blue").status == 204
    assert Media.objects.get().file_name == "blue"


def test_a_sweep_knows_of_the_file(shopware: Shopware, media: str):
    upload(shopware, media, picture())
    assert KeptFile.objects.get().path == Media.objects.get().path


def test_the_answer_can_be_the_record(shopware: Shopware, media: str):
    answer = upload(shopware, media, picture(), "?extension=png&_response=basic")
    assert (answer.status, answer.json["data"]["attributes"]["hasFile"]) == (200, True)


@pytest.mark.parametrize(
    ("body", "query", "told"),
    [
        (b"x", "?extension=png", (400, "CONTENT__MEDIA_INVALID_FILE")),
        (picture()[:40], "?extension=png", (400, "CONTENT__MEDIA_INVALID_FILE")),
        (b"", "?extension=png", (400, "CONTENT__MEDIA_EMPTY_FILE")),
        (picture(), "", (400, "CONTENT__MEDIA_MISSING_FILE_EXTENSION")),
        (picture(), "?extension=jpg", (400, "CONTENT__MEDIA_FILE_TYPE_NOT_SUPPORTED")),
        (picture(), "?extension=pn%00g", (400, "CONTENT__MEDIA_FILE_TYPE_NOT_SUPPORTED")),
        (picture(), "?extension=php", (400, "CONTENT__MEDIA_FILE_TYPE_NOT_SUPPORTED")),
        (picture(), "?extension=png&fileName=a%2Fb", (400, "CONTENT__MEDIA_ILLEGAL_FILE_NAME")),
        (picture(), "?extension=png&fileName=.htaccess", (400, "CONTENT__MEDIA_ILLEGAL_FILE_NAME")),
        (b"x" * 2000, "?extension=png", (400, "CONTENT__MEDIA_FILE_SIZE_LIMIT_EXCEEDED")),
    ],
)
def test_what_is_refused(shopware: Shopware, media: str, settings: Any, body, query, told):
    settings.MAX_IMAGE_BYTES = 1024
    assert refused(upload(shopware, media, body, query)) == told
    assert Media.objects.get().path is None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "CONTENT__MEDIA_MISSING_URL_PARAMETER"),
        ({"url": 5}, "CONTENT__MEDIA_MISSING_URL_PARAMETER"),
        ({"url": "http://127.0.0.1:1/a.png"}, "CONTENT__MEDIA_ILLEGAL_URL"),
        ({"url": "file:///etc/passwd"}, "CONTENT__MEDIA_ILLEGAL_URL"),
    ],
)
def test_addresses_that_are_not_asked(shopware: Shopware, media: str, body, code):
    answer = upload(shopware, media, body, "?extension=png", "application/json")
    assert refused(answer) == (400, code)


def test_a_file_that_is_not_there(shopware: Shopware, media: str, foreign: Foreign):
    answer = upload(shopware, media, {"url": foreign.url("/gone.png")}, "?extension=png", "application/json")
    assert refused(answer) == (400, "CONTENT__MEDIA_CANNOT_OPEN_SOURCE_STREAM_TO_READ")


def test_a_name_belongs_to_one_record(shopware: Shopware, media: str):
    upload(shopware, media, picture())
    shopware.upsert("media", {"id": (other := new_id())})
    answer = upload(shopware, other, picture(colour="blue"))
    assert refused(answer) == (409, "CONTENT__MEDIA_DUPLICATED_FILE_NAME")
    assert answer.json["errors"][0]["meta"]["parameters"] == {"fileName": "bag", "fileExtension": "png"}
    assert upload(shopware, media, picture(colour="blue")).status == 204


def test_who_may_and_what_there_is_not(shopware: Shopware, media: str, limited_program: Program):
    assert refused(upload(shopware, new_id(), picture())) == (404, "CONTENT__MEDIA_NOT_FOUND")
    assert upload(shopware, "nonsense", picture()).status == 400
    path = f"/api/_action/media/{media}/upload?extension=png"
    assert limited_program.call("POST", path, picture()).status == 403
