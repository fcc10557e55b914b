"""Several workers see an operation end at the same time."""

from __future__ import annotations

import pytest

from asyncops import engine, finishing
from asyncops.submissions import Caller
from tests.asyncops.plain import item, send
from tests.asyncops.scenes import at_once
from tests.asyncops.webhooks import ALL, listens


def test_two_who_see_the_end_at_once_tell_once(committed: None, caller: Caller, monkeypatch: pytest.MonkeyPatch):
    listens(caller.user.organization, "http://receiver.example/hook")
    operation = send(caller, item("A"))
    with monkeypatch.context() as died_before_the_third_transaction:
        died_before_the_third_transaction.setattr(finishing, "finalise", lambda operations: None)
        engine.drain()
    assert ALL().count() == 0
    at_once(*[lambda: finishing.finalise({operation.pk})] * 4)
    assert [row.instance for row in ALL()] == [str(operation.pk)]
