"""A request does not keep the database busy for ever, whoever waits for it or does not."""

from __future__ import annotations

from pathlib import Path

from django.db import connection, transaction

from catalog.accounts import ensure_user
from catalog.models import AccessToken
from tests.syncapi import serving


def test_a_statement_that_takes_too_long_is_broken_off_and_the_answer_says_when_to_try_again(
    committed: None, tmp_path: Path
):
    token = AccessToken.issue(ensure_user(organization="A", username="a", password="x", rights="superuser"))
    with serving.served(tmp_path / "gunicorn.log", BULKHEAD_WEB_STATEMENT_SECONDS="1") as wire:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE catalog_tax")
            answer = wire.call("GET", "/api/tax", None, {"Authorization": f"Bearer {token}"})
        again = wire.call("GET", "/api/tax", None, {"Authorization": f"Bearer {token}"})
    assert (answer.status, answer.headers["Retry-After"], again.status) == (503, "5", 200)
