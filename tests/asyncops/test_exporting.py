"""Exports: a file that a worker writes while the operation runs, seen by nobody before the operation has ended."""

from __future__ import annotations

import gzip
from datetime import timedelta

import orjson
import pytest
from django.utils import timezone

from asyncops import control, exporting, intake, retention, sweeping, working
from asyncops.dialects import Query
from asyncops.errand_models import Errand, ErrandState, Purpose, ResultFile
from asyncops.models import Operation
from asyncops.states import State
from asyncops.submissions import Caller, Submission
from tests.asyncops import plain
from tests.asyncops.errands import EXPORTS, claim, expire_leases, fail, kept, rows, run, states

NUMBERS = "SELECT json_build_object('n', n, 'text', E'a\"b\\\\c\\n\\x01,') FROM generate_series(1, {}) n"


class Exporting(plain.Plain):
    def export(self, kind: str, context: dict[str, int]) -> Query:
        if kind == "broken":
            return Query(statement="SELECT 1 / 0", parameters=())
        return Query(statement=NUMBERS.format("%s::int"), parameters=(context["lines"],))


@pytest.fixture(autouse=True)
def exporting_dialect(monkeypatch: pytest.MonkeyPatch, plain: None, tmp_path, settings) -> None:
    from asyncops import dialects

    monkeypatch.setitem(dialects._REGISTERED, "plain", Exporting())
    options = {"location": str(tmp_path), "allow_overwrite": True}
    results = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    settings.STORAGES = settings.STORAGES | {"results": results}


def send(by: Caller, *, lines: int = 3, kind: str = "numbers") -> Operation:
    submission = Submission(dialect="plain", kind=kind, entity="product", items=(), context={"lines": lines})
    return intake.accept_errand(submission, Purpose.EXPORT, by=by)


def content(operation: Operation) -> list[object]:
    file = exporting.of(operation)
    assert file is not None
    with exporting.storage().open(file.path) as stored:
        packed = stored.read()
    assert len(packed) == file.size
    lines = gzip.decompress(packed).splitlines(keepends=True)
    assert all(line.endswith(b"\n") for line in lines)
    assert len(lines) == file.lines
    return [orjson.loads(line) for line in lines]


@pytest.mark.django_db
def test_the_lines_come_out_as_they_are(caller):
    operation = send(caller)
    run()
    operation.refresh_from_db()
    assert (operation.state, operation.total, states()) == (State.SUCCESS, 0, [ErrandState.DONE])
    assert content(operation) == [{"n": n, "text": 'a"b\\c\n\x01,'} for n in (1, 2, 3)]


@pytest.mark.django_db
def test_nothing_is_a_file_too(caller):
    operation = send(caller, lines=0)
    run()
    assert content(operation) == []


@pytest.mark.django_db
def test_until_it_has_ended_nobody_sees_the_file(caller):
    operation = send(caller)
    [task] = claim()
    written = EXPORTS.perform(task)
    operation.refresh_from_db()
    assert (operation.state, exporting.of(operation), len(kept())) == (State.RUNNING, None, 1)
    sweeping.sweep()
    assert len(kept()) == 1
    EXPORTS.store([(task, written)])
    assert len(content(operation)) == 3


@pytest.mark.django_db
def test_an_export_whose_worker_died_is_begun_again_and_leaves_no_file(caller):
    operation = send(caller)
    [dead] = claim()
    lost = EXPORTS.perform(dead)
    expire_leases()
    run()
    EXPORTS.store([(dead, lost)])  # it was not dead after all, and comes too late
    assert [written for _, written in rows()] == [False, True]
    assert exporting.sweep(now=timezone.now()) == 1
    assert len(kept()) == 1
    assert len(content(operation)) == 3


@pytest.mark.django_db
def test_a_file_without_its_end_is_swept_even_if_it_was_never_stored(caller):
    send(caller)
    [task] = claim()
    ResultFile.objects.create(
        operation_id=task.operation, path="never.jsonl.gz", attempt=task.attempt, begun_at=timezone.now()
    )
    assert exporting.sweep(now=timezone.now()) == 0
    expire_leases()
    assert (exporting.sweep(now=timezone.now()), rows()) == (1, [])


@pytest.mark.django_db
def test_after_its_time_the_file_is_deleted(caller):
    operation = send(caller)
    run()
    operation.refresh_from_db()
    assert operation.finished_at is not None
    just_before = operation.finished_at + timedelta(hours=24, seconds=-1)
    assert (exporting.sweep(now=just_before), len(kept())) == (0, 1)
    assert exporting.sweep(now=operation.finished_at + timedelta(hours=24)) == 1
    assert (kept(), rows()) == ([], [])
    assert Operation.objects.get().state == State.SUCCESS


@pytest.mark.django_db
def test_an_export_that_fails_again_and_again_fails_its_operation(caller, settings):
    operation = send(caller)
    for _ in range(settings.MAX_ATTEMPTS):
        operation.refresh_from_db()
        assert operation.state in {State.NEW, State.RUNNING}
        fail()
    operation.refresh_from_db()
    assert (operation.state, states()) == (State.FAILED, [ErrandState.DEAD])
    assert [error.code for error in operation.errors.all()] == ["crashed"]


@pytest.mark.django_db
def test_an_export_that_kills_its_workers_is_given_up(caller, settings):
    operation = send(caller)
    for _ in range(settings.MAX_ATTEMPTS + 1):
        assert len(claim()) == 1
        expire_leases()
    sweeping.sweep()
    operation.refresh_from_db()
    assert (operation.state, claim()) == (State.FAILED, [])


@pytest.mark.django_db
def test_cancelled_before_it_began(caller, admin):
    operation = send(caller)
    control.cancel(Operation.objects.all(), by=admin)
    operation.refresh_from_db()
    assert (operation.state, states(), claim()) == (State.CANCELLED, [ErrandState.CANCELLED], [])


@pytest.mark.django_db
def test_cancelled_while_it_is_written_it_has_no_result(caller, admin):
    operation = send(caller)
    [task] = claim()
    control.cancel(Operation.objects.all(), by=admin)
    operation.refresh_from_db()
    assert operation.state == State.RUNNING
    EXPORTS.store([(task, EXPORTS.perform(task))])
    operation.refresh_from_db()
    assert (operation.state, exporting.of(operation)) == (State.CANCELLED, None)
    assert exporting.sweep(now=timezone.now()) == 1


@pytest.mark.django_db
def test_cancelled_when_its_worker_had_died(caller, admin):
    operation = send(caller)
    claim()
    control.cancel(Operation.objects.all(), by=admin)
    expire_leases()
    sweeping.sweep()
    operation.refresh_from_db()
    assert operation.state == State.CANCELLED


@pytest.mark.django_db
def test_paused_it_does_not_begin(caller, admin):
    send(caller)
    control.pause(by=admin)
    assert (claim(), EXPORTS.is_due()) == ([], False)
    control.resume()
    assert EXPORTS.is_due()


@pytest.mark.usefixtures("committed")
def test_a_worker_writes_it_in_a_thread_beside_its_chunks(caller):
    operation, chunks = send(caller, lines=10_000), plain.send(caller, plain.item("A"))
    broken = send(caller, kind="broken")
    working.drain()
    for each in (operation, chunks, broken):
        each.refresh_from_db()
    assert (operation.state, chunks.state) == (State.SUCCESS, State.SUCCESS)
    assert len(content(operation)) == 10_000
    assert (broken.state, Errand.objects.get(operation=broken).last_error) == (State.RUNNING, "DataError")


@pytest.mark.django_db
def test_a_purge_takes_its_rows_along(caller):
    operation = send(caller)
    run()
    operation.refresh_from_db()
    later = operation.expires_at + timedelta(seconds=1)
    retention.purge(now=later)
    assert (Operation.objects.count(), Errand.objects.count(), rows(), kept()) == (0, 0, [], [])
