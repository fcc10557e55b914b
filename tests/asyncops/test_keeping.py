"""Contents of files go when no record shows them and nobody can ask for them any more, and never before."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from asyncops import keeping, retention
from asyncops.models import Download, KeptFile, Operation
from catalog import storing
from catalog.commands import File
from catalog.models import Media
from catalog.sql import run
from tests.asyncops.plain import item, send

NOW = timezone.now()
DAY = timedelta(days=1)
FILE = File(path="ab/cd/abcd.png", content=b"content")
OTHER = File(path="ef/01/ef01.png", content=b"other")


@pytest.fixture(autouse=True)
def _settled(settings: Any, tmp_path: Any) -> None:
    settings.UNUSED_FILE_DAYS = 7
    media = {**settings.STORAGES["media"], "OPTIONS": {"location": str(tmp_path), "allow_overwrite": True}}
    settings.STORAGES = {**settings.STORAGES, "media": media}


def kept() -> list[str]:
    """Paths of files that are there; each has its row."""
    paths = [path for path in (FILE.path, OTHER.path) if storing.media().exists(path)]
    assert paths == sorted(KeptFile.objects.values_list("path", flat=True))
    return paths


def sweep(days: float) -> int:
    return sum(keeping.sweep(now=NOW + days * DAY))


@pytest.mark.django_db
def test_a_file_whose_record_never_came_is_marked_and_goes_after_the_grace():
    keeping.keep([FILE], now=NOW)
    assert [sweep(days) for days in (0.5, 2, 8)] == [0, 0, 0]
    assert kept() == [FILE.path]
    assert keeping.unused(now=NOW + 9 * DAY) == 1
    assert (sweep(9), kept()) == (1, [])
    assert keeping.unused(now=NOW + 9 * DAY) == 0


@pytest.mark.django_db
def test_what_a_record_shows_stays_and_goes_after_it():
    keeping.keep([FILE, OTHER], now=NOW)
    record = Media.objects.create(path=FILE.path)
    assert [sweep(days) for days in (2, 10)] == [0, 1]
    assert kept() == [FILE.path]
    record.delete()
    assert [sweep(days) for days in (20, 26, 28)] == [0, 0, 1]


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["new", "success"])
def test_while_an_operation_is_left_that_may_ask_for_it_a_file_stays(caller: Any, state: str):
    """Its chunk may be still to come, or it may be retried or reverted."""
    keeping.keep([FILE], now=NOW)
    operation = send(caller, item("A"))
    Operation.objects.update(accepted_at=NOW, state=state)
    assert [sweep(days) for days in (2, 100)] == [0, 0]
    assert kept() == [FILE.path]
    Operation.objects.filter(pk=operation.pk).delete()
    assert sweep(101) == 1


@pytest.mark.django_db
def test_operations_that_were_accepted_after_the_mark_hold_nothing_up(caller: Any):
    keeping.keep([FILE], now=NOW)
    sweep(2)
    send(caller, item("A"))
    Operation.objects.update(accepted_at=NOW + 3 * DAY)
    assert sweep(10) == 1


@pytest.mark.django_db
def test_what_is_sent_again_is_no_longer_unused():
    keeping.keep([FILE], now=NOW)
    sweep(2)
    keeping.keep([FILE], now=NOW + 8 * DAY)
    assert sweep(9) == 0
    assert kept() == [FILE.path]


@pytest.mark.django_db
def test_what_a_record_shows_again_is_no_longer_unused():
    keeping.keep([FILE], now=NOW)
    sweep(2)
    record = Media.objects.create(path=FILE.path)
    sweep(8)
    record.delete()
    assert [sweep(days) for days in (9.5, 15, 17)] == [0, 0, 1]


@pytest.mark.django_db
def test_a_sweep_takes_few_files_at_a_time_and_all():
    keeping.keep([File(path=f"aa/aa/{n:03}.png", content=b"x") for n in range(250)], now=NOW)
    sweep(2)
    assert list(keeping.sweep(now=NOW + 10 * DAY)) == [100, 100, 50]
    assert not KeptFile.objects.exists()


@pytest.mark.django_db
def test_a_purge_sweeps_files_too():
    keeping.keep([FILE], now=NOW)
    assert retention.purge(now=NOW + 2 * DAY)["files"] == 0
    assert retention.expired(now=NOW + 10 * DAY)["files"] == 1
    assert retention.purge(now=NOW + 10 * DAY)["files"] == 1


@pytest.mark.django_db
def test_what_was_kept_lately_is_not_noted_again(django_assert_num_queries: Any):
    keeping.keep([FILE], now=NOW)
    keeping.keep([FILE, FILE], now=NOW + timedelta(minutes=30))
    assert KeptFile.objects.get().kept_at == NOW
    with django_assert_num_queries(0):
        keeping.keep([], now=NOW)


@pytest.mark.django_db
def test_while_images_are_downloaded_nothing_is_deleted():
    """What is downloaded may be a file that is there already, and is noted when its download has ended."""
    keeping.keep([FILE], now=NOW)
    sweep(2)
    download = Download.objects.create(operation_id=1, index=0, url="http://x", max_bytes=1, lease_until=NOW)
    assert sweep(10) == 0
    download.delete()
    assert sweep(10) == 1


def test_who_keeps_what_is_just_being_deleted_finds_it_gone_and_stores_it(committed: None):
    keeping.keep([FILE], now=NOW)
    sweep(2)
    with transaction.atomic():
        run(f"SELECT 1 FROM asyncops_keptfile WHERE path = '{FILE.path}' FOR UPDATE")  # as a sweep does
        thread = threading.Thread(target=keep_again)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
        storing.media().delete(FILE.path)
        run("DELETE FROM asyncops_keptfile")
    thread.join(5)
    assert kept() == [FILE.path]


def keep_again() -> None:
    keeping.keep([FILE], now=NOW + 10 * DAY)
    connection.close()
