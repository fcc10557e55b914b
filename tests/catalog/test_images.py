"""Contents of files: an image is what its bytes say, and is kept once, whole, under their hash."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from catalog import images, storing
from catalog.images import NotAnImage, TooManyPixels


def picture(kind: str = "PNG", size: tuple[int, int] = (2, 3), colour: str = "red") -> bytes:
    stream = BytesIO()
    Pillow.new("RGB", size, colour).save(stream, kind)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("kind", "mime_type", "extension"),
    [
        ("PNG", "image/png", "png"),
        ("JPEG", "image/jpeg", "jpg"),
        ("GIF", "image/gif", "gif"),
        ("WEBP", "image/webp", "webp"),
    ],
)
def test_an_image_says_what_it_is(kind: str, mime_type: str, extension: str):
    image = images.inspect(picture(kind))
    assert (image.mime_type, image.extension, image.width, image.height) == (mime_type, extension, 2, 3)
    assert image.file.path.endswith(f"{image.content_hash}.{extension}")


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg/>", picture()[:40], picture("BMP")])
def test_anything_else_is_no_image(content: bytes):
    with pytest.raises(NotAnImage):
        images.inspect(content)


def test_an_image_that_would_unpack_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Pillow, "MAX_IMAGE_PIXELS", 5)
    with pytest.raises(TooManyPixels):
        images.inspect(picture())
    assert images.inspect(picture(size=(1, 5))).height == 5


@given(
    st.binary(max_size=200)
    | st.builds(lambda cut, more: picture()[:cut] + more, st.integers(0, 80), st.binary(max_size=40))
)
def test_no_content_is_too_strange_to_be_judged(content: bytes):
    with suppress(NotAnImage):
        assert images.inspect(content).content == content


def test_a_file_is_kept_once_and_mended_when_it_was_cut_short(settings: LazySettings, tmp_path: Path):
    options = {"location": str(tmp_path), "allow_overwrite": True}
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = settings.STORAGES | {"media": {"BACKEND": backend, "OPTIONS": options}}
    file = images.inspect(picture()).file
    storing.keep([file, file])
    kept = tmp_path / file.path
    kept.write_bytes(b"cut short")
    storing.keep([file])
    assert kept.read_bytes() == file.content
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [kept]
