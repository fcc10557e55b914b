"""Writes to one record are applied in the order in which they were accepted; everything else runs beside them."""

from __future__ import annotations

import threading
import time
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from asyncops import claims, engine, turns
from asyncops.claims import Claim
from asyncops.models import Chunk, Operation
from asyncops.states import State
from catalog.commands import Policy
from catalog.models import Manufacturer, Product
from catalog.sql import run
from tests.asyncops.plain import item, send
from tests.asyncops.scenes import at_once, expire_leases, outcomes, stock


def operations(claimed: list[Claim]) -> list[int]:
    """Those that a claim works on."""
    chunks = Chunk.objects.filter(pk__in=[claim.chunk for claim in claimed])
    return sorted(chunks.values_list("operation", flat=True))


@pytest.mark.django_db
def test_small_operations_on_one_record_share_a_claim_and_keep_their_order(caller):
    sent = [send(caller, item("A", stock=n)) for n in range(5)]
    claimed = claims.claim("me")
    assert [claim.depth for claim in claimed] == [0, 1, 2, 3, 4]
    engine.work(claimed)
    assert stock("A") == 4
    assert [outcomes(operation) for operation in sent] == [["created"], *[["updated"]] * 4]


@pytest.mark.django_db
def test_a_claim_takes_only_so_many_that_wait_for_each_other(caller):
    for n in range(claims.MAX_DEPTH + 3):
        send(caller, item("A", stock=n))
    assert len(claims.claim("me")) == claims.MAX_DEPTH
    assert claims.claim("you") == []


@pytest.mark.django_db
def test_operations_of_one_claim_have_their_own_outcomes_and_policies(caller):
    good = send(caller, item("A"), item("B"))
    half = send(caller, item("C"), item("D", name=5))
    whole = send(caller, item("E"), item("F", name=5), policy=Policy.ALL)
    single = send(caller, item("G", name=5), policy=Policy.ALL)
    last = send(caller, item("A", stock=3))
    engine.work(claims.claim("me"))
    assert outcomes(good) == ["created", "created"]
    assert outcomes(half) == ["created", "refused"]
    assert outcomes(whole) == ["untouched", "refused"]
    assert outcomes(single) == ["refused"]
    assert outcomes(last) == ["updated"]
    assert [o.state for o in (good, half, whole, single, last)] == ["success", "success", "failed", "failed", "success"]
    assert set(Product.objects.values_list("sku", flat=True)) == {"A", "B", "C"}


@pytest.mark.django_db
def test_each_operation_of_a_claim_has_the_rights_of_its_own_user(caller, limited):
    mine = send(caller, item("A"))
    theirs = send(caller, item("B"))
    Operation.objects.filter(pk=theirs.pk).update(user=limited)
    engine.work(claims.claim("me"))
    assert (outcomes(mine), outcomes(theirs)) == (["created"], ["refused"])


@pytest.mark.django_db
def test_what_is_running_is_waited_for_and_unrelated_work_goes_on(caller):
    send(caller, item("A", stock=1))
    running = claims.claim("me")
    later, free = send(caller, item("A", stock=2)), send(caller, item("B"))
    assert operations(claims.claim("you")) == [free.pk]
    assert claims.claim("you") == []
    engine.work(running)
    assert operations(claims.claim("you")) == [later.pk]


@pytest.mark.django_db
def test_a_claim_is_no_larger_than_a_chunk(caller, settings):
    settings.CHUNK_RECORDS = 10
    first, second, third = (send(caller, *(item(f"{o}-{n}") for n in range(4))) for o in range(3))
    assert operations(claims.claim("me")) == [first.pk, second.pk]
    assert operations(claims.claim("you")) == [third.pk]


@pytest.mark.django_db
def test_a_delete_waits_for_an_earlier_write_and_a_write_for_an_earlier_delete(caller):
    send(caller, item("A", stock=1))
    send(caller, item("A"), kind="delete")
    send(caller, item("A", stock=3))
    engine.drain()
    assert stock("A") == 3
    assert list(Operation.objects.order_by("seq").values_list("created", "deleted")) == [(1, 0), (0, 1), (1, 0)]


@pytest.mark.django_db
def test_a_record_that_refers_to_another_waits_for_the_earlier_write_of_that(caller):
    maker = str(uuid4())
    makes = send(caller, {"id": maker, "name": "Joust"}, kind="maker")
    claims.claim("slow")
    product = send(caller, item("A", maker=maker))
    assert claims.claim("quick") == []
    expire_leases()
    engine.drain()
    assert (outcomes(makes), outcomes(product)) == (["created"], ["created"])
    assert Product.objects.get().manufacturer_id == UUID(maker)


@pytest.mark.django_db
def test_a_delete_waits_for_the_earlier_record_that_refers_to_what_it_deletes(caller, settings):
    settings.CHUNK_RECORDS = 1
    maker = Manufacturer.objects.create(name="M")
    send(caller, item("A", maker=str(maker.pk)))
    held = claims.claim("me")
    send(caller, {"id": str(maker.pk)}, kind="delete maker")
    assert claims.claim("other") == []
    engine.work(held)
    assert len(claims.claim("other")) == 1


@pytest.mark.django_db
def test_what_refers_to_a_record_does_not_hold_up_later_writes_of_it(caller):
    maker = Manufacturer.objects.create(name="Joust")
    send(caller, item("A", maker=str(maker.pk)))
    claims.claim("slow")
    renamed = send(caller, {"id": str(maker.pk), "name": "Tilt"}, kind="maker")
    assert operations(claims.claim("quick")) == [renamed.pk]


@pytest.mark.django_db
def test_two_names_of_one_record_are_one_record(caller):
    """Its SKU in capitals, and its id, which the SKU stood for at the accept."""
    send(caller, item("A"))
    engine.drain()
    send(caller, item("a", stock=1))
    claims.claim("slow")
    send(caller, item("A", stock=2))
    assert claims.claim("quick") == []


def test_accepts_that_overlap_in_time_never_run_at_once_on_one_record(committed, caller):
    """Two open transactions: who draws its place first commits first, so no earlier one can appear later."""
    entered, drawn = threading.Event(), []

    def second() -> None:
        entered.wait()
        drawn.append(send(caller, item("A", stock=2)).seq)
        connection.close()

    thread = threading.Thread(target=second)
    thread.start()
    with transaction.atomic():
        first = send(caller, item("A", stock=1))
        entered.set()
        time.sleep(0.2)
        assert drawn == []
        early: list[Claim] = []
        at_once(lambda: early.extend(claims.claim("early")))
        assert early == []
    thread.join()
    assert drawn[0] > first.seq
    claimed = claims.claim("me")
    assert operations(claimed)[0] == first.pk
    engine.work(claimed)
    engine.drain()
    assert stock("A") == 2


def test_workers_side_by_side_never_apply_one_record_out_of_order(committed, caller, settings):
    settings.CHUNK_RECORDS = 3
    for value in range(60):
        send(caller, item(f"S{value % 3}", stock=value), item(f"T{value}"))

    def worker() -> None:
        while engine.drain() or Chunk.objects.filter(open=True).exists():
            time.sleep(0.001)

    at_once(worker, worker, worker)
    assert [stock(f"S{n}") for n in range(3)] == [57, 58, 59]
    assert Operation.objects.filter(state=State.SUCCESS, created__gte=1).count() == 60


@pytest.mark.django_db
def test_a_claim_looks_its_records_up_in_the_index_whatever_the_statistics_say(caller):
    """Comparing the arrays of all chunks with each other would take seconds, and the planner does not know."""
    for number in range(20):
        send(caller, item(f"S{number}"))
    engine.drain()
    run("ANALYZE asyncops_operation, asyncops_chunk")
    send(caller, *(item(f"T{number}") for number in range(20)))
    run("ANALYZE asyncops_operation")
    claims._one_at_a_time()
    parameters = [claims.MAX_WAITS + 1, [turn.organization for turn in turns.waiting(8)], 60.0, 256, 1000]
    plan = "\n".join(line for (line,) in run(f"EXPLAIN {claims._CANDIDATES}", parameters))
    assert "Seq Scan on asyncops_chunk" not in plan
    assert plan.count("Bitmap Index Scan on chunk_open_records") == 2
    assert plan.count("Index Cond: (writes && ") == plan.count("Index Cond: (refers && ") == 1
