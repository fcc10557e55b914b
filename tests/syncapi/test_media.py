"""Contents of images from the web process: only what the catalog keeps, and as nothing but an image."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from catalog import images, storing
from tests.asyncops.gallery import picture
from tests.syncapi.conftest import CLIENT

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(tmp_path: Path, settings: Settings) -> str:
    """The path of an image."""
    settings.SERVE_MEDIA = True
    backend = "django.core.files.storage.FileSystemStorage"
    options = {"location": str(tmp_path / "media"), "allow_overwrite": True, "base_url": "/media/"}
    settings.STORAGES = {**settings.STORAGES, "media": {"BACKEND": backend, "OPTIONS": options}}
    image = images.inspect(picture())
    storing.keep([image.file])
    (tmp_path / "secret.png").write_bytes(b"secret")
    return image.path


def test_an_image(kept: str):
    answer = CLIENT.get(storing.media().url(kept))
    assert (answer.status_code, b"".join(answer), answer["Content-Type"]) == (200, picture(), "image/png")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    answer.close()


@pytest.mark.parametrize("path", ["../secret.png", "..%2fsecret.png", "", "00/00/" + "0" * 64 + ".png", "x.html"])
def test_anything_else_is_not_found(kept: str, path: str):
    assert CLIENT.get(f"/media/{path}").status_code == 404


def test_nothing_is_changed_there(kept: str):
    assert CLIENT.post(f"/media/{kept}").status_code == 405


def test_where_the_web_server_does_it(kept: str, settings: Settings):
    settings.SERVE_MEDIA = False
    assert CLIENT.get(f"/media/{kept}").status_code == 404
