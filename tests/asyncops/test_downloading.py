"""Images that items name by URL: real servers on loopback, some of them slow, broken or hostile."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import md5, sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image as Pillow
from pytest_django import Settings

from asyncops import claims, control, dialects, downloading, engine, journal, retrying, sweeping, working
from asyncops.models import Chunk, Download, Operation
from asyncops.submissions import Caller
from catalog import storing
from catalog.commands import Policy
from catalog.models import Media, Product, ProductMedia, User
from tests.asyncops.gallery import Gallery, picture, send
from tests.asyncops.plain import item
from tests.asyncops.plain import send as send_products
from tests.asyncops.scenes import outcomes
from tests.foreign import Foreign, Reply

pytestmark = pytest.mark.django_db
RED, BLUE = picture(0xFF), picture(0xFF0000, kind="JPEG")


@pytest.fixture(autouse=True)
def gallery(caller: Caller, plain: None) -> Iterator[None]:
    dialects.register(Gallery())
    send_products(caller, item("BAG"))
    engine.drain()
    yield
    dialects._REGISTERED.pop(Gallery.name)


@pytest.fixture(autouse=True)
def media_root(tmp_path: Path, settings: Settings) -> Path:
    root = tmp_path / "media"
    settings.STORAGES = {
        **settings.STORAGES,
        "media": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(root), "allow_overwrite": True},
        },
    }
    return root


def image(url: str, label: str = "front", **more: Any) -> dict[str, Any]:
    return {"sku": "BAG", "url": url, "label": label, **more}


def shown() -> list[tuple[str | None, bytes]]:
    """The images of the product: label and content."""
    entries = ProductMedia.objects.select_related("media").order_by("label")
    return [(entry.label, content(str(entry.media.path))) for entry in entries]


def content(path: str) -> bytes:
    with storing.media().open(path) as file:
        return bytes(file.read())


def causes(operation: Operation) -> list[str]:
    return [error.params["message"] for view in journal.items(operation) for error in view.errors]


def test_an_image(caller: Caller, foreign: Foreign, media_root: Path):
    operation = send(caller, image(foreign.serves("/100.jpg", RED)))
    working.drain()
    assert outcomes(operation) == ["created"]
    assert shown() == [("front", RED)]
    media = Media.objects.get()
    digest = sha256(RED).hexdigest()
    assert (media.content_hash, media.mime_type, media.file_extension) == (digest, "image/png", "png")
    assert [path.name for path in media_root.rglob("*") if path.is_file()] == [f"{digest}.png"]
    [row] = downloading.of(operation)
    assert (row.state, row.md5, row.width, row.size) == ("kept", md5(RED).hexdigest(), 8, len(RED))


def test_items_are_undecided_and_records_untouched_until_all_downloads_ended(
    caller: Caller, foreign: Foreign, settings: Settings
):
    operation = send(caller, image(foreign.serves("/a", RED)), image(foreign.serves("/b", BLUE), "back"))
    engine.drain()
    assert (outcomes(operation), operation.state) == (["undecided"] * 2, "running")
    kind = downloading.Images()
    works = kind.claim(10, owner="me")
    assert [work.url for work in works] == [foreign.url("/a"), foreign.url("/b")]
    kind.store([(works[0], kind.act(works[0]))])
    engine.drain()
    assert (outcomes(operation), ProductMedia.objects.count()) == (["undecided"] * 2, 0)
    kind.store([(works[1], kind.act(works[1]))])
    engine.drain()
    assert (outcomes(operation), operation.state) == (["created"] * 2, "success")
    assert shown() == [("back", BLUE), ("front", RED)]


def hangs(handler: Any) -> None:
    time.sleep(3)


def bomb(frames: int = 1) -> bytes:
    """A small file of many pixels."""
    file = BytesIO()
    images = [Pillow.new("P", (1000, 1000), number) for number in range(frames)]
    images[0].save(file, "GIF", save_all=True, append_images=images[1:])
    return file.getvalue()


def noise() -> bytes:
    file = BytesIO()
    Pillow.effect_noise((64, 64), 90).save(file, "JPEG")
    return file.getvalue()


BAD: dict[str, tuple[Any, str]] = {
    "missing": (Reply(status=404), "missing"),
    "error": (Reply(status=500), "failed"),
    "hangs up": (lambda handler: handler.connection.shutdown(2), "failed"),
    "hangs": (hangs, "timeout"),
    "redirect": (Reply(status=302, headers={"Location": "http://169.254.169.254/"}), "forbidden"),
    "large": (Reply(body=RED + b"x" * 100_000), "too_large"),
    "packed": (Reply(body=RED, headers={"Content-Encoding": "gzip"}), "failed"),
    "html": (Reply(body=b"<html></html>", headers={"Content-Type": "image/png"}), "type"),
    "svg": (Reply(body=b'<svg xmlns="http://www.w3.org/2000/svg"/>'), "type"),
    "bmp": (Reply(body=picture(kind="BMP")), "type"),
    "empty": (Reply(body=b""), "type"),
    "cut short": (Reply(body=noise()[:-500]), "cut_short"),
    "pixels": (Reply(body=bomb()), "pixels"),
    "frames": (Reply(body=bomb(50)), "pixels"),
}


def test_bad_images_stop_no_others(
    caller: Caller, foreign: Foreign, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    settings.IMAGE_SECONDS, settings.MAX_IMAGE_BYTES = 0.5, 100_000
    monkeypatch.setattr(Pillow, "MAX_IMAGE_PIXELS", 900_000)
    items = [image(foreign.on(f"/bad{number}", act)) for number, (act, _) in enumerate(BAD.values())]
    first, last = image(foreign.serves("/first", RED), "first"), image(foreign.serves("/last", BLUE), "last")
    operation = send(caller, first, *items, last, item("NEW"))
    working.drain()
    assert outcomes(operation) == ["created", *["refused"] * len(BAD), "created", "created"]
    assert causes(operation) == [cause for _, cause in BAD.values()]
    assert shown() == [("first", RED), ("last", BLUE)]
    assert operation.state == "success"
    assert Product.objects.filter(sku="NEW").exists()


def test_frames_count_as_pixels(monkeypatch: pytest.MonkeyPatch, foreign: Foreign, caller: Caller):
    monkeypatch.setattr(Pillow, "MAX_IMAGE_PIXELS", 3_000_000)
    operation = send(caller, image(foreign.serves("/two", bomb(2))), image(foreign.serves("/fifty", bomb(50))))
    working.drain()
    assert (outcomes(operation), causes(operation)) == (["created", "refused"], ["pixels"])


def test_one_content_is_kept_once_under_many_names(caller: Caller, foreign: Foreign, media_root: Path):
    urls = [foreign.serves(path, RED) for path in ("/a/1.jpg", "/b/1.jpg")]
    operation = send(caller, *(image(url, f"label {number}") for number, url in enumerate(urls)))
    working.drain()
    assert outcomes(operation) == ["created"] * 2
    assert (Media.objects.count(), ProductMedia.objects.count()) == (1, 2)
    assert len([path for path in media_root.rglob("*") if path.is_file()]) == 1


def test_policy_all_writes_nothing_when_one_image_is_bad(caller: Caller, foreign: Foreign):
    operation = send(caller, image(foreign.serves("/a", RED)), image(foreign.url("/none")), policy=Policy.ALL)
    working.drain()
    assert outcomes(operation) == ["untouched", "refused"]
    assert (operation.state, ProductMedia.objects.count()) == ("failed", 0)


def test_only_the_failed_images_are_retried(caller: Caller, foreign: Foreign, admin: User):
    operation = send(caller, image(foreign.serves("/a", RED), "a"), image(foreign.url("/b"), "b"))
    working.drain()
    foreign.serves("/b", BLUE)
    child = control.retry(operation, which=retrying.Which.REFUSED, by=admin)
    working.drain()
    assert (outcomes(operation), outcomes(child)) == (["created", "refused"], ["created"])
    assert shown() == [("a", RED), ("b", BLUE)]
    assert sorted(asked.path for asked in foreign.asked) == ["/a", "/b", "/b"]


def test_a_cancelled_operation_downloads_nothing_more(caller: Caller, foreign: Foreign, admin: User):
    operation = send(caller, image(foreign.serves("/a", RED)), image(foreign.serves("/b", BLUE)))
    engine.drain()
    kind = downloading.Images()
    [work, _] = kind.claim(10, owner="me")
    control.cancel(Operation.objects.filter(pk=operation.pk), by=admin)
    assert (outcomes(operation), operation.state) == (["untouched"] * 2, "cancelled")
    kind.store([(work, kind.act(work))])
    Download.objects.update(lease_until=None)
    sweeping.sweep()
    working.drain()
    assert (len(foreign.asked), ProductMedia.objects.count(), operation.state) == (1, 0, "cancelled")


def test_a_paused_organization_downloads_nothing(caller: Caller, foreign: Foreign, admin: User):
    operation = send(caller, image(foreign.serves("/a", RED)))
    engine.drain()
    control.pause(by=admin, organization=admin.organization)
    working.drain()
    assert (foreign.asked, downloading.Images().is_due()) == ([], False)
    control.resume(organization=admin.organization)
    working.drain()
    assert outcomes(operation) == ["created"]


def test_only_the_holder_of_the_lease_stores_an_image(caller: Caller, foreign: Foreign):
    operation = send(caller, image(foreign.serves("/a", RED)))
    engine.drain()
    kind = downloading.Images()
    [slow] = kind.claim(10, owner="slow")
    late = kind.act(slow)
    Download.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    [quick] = kind.claim(10, owner="quick")
    kind.store([(slow, late)])
    assert [row.state for row in downloading.of(operation)] == ["waiting"]
    kind.store([(quick, kind.act(quick))])
    engine.drain()
    assert outcomes(operation) == ["created"]


def test_an_image_that_kills_its_workers_is_given_up(caller: Caller, foreign: Foreign):
    operation = send(caller, image(foreign.serves("/a", RED), "a"), image(foreign.serves("/b", BLUE), "b"))
    engine.drain()
    deadly, kind = foreign.url("/a"), downloading.Images()
    for _ in range(3):
        works = kind.claim(10, owner="dying")
        kind.store([(work, kind.act(work)) for work in works if work.url != deadly])
        working.release_all_of("dying")
    assert kind.claim(10, owner="next") == []
    sweeping.sweep()
    engine.drain()
    assert (outcomes(operation), causes(operation)) == (["refused", "created"], ["crashed"])


def test_downloads_run_in_parallel_and_chunks_go_on_meanwhile(caller: Caller, foreign: Foreign, settings: Settings):
    """Eight images at once, each of which waits for a product that only a chunk can write."""
    started, written = threading.Barrier(8), threading.Event()

    def waits(handler: Any) -> None:
        started.wait(10)
        Reply(body=RED if written.wait(10) else b"")(handler)

    operation = send(caller, *(image(foreign.on(f"/{number}", waits)) for number in range(8)))
    engine.drain()
    product = send_products(caller, item("NEW"))
    applied = engine.apply

    def apply(claimed: Any) -> set[int]:
        done = applied(claimed)
        written.set()
        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "apply", apply)
        Chunk.objects.filter(operation=product).update(available_at=timezone.now() + timedelta(seconds=0.5))
        working.drain()
    assert (outcomes(operation), outcomes(product)) == (["created"] * 8, ["created"])


def test_an_operation_with_many_images_lets_others_in(caller: Caller, foreign: Foreign):
    url = foreign.serves("/a", RED)
    send(caller, *(image(url) for _ in range(30)))
    small = send(caller, image(url))
    engine.drain()
    works = downloading.Images().claim(8, owner="me")
    assert small.pk in {work.operation for work in works}


def test_the_number_of_statements_does_not_grow_with_the_images(caller: Caller, foreign: Foreign):
    kind, counts = downloading.Images(), []
    for number in (1, 20):
        url = foreign.serves(f"/{number}", picture(number))
        operations = [send(caller, *(image(f"{url}?{n}.{m}") for n in range(number))) for m in range(number)]
        with CaptureQueriesContext(connection) as parking:
            engine.apply(claims.claim("me"))
        with CaptureQueriesContext(connection) as claiming:
            works = kind.claim(1000, owner="me")
        ended = kind.act(works[0])
        assert ended.image is not None
        images = [replace(ended.image, content_hash=f"{work.id:064}") for work in works]
        with CaptureQueriesContext(connection) as storing_:
            kind.store([(work, replace(ended, image=each)) for work, each in zip(works, images, strict=True)])
        with CaptureQueriesContext(connection) as applying:
            engine.apply(claims.claim("me"))
        assert len(works) == number * number
        assert outcomes(operations[-1]) == ["created"] * number
        counts.append([len(queries) for queries in (parking, claiming, storing_, applying)])
    assert counts[0] == counts[1]
