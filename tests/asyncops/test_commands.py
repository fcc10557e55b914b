"""What operators type, and what they and their programs read."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from io import StringIO
from typing import Any

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from asyncops import control, engine
from asyncops.management.commands.purge_expired import Bar
from asyncops.models import Operation
from catalog.models import Product
from tests.asyncops.plain import item, send

pytestmark = pytest.mark.django_db


def say(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def ask(*words: str) -> Any:
    return orjson.loads(say("operations", *words, "--json"))


def finished(caller: Any, *items: Any) -> Operation:
    operation = send(caller, *items)
    engine.drain()
    operation.refresh_from_db()
    return operation


def test_the_latest_operations_are_listed(caller):
    first, second = finished(caller, item("A")), send(caller, item("B"), item("C"))
    rows = ask("list")
    assert [row["operation"] for row in rows] == [str(second.uuid), str(first.uuid)]
    assert {name: rows[1][name] for name in ("organization", "dialect", "kind", "state", "done", "refused")} == {
        "organization": "A",
        "dialect": "plain",
        "kind": "save",
        "state": "success",
        "done": "1/1",
        "refused": 0,
    }


def test_the_list_can_be_narrowed(caller):
    finished(caller, item("A"))
    waiting = [send(caller, item("B")), send(caller, item("C"))]
    assert [row["operation"] for row in ask("list", "--state", "new")] == [str(one.uuid) for one in waiting[::-1]]
    assert len(ask("list", "--limit", "1")) == 1
    assert len(ask("list", "--organization", "A")) == 3
    with pytest.raises(CommandError, match="no organization Z"):
        ask("list", "--organization", "Z")


def test_for_people_it_is_a_table_that_begins_with_the_pauses(caller):
    operation = send(caller, item("A"))
    control.pause(by=None)
    pause, head, row = say("operations", "list").splitlines()
    assert pause.startswith("paused since 20")
    assert pause.endswith(": everything")
    assert head.split() == ["operation", "organization", "dialect", "kind", "state", "done", "refused", "accepted_at"]
    assert row.split()[:6] == [str(operation.uuid), "A", "plain", "save", "new", "0/1"]


def test_the_list_asks_once(caller, django_assert_num_queries):
    for sku in "ABC":
        send(caller, item(sku))
    with django_assert_num_queries(1):
        ask("list")


def test_one_operation_is_shown_with_counts_progress_and_chunks(caller, settings):
    settings.CHUNK_RECORDS = 1
    operation = finished(caller, item("A"), item("B", name=5))
    shown = ask("show", str(operation.uuid))
    assert shown == ask("show", str(operation.pk))
    assert (shown["operation"], shown["user"], shown["policy"]) == (str(operation.uuid), "admin", "each")
    assert (shown["counts"]["created"], shown["counts"]["refused"], shown["counts"]["total"]) == (1, 1, 2)
    assert (shown["progress"]["processed"], shown["progress"]["remaining_seconds"]) == (2, 0)
    assert (shown["chunks"], shown["last_errors"], shown["parent"]) == ({"done": 2}, [], None)
    assert shown["finished_at"] is not None


def test_for_people_it_is_a_line_for_each_fact(caller):
    lines = say("operations", "show", str(finished(caller, item("A")).uuid)).splitlines()
    assert "state: success" in lines
    assert "chunks: done 1" in lines
    assert "cancel requested at: " in lines


@pytest.mark.parametrize("name", ["nonsense", "999999", "1" * 40, "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_operation_is_named(name):
    with pytest.raises(CommandError, match=f"There is no operation {name}."):
        say("operations", "show", name)


def test_operations_are_cancelled(caller, admin):
    done, waiting = finished(caller, item("A")), send(caller, item("B"))
    answer = ask("cancel", str(done.uuid), str(waiting.uuid), "--by", "admin")
    assert answer == {"cancelled": 1, "already_finished": 1}
    waiting.refresh_from_db()
    assert (waiting.state, waiting.cancel_requested_by) == ("cancelled", admin)
    engine.drain()
    assert [product.sku for product in Product.objects.all()] == ["A"]


def test_a_cancel_needs_no_name_but_a_name_must_be_one(caller):
    operation = send(caller, item("A"))
    with pytest.raises(CommandError, match="no user nobody"):
        ask("cancel", str(operation.uuid), "--by", "nobody")
    assert ask("cancel", str(operation.uuid)) == {"cancelled": 1, "already_finished": 0}


def test_what_was_not_written_is_retried(caller):
    operation = finished(caller, item("A"), item("B", name=5))
    answer = ask("retry", str(operation.uuid), "--which", "refused")
    child = Operation.objects.get(parent=operation)
    assert answer == {"operation": str(child.uuid), "parent": str(operation.uuid), "total": 1}
    assert child.user == operation.user
    engine.drain()
    assert ask("show", str(child.uuid))["parent"] == str(operation.uuid)


def test_why_it_cannot_be_retried_is_said(caller):
    operation = send(caller, item("A"))
    with pytest.raises(CommandError, match="has not ended yet"):
        ask("retry", str(operation.uuid))
    assert Operation.objects.count() == 1


@pytest.mark.parametrize("whose", [[], ["--organization", "A"]])
def test_a_pause_lets_nothing_begin_until_it_ends(caller, whose):
    paused = whose[-1] if whose else "everything"
    assert ask("pause", *whose, "--by", "admin") == {"paused": paused, "changed": True}
    assert ask("pause", *whose) == {"paused": paused, "changed": False}
    operation = finished(caller, item("A"))
    assert operation.state == "new"
    assert ask("resume", *whose) == {"resumed": paused, "changed": True}
    assert ask("resume", *whose) == {"resumed": paused, "changed": False}
    engine.drain()
    operation.refresh_from_db()
    assert operation.state == "success"


def test_a_verb_is_required():
    with pytest.raises(CommandError):
        say("operations")


def test_what_has_expired_is_purged_and_told(caller):
    finished(caller, item("A"), item("B", name=5))
    in_two_days = (timezone.now() + timedelta(days=2)).isoformat()
    dry = say("purge_expired", "--dry-run", f"--now={in_two_days}").splitlines()
    assert dry[:2] == ["operations: 1 would be deleted", "chunks: 1 would be deleted"]
    assert Operation.objects.count() == 1
    assert say("purge_expired").splitlines()[0] == "operations: 0 deleted"
    assert say("purge_expired", f"--now={in_two_days}").splitlines() == [
        "operations: 1 deleted",
        "chunks: 1 deleted",
        "items: 2 deleted",
        "errors: 1 deleted",
        "faults: 1 deleted",
        "mentions: 1 deleted",
        "downloads: 0 deleted",
        "idempotency keys: 0 deleted",
        "bodies: 0 deleted",
        "webhooks: 0 deleted",
        "files: 0 deleted",
    ]
    assert Operation.objects.count() == 0


def test_a_time_must_be_one_and_is_utc_without_a_zone(caller):
    operation = finished(caller, item("A"))
    with pytest.raises(CommandError, match="'soon' is no ISO 8601 time"):
        say("purge_expired", "--now=soon")
    naive = operation.expires_at.replace(tzinfo=None)
    assert say("purge_expired", "--dry-run", f"--now={naive.isoformat()}").startswith("operations: 1 ")
    earlier = naive - timedelta(seconds=1)
    assert say("purge_expired", "--dry-run", f"--now={earlier.isoformat()}").startswith("operations: 0 ")


def test_the_bar_fills():
    bar = Bar(200, shown=False)
    bar.advance("items", 50)
    assert bar.text() == f"[{'#' * 10}{'.' * 30}]  25 % 50 rows"
    bar.advance("items", 500)
    assert bar.text() == f"[{'#' * 40}] 100 % 200 rows"


def test_the_bar_is_for_terminals_only(capsys):
    Bar(2, shown=True).advance("items", 1)
    assert "50 %" in capsys.readouterr().err
    say("purge_expired")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("command", ["operations", "purge_expired"])
def test_the_help_says_what_it_does(command):
    words = [sys.executable, "manage.py", command, "--help"]
    done = subprocess.run(words, capture_output=True, check=True, text=True)
    assert "operations" in done.stdout
