"""The list of operations: what it shows, to whom, and what it costs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from asyncops.models import Operation
from asyncops.states import State
from catalog.admin.reading import CappedPaginator
from tests.asyncops.admin.scenes import LIST, at_the_admin, decide, operation


def listed(client, query=""):
    return [row.pk for row in client.get(LIST + query).context["cl"].result_list]


def queries(client, query=""):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(LIST + query).status_code == 200
    return captured.captured_queries


def test_an_operation_is_shown_with_its_state_counts_and_owner(browser_of_marta, marta):
    accepted = timezone.now() - timedelta(minutes=3, seconds=5)
    made = operation(marta, state=State.RUNNING, now=accepted, total=4, created=2, refused=1)
    shown = browser_of_marta.get(LIST).content.decode()
    assert 'op-badge--running">running<' in shown
    assert "3 of 4" in shown
    assert "width:50.0%" in shown
    assert "width:25.0%" in shown
    assert "Harbour Goods" in shown
    assert f'title="{accepted:%Y-%m-%d %H:%M:%S} UTC">3\xa0minutes ago</time>' in shown
    assert f"/admin/asyncops/operation/{made.pk}/change/?outcome=refused" in shown


def test_a_live_operation_that_is_to_stop_says_so(browser_of_marta, marta):
    operation(marta, state=State.RUNNING, cancel_requested_at=timezone.now(), cancel_requested_by=marta)
    assert 'op-badge--cancelling">cancelling<' in browser_of_marta.get(LIST).content.decode()


def test_the_newest_is_first(browser_of_marta, marta):
    old, new = operation(marta), operation(marta)
    assert listed(browser_of_marta) == [new.pk, old.pk]


def test_filters(browser_of_marta, marta):
    operation(marta, state=State.SUCCESS, dialect="magento")
    wanted = operation(marta, state=State.FAILED, dialect="oro")
    assert listed(browser_of_marta, "?state=failed") == [wanted.pk]
    assert listed(browser_of_marta, "?dialect=oro") == [wanted.pk]


def test_narrowed_down_by_entity_owner_and_day(browser_of_marta, marta, onlooker):
    day = timezone.now().replace(year=2025, month=3, day=9, hour=0, minute=0)
    old = operation(marta, now=day, entity="tax")
    theirs = operation(onlooker)
    assert listed(browser_of_marta, "?entity=tax") == [old.pk]
    assert listed(browser_of_marta, "?owner=onlooker") == [theirs.pk]
    assert listed(browser_of_marta, "?from=2025-03-09&until=2025-03-09") == [old.pk]
    assert listed(browser_of_marta, "?until=2025-03-08") == []
    assert listed(browser_of_marta, "?from=2025-03-10") == [theirs.pk]
    assert listed(browser_of_marta, "?state=unfinished") == [theirs.pk, old.pk]


def test_superusers_narrow_down_by_organization(marta, neighbour, root, browser_of_marta):
    theirs = operation(neighbour)
    operation(marta)
    assert listed(at_the_admin(root), "?organization=Pier+Nine") == [theirs.pk]
    assert "Pier Nine" not in browser_of_marta.get(LIST).content.decode()
    assert theirs.pk not in listed(browser_of_marta, "?organization=Pier+Nine")


@pytest.mark.parametrize(
    "query", ["state=x", "owner=nobody", "from=yesterday", "until=9999-12-31", "entity=x", "dialect=x"]
)
def test_what_a_field_cannot_mean_finds_nothing_and_is_told(browser_of_marta, marta, query):
    operation(marta)
    answer = browser_of_marta.get(f"{LIST}?{query}")
    assert list(answer.context["cl"].result_list) == []
    assert f"“{query.partition('=')[2]}” names no" in answer.content.decode()


def test_rows_that_are_live_are_asked_for_until_none_is(browser_of_marta, marta, neighbour):
    live = operation(marta, state=State.RUNNING, created=1)
    done, theirs = operation(marta, state=State.SUCCESS), operation(neighbour, state=State.RUNNING)
    assert f'hx-get="{LIST}live/?operations={live.pk}"' in browser_of_marta.get(LIST).content.decode()
    address = f"{LIST}live/?operations={live.pk},{done.pk},{theirs.pk}"
    shown = browser_of_marta.get(address).content.decode()
    assert f'<span id="op-{live.pk}-progress" hx-swap-oob="true">' in shown
    assert f'hx-get="{LIST}live/?operations={live.pk}"' in shown
    assert f"op-{theirs.pk}-" not in shown
    Operation.objects.filter(pk=live.pk).update(state=State.SUCCESS)
    assert "hx-get" not in browser_of_marta.get(address).content.decode()


def test_the_live_rows_cost_one_query_however_many(browser_of_marta, marta):
    numbers = ",".join(str(operation(marta).pk) for _ in range(20))
    assert len(queries(browser_of_marta, f"live/?operations={numbers}")) == 5


@pytest.mark.parametrize("numbers", ["", "x", "1;DROP", "9" * 30])
def test_live_rows_of_nothing(browser_of_marta, numbers):
    assert browser_of_marta.get(f"{LIST}live/?operations={numbers}").status_code == 200


def test_a_search_is_within_the_readers_organization(browser_of_marta, marta, neighbour):
    made, theirs = operation(marta), operation(neighbour)
    assert listed(browser_of_marta, f"?q={made.pk}") == [made.pk]
    assert listed(browser_of_marta, f"?q={made.uuid}&state=new") == [made.pk]
    assert listed(browser_of_marta, f"?q={theirs.pk}") == []
    assert listed(browser_of_marta, "?q=x") == []


def test_a_search_for_a_record_finds_what_wrote_it(browser_of_marta, marta):
    first, second, third = operation(marta), operation(marta), operation(marta)
    record = first.uuid.__class__(int=7)
    decide(first, 0, "created", record)
    decide(third, 1, "updated", record)
    assert listed(browser_of_marta, f"?q={record}") == [third.pk, first.pk]
    assert second.pk not in listed(browser_of_marta, f"?q={record}")


def test_staff_see_their_own_organizations_operations_and_superusers_see_all(marta, neighbour, root):
    ours, theirs = operation(marta), operation(neighbour)
    assert listed(at_the_admin(marta)) == [ours.pk]
    assert listed(at_the_admin(neighbour)) == [theirs.pk]
    assert listed(at_the_admin(root)) == [theirs.pk, ours.pk]


def test_without_the_permission_there_is_no_list(marta, harbour):
    marta.user_permissions.clear()
    assert at_the_admin(marta).get(LIST).status_code == 403


def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(browser_of_marta, marta):
    operation(marta)
    for_one = len(queries(browser_of_marta))
    for _ in range(49):
        operation(marta)
    assert len(listed(browser_of_marta)) == 50
    assert len(queries(browser_of_marta)) == for_one == 7


def test_counting_stops_after_a_thousand_and_the_list_goes_on_below(browser_of_marta, marta, monkeypatch):
    monkeypatch.setattr("catalog.admin.reading.MOST_COUNTED", 3)
    monkeypatch.setattr("asyncops.admin.operations.OperationAdmin.list_per_page", 2)
    made = [operation(marta).pk for _ in range(6)]
    counts = [query["sql"] for query in queries(browser_of_marta) if "COUNT(" in query["sql"]]
    assert len(counts) == 1
    assert "LIMIT 4" in counts[0]
    assert "more than 3 operations" in " ".join(browser_of_marta.get(LIST).content.decode().split())
    assert listed(browser_of_marta, "?p=2") == [made[3]]
    older = browser_of_marta.get(LIST + "?p=2").context["cl"].older()
    assert listed(browser_of_marta, older) == [made[2], made[1]]
    assert browser_of_marta.get(LIST + older).context["cl"].newest() == "?"


def test_the_real_cap_is_a_thousand(marta, db):
    seed = operation(marta)
    copies = [Operation(**{f.attname: getattr(seed, f.attname) for f in Operation._meta.fields}) for _ in range(1001)]
    for position, copy in enumerate(copies):
        copy.pk, copy.uuid, copy.seq = None, seed.uuid.__class__(int=position), seed.seq + 1 + position
    Operation.objects.bulk_create(copies)
    paginator = CappedPaginator(Operation.objects.order_by("-seq"), 100)
    assert (paginator.count, paginator.num_pages, paginator.is_capped) == (1000, 10, True)


@pytest.mark.parametrize("what", ["add/", "1/delete/", "1/change/"])
def test_nothing_is_added_changed_or_deleted(root, what):
    made = operation(root)
    address = LIST + what.replace("1/", f"{made.pk}/")
    assert at_the_admin(root).post(address, {"state": "failed", "post": "yes"}).status_code in {403, 405}
    assert Operation.objects.get().state == State.NEW
