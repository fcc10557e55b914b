"""A commit that succeeded although its answer was lost: nobody may believe it failed, and nothing is done twice."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from asyncops import auditing, engine, failing, sweeping
from asyncops.models import Chunk, Item, Operation
from asyncops.states import LIVE, State
from catalog.sql import run
from tests.asyncops.plain import item, send
from tests.asyncops.scenes import expire_leases, make_due, stock

OPERATIONS, SKUS = 60, 12
LEDGER = (
    "CREATE TABLE ambiguous (id bigserial, sku text, stock int)",
    """CREATE FUNCTION note_ambiguous() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN INSERT INTO ambiguous (sku, stock) VALUES (NEW.sku, NEW.stock); RETURN NEW; END $$""",
    """CREATE TRIGGER note_ambiguous AFTER INSERT OR UPDATE OF stock ON catalog_product
       FOR EACH ROW EXECUTE FUNCTION note_ambiguous()""",
)
INVERSIONS = """
    SELECT sku FROM (SELECT sku, stock, lag(stock) OVER (PARTITION BY sku ORDER BY id) AS before FROM ambiguous) l
     WHERE before >= stock"""


@pytest.fixture
def ledger(committed: None) -> Iterator[None]:
    for statement in LEDGER:
        run(statement)
    yield
    run("DROP FUNCTION note_ambiguous CASCADE")
    run("DROP TABLE ambiguous")


def lose_answers(monkeypatch: pytest.MonkeyPatch, *, share: float) -> list[int]:
    """Of this share of the commits. The list counts them."""
    chance, lost = random.Random(11), list[int]()
    commit = vars(BaseDatabaseWrapper)["_commit"]

    def commit_and_lose(self: BaseDatabaseWrapper) -> None:
        commit(self)
        if chance.random() < share:
            lost.append(1)
            raise OperationalError("the server closed the connection unexpectedly")

    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", commit_and_lose)
    return lost


@pytest.mark.parametrize("share", [0.05, 0.5])
def test_nothing_is_lost_or_doubled_when_answers_to_commits_are_lost(ledger, caller, settings, monkeypatch, share):
    settings.CHUNK_RECORDS = 4
    settings.MAX_ATTEMPTS = 1000  # so many lost answers look like a chunk that kills its workers
    for number in range(OPERATIONS):
        send(caller, item(f"S{number % SKUS}", stock=number))
    monkeypatch.setattr(failing, "BACK_OFF", (0.0,) * 1000)
    with monkeypatch.context() as faults:
        lost = lose_answers(faults, share=share)
        while Operation.objects.filter(state__in=LIVE).exists():
            with suppress(OperationalError):
                engine.drain()
            expire_leases()
            make_due()
            with suppress(OperationalError):
                sweeping.sweep()
    assert lost
    assert set(Operation.objects.values_list("state", flat=True)) == {State.SUCCESS}
    assert Item.objects.count() == OPERATIONS
    assert run("SELECT count(*), count(DISTINCT stock) FROM ambiguous") == [(OPERATIONS, OPERATIONS)]
    assert run(INVERSIONS) == []
    assert [stock(f"S{number}") for number in range(SKUS)] == list(range(OPERATIONS - SKUS, OPERATIONS))
    assert not Chunk.objects.filter(open=True).exists()
    assert list(auditing.audit(grace=0)) == []
