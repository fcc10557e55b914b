"""The audit finds every kind of damage, and nothing where there is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone

from asyncops import auditing, claims, control, engine, outbox
from asyncops.dialects import Notice
from asyncops.errand_models import Errand, Purpose
from asyncops.models import Chunk, Item, ItemError, Operation, Split, WebhookEndpoint
from asyncops.states import ChunkState, SplitState, State
from catalog.commands import Policy
from tests.asyncops.plain import item, send
from tests.asyncops.scenes import expire_leases

LONG_AGO = timezone.now() - timedelta(hours=1)


def _pretend_split(state: SplitState, **values: object) -> None:
    Split.objects.create(operation=Operation.objects.get(), state=state, **values)
    Operation.objects.update(started_at=LONG_AGO)


def _pretend_listener() -> WebhookEndpoint:
    organization = Operation.objects.get().organization
    return WebhookEndpoint.objects.create(
        organization=organization, dialect="plain", event="job:finished", url="http://x.example/", created_at=LONG_AGO
    )


DAMAGE: dict[str, Callable[[], object]] = {
    "an operation without an open chunk is final": lambda: Operation.objects.update(
        state=State.RUNNING, started_at=LONG_AGO
    ),
    "a final operation has no open chunk, and the time of its end": lambda: Operation.objects.update(finished_at=None),
    "an operation that is to be split has chunks only when its split is done": lambda: _pretend_split(
        SplitState.QUEUED
    ),
    "an operation whose split was given up has failed, and says why": lambda: _pretend_split(SplitState.DEAD),
    "no lease of an errand is long over": lambda: Errand.objects.create(
        operation=Operation.objects.get(), purpose=Purpose.EXPORT, lease_until=LONG_AGO
    ),
    "no lease of a split is long over": lambda: _pretend_split(SplitState.LEASED, lease_until=LONG_AGO),
    "no lease is long over": lambda: Chunk.objects.update(state=ChunkState.LEASED, lease_until=LONG_AGO),
    "the chunks of an operation are its items, each once": lambda: Chunk.objects.update(first=F("first") + 1),
    "the counters of an operation are its rows": lambda: Item.objects.filter(outcome="created").delete(),
    "the counters of a final operation add up to its items": lambda: Operation.objects.update(untouched=7),
    "every item of a done or dead chunk is decided, unless policy `all` wrote nothing": lambda: (
        Operation.objects.update(created=0)
    ),
    "no item has two outcomes, or lies outside of its operation": lambda: Chunk.objects.update(unchanged=[[0, 1]]),
    "an item has errors if, and only if, it is refused": lambda: ItemError.objects.all().delete(),
    "a chunk that waits for images has some to wait for, and no lease of one is long over": lambda: (
        Chunk.objects.update(state=ChunkState.QUEUED, fetching=True)
    ),
    "who listens is told of every end": _pretend_listener,
    "no webhook that is due waits for long": lambda: outbox.delivery(
        _pretend_listener(), Notice(event="job:finished", organization=1, at=LONG_AGO)
    ).save(),
}


def findings() -> list[str]:
    return [finding.invariant for finding in auditing.audit(grace=60)]


@pytest.mark.django_db
@pytest.mark.parametrize("invariant", auditing.INVARIANTS, ids=lambda invariant: invariant.name)
def test_each_kind_of_damage_is_found(caller, invariant):
    send(caller, item("A"), item("B", name=5), item("C"))
    engine.drain()
    assert findings() == []
    DAMAGE[invariant.name]()
    assert invariant.name in findings()


@pytest.mark.django_db
def test_whatever_the_engine_does_by_itself_is_in_order(caller, admin, settings):
    settings.CHUNK_RECORDS = 2
    send(caller, *(item(sku) for sku in "ABCDE"))
    send(caller, item("A"), item("B"), item("F", name=5), policy=Policy.ALL)
    send(caller)
    crashed, cancelled = send(caller, item("G"), item("H")), send(caller, item("I"))
    assert findings() == []
    engine.work(claims.claim("me"))
    control.cancel(Operation.objects.filter(pk=cancelled.pk), by=admin)
    engine.drain()
    Chunk.objects.filter(operation=crashed).update(state=ChunkState.QUEUED, failures=99, suspect=True)
    Operation.objects.filter(pk=crashed.pk).update(state=State.RUNNING, created=0, finished_at=None)
    Item.objects.filter(operation_id=crashed.pk).delete()
    engine.drain()
    assert findings() == []
    expire_leases()
    engine.drain()
    assert findings() == []


@pytest.mark.django_db
def test_the_command_tells_what_it_found_and_fails(caller):
    told = StringIO()
    call_command("audit", stdout=told)
    assert told.getvalue() == f"{len(auditing.INVARIANTS)} invariants hold.\n"
    operation = send(caller, item("A"))
    engine.drain()
    Operation.objects.update(untouched=7)
    told = StringIO()
    with pytest.raises(CommandError, match="1 of"):
        call_command("audit", json=True, stdout=told)
    assert json.loads(told.getvalue())[0]["operations"] == [operation.pk]
    told = StringIO()
    with pytest.raises(CommandError):
        call_command("audit", stdout=told)
    assert told.getvalue().startswith("BROKEN: the counters of a final operation")
