"""A query as long as what it may ask for reaches its view."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from catalog.accounts import ensure_user
from catalog.models import AccessToken
from tests.syncapi import serving


def test_fifty_products_are_named_by_codes_that_must_be_escaped(committed: None, tmp_path: Path):
    token = AccessToken.issue(ensure_user(organization="A", username="a", password="x", rights="superuser"))
    codes = [f"Žlutý čaj s medem balený ručně v dárkové krabičce {number}" for number in range(50)]
    query = quote(",".join(codes), safe="")
    assert 4096 < len(query) < 8000
    with serving.served(tmp_path / "gunicorn.log") as wire:
        headers = {"Authorization": f"Bearer {token}"}
        answer = wire.call("GET", f"/api/products/snapshot?productCodes={query}", None, headers)
    assert answer.status == 202, answer
