"""The table of states, and the picture of it in the documents."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db.models import Case, Value

from asyncops.models import Operation
from asyncops.states import FINAL, LIVE, TRANSITIONS, State, end, move
from tests.asyncops.plain import send

ARCHITECTURE = Path(__file__).resolve().parents[2] / "docs" / "architecture.md"


def test_the_diagram_in_the_documents_is_the_table():
    moves = sorted(f"    {source} --> {target}" for source, targets in TRANSITIONS.items() for target in targets)
    ends = sorted(f"    {state} --> [*]" for state in FINAL)
    assert "\n".join(["stateDiagram-v2", "    [*] --> new", *moves, *ends]) in ARCHITECTURE.read_text()


def test_every_live_state_may_come_to_every_end():
    """`states.end` leaves the choice to the database."""
    assert all(TRANSITIONS[state] >= FINAL for state in LIVE)


@pytest.mark.django_db
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("to", State)
def test_only_the_moves_of_the_table_are_made(caller, state, to):
    operation = send(caller)
    Operation.objects.update(state=state)
    assert move(Operation.objects.all(), to) == (to in TRANSITIONS[state])
    operation.refresh_from_db()
    assert operation.state == (to if to in TRANSITIONS[state] else state)


@pytest.mark.django_db
@pytest.mark.parametrize("state", State)
def test_only_what_is_live_comes_to_an_end(caller, state):
    operation = send(caller)
    Operation.objects.update(state=state)
    assert end(Operation.objects.all(), Case(default=Value(State.CANCELLED))) == (state in LIVE)
    operation.refresh_from_db()
    assert operation.state == (State.CANCELLED if state in LIVE else state)
