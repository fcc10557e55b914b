"""Progress never falls, and ends at the total."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from asyncops import claims, engine
from asyncops.models import Operation
from asyncops.progress import Progress
from tests.asyncops.plain import item, send

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def operation(**values) -> Operation:
    return Operation(total=100, **values)


def test_what_has_not_begun_has_neither_rate_nor_estimate():
    nothing = Progress(processed=0, total=100, rate=None, remaining_seconds=None)
    assert operation().progress(now=NOON) == nothing
    assert operation(started_at=NOON).progress(now=NOON + timedelta(seconds=5)) == nothing


def test_the_rate_is_that_since_the_start_and_the_rest_goes_on_like_it():
    running = operation(started_at=NOON, created=10, updated=6, unchanged=2, deleted=1, refused=1)
    progress = running.progress(now=NOON + timedelta(seconds=4))
    assert progress == Progress(processed=20, total=100, rate=5.0, remaining_seconds=16.0)


def test_what_has_ended_keeps_its_rate_and_has_nothing_left():
    ended = operation(started_at=NOON, finished_at=NOON + timedelta(seconds=2), created=30, untouched=70)
    progress = ended.progress(now=NOON + timedelta(days=1))
    assert progress == Progress(processed=30, total=100, rate=15.0, remaining_seconds=0.0)


@pytest.mark.django_db
def test_progress_rises_with_every_chunk_to_the_total(caller, settings):
    settings.CHUNK_RECORDS = 2
    sent = send(caller, *(item(f"S{n}") for n in range(7)))
    seen = []
    while claimed := claims.claim("me"):
        engine.work(claimed)
        sent.refresh_from_db()
        seen.append(sent.progress(now=NOON).processed)
    assert seen == [2, 4, 6, 7]
