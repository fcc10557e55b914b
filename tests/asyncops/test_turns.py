"""Organizations share the workers: a small operation does not wait for somebody else's import."""

from __future__ import annotations

import pytest

from asyncops import claims, control, engine, sweeping
from asyncops.claims import Claim
from asyncops.models import Chunk
from asyncops.states import ChunkState, State
from asyncops.submissions import Caller
from catalog.models import User
from catalog.rights import Rights
from tests.asyncops.plain import item, send
from tests.asyncops.scenes import expire_leases, outcomes


@pytest.fixture
def rival(other: User) -> Caller:
    return Caller(user=other, rights=Rights.of(other))


@pytest.fixture
def one_record_per_claim(settings) -> None:
    settings.CHUNK_RECORDS = 1


def owners(claimed: list[Claim]) -> list[str]:
    chunks = Chunk.objects.filter(pk__in=[claim.chunk for claim in claimed])
    return list(chunks.values_list("operation__organization__name", flat=True))


def served(claims_made: int) -> str:
    """Whose chunks the next claims take, one each."""
    return "".join(name for _ in range(claims_made) for name in owners(claims.claim("me")))


@pytest.mark.django_db
def test_organizations_take_turns(caller, rival, one_record_per_claim):
    send(caller, *(item(f"A{n}") for n in range(6)))
    send(rival, *(item(f"B{n}") for n in range(3)))
    assert served(9) == "ABABABAAA"


@pytest.mark.django_db
def test_who_was_idle_is_next_and_saves_nothing_up(caller, rival, one_record_per_claim):
    send(caller, *(item(f"A{n}") for n in range(20)))
    assert served(5) == "AAAAA"
    send(rival, *(item(f"B{n}") for n in range(5)))
    assert served(8) == "BABABABA"


@pytest.mark.django_db
def test_a_weight_gives_an_organization_more_of_the_workers(caller, rival, one_record_per_claim, settings):
    settings.ORGANIZATION_WEIGHTS = {rival.user.organization.number: 3}
    send(caller, *(item(f"A{n}") for n in range(12)))
    send(rival, *(item(f"B{n}") for n in range(12)))
    assert served(12).count("B") == 9


@pytest.mark.django_db
def test_turns_are_measured_in_records(caller, rival, settings):
    settings.CHUNK_RECORDS = 10
    send(caller, *(item(f"A{n}") for n in range(30)))
    for n in range(30):
        send(rival, item(f"B{n}"))
    assert [owners(claims.claim("me"))[0] for _ in range(6)] == ["A", "B", "A", "B", "A", "B"]


@pytest.mark.django_db
def test_small_operations_of_several_organizations_share_a_claim(caller, rival):
    send(caller, item("A"))
    send(rival, item("B"))
    assert sorted(owners(claims.claim("me"))) == ["A", "B"]


@pytest.mark.django_db
def test_a_shared_record_is_written_in_the_order_of_the_accepts_all_the_same(caller, rival, one_record_per_claim):
    send(caller, *(item(f"A{n}") for n in range(5)))
    send(rival, item("A4", stock=7), item("B"))
    assert served(7) == "ABAAAA"
    assert list(
        Chunk.objects.filter(state=ChunkState.QUEUED).values_list("first", "operation__organization__name")
    ) == [(0, "B")]


@pytest.mark.django_db
def test_a_paused_organization_waits_and_the_others_do_not(caller, rival, admin):
    mine, theirs = send(caller, item("A")), send(rival, item("B"))
    assert control.pause(organization=admin.organization, by=admin) is True
    assert control.pause(organization=admin.organization, by=admin) is False
    engine.drain()
    sweeping.sweep()
    assert (outcomes(mine), outcomes(theirs)) == (["undecided"], ["created"])
    assert [pause.organization for pause in control.pauses()] == [admin.organization]
    assert control.resume(organization=admin.organization) is True
    assert control.resume(organization=admin.organization) is False
    engine.drain()
    assert outcomes(mine) == ["created"]


@pytest.mark.django_db
def test_a_pause_of_everything_stops_everything_and_what_runs_finishes(caller, rival, admin):
    running = send(caller, item("A"))
    claimed = claims.claim("me")
    control.pause(by=admin)
    assert control.pause(by=None) is False
    waiting = send(rival, item("B"))
    engine.work(claimed)
    engine.drain()
    assert (outcomes(running), outcomes(waiting)) == (["created"], ["undecided"])
    control.resume()
    engine.drain()
    assert outcomes(waiting) == ["created"]


@pytest.mark.django_db
def test_a_paused_operation_can_be_cancelled(caller, admin):
    operation = send(caller, item("A"))
    control.pause(by=admin)
    control.cancel(type(operation).objects.all(), by=admin)
    assert (outcomes(operation), operation.state) == (["untouched"], State.CANCELLED)


@pytest.mark.django_db
def test_the_sweeper_does_not_ring_for_paused_work(caller, admin, monkeypatch):
    rung = []
    monkeypatch.setattr("asyncops.doorbell.ring", lambda: rung.append(1))
    send(caller, item("A"))
    control.pause(organization=admin.organization, by=admin)
    sweeping.sweep()
    assert rung == []
    control.resume(organization=admin.organization)
    claims.claim("dies")
    expire_leases()
    sweeping.sweep()
    assert rung == [1, 1]
