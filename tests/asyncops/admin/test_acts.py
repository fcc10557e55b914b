"""What an ended operation offers: retry, replay, revert, downloads, and how each dialect would show it."""

from __future__ import annotations

import csv
import io

import orjson
import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from asyncops import dialects, engine
from asyncops.models import Fault, Operation
from asyncops.states import State
from asyncops.submissions import Caller
from catalog.models import Product
from catalog.rights import Rights
from tests.asyncops.admin.scenes import at_the_admin, decide, operation, page, said
from tests.asyncops.plain import item, send

ACTS = ["retry-refused", "retry-untouched", "replay", "revert"]


@pytest.fixture
def keeper(marta):
    """May retry and revert as well."""
    rights = Permission.objects.filter(
        codename__in=("retry_operation", "revert_operation", "change_product", "add_product", "delete_product")
    )
    marta.user_permissions.add(*rights)
    return type(marta).objects.get(pk=marta.pk)


@pytest.fixture
def client(keeper):
    return at_the_admin(keeper)


@pytest.fixture
def done(keeper):
    """One created, one refused."""
    sent = send(Caller(user=keeper, rights=Rights.of(keeper)), item("GOOD"), item("BAD", stock="x", password="s3cret"))
    engine.drain()
    return sent


def address(name, made, *rest):
    return reverse(f"admin:asyncops_operation_{name}", args=[made.pk, *rest])


def text(answer):
    return b"".join(answer.streaming_content).decode()


def test_refused_items_are_retried_after_a_question(client, done):
    assert address("act", done, "retry-refused") in client.get(page(done)).content.decode()
    assert "Send the refused items again" in client.get(address("act", done, "retry-refused")).content.decode()
    assert Operation.objects.count() == 1
    answer = client.post(address("act", done, "retry-refused"))
    child = Operation.objects.get(parent=done)
    assert (answer.headers["Location"], child.total, child.retried) == (page(child), 1, "refused")
    assert f"#{child.pk}" in client.get(page(done)).content.decode()
    client.post(address("act", done, "retry-refused"))
    assert said(client, page(done))[-1] == "These items are being repeated, or were, by another operation."
    assert Operation.objects.count() == 2


def test_a_replay_sends_everything_as_often_as_one_likes(client, done):
    for _ in range(2):
        client.post(address("act", done, "replay"))
    engine.drain()
    children = Operation.objects.filter(parent=done).order_by("seq")
    assert [(child.total, child.unchanged, child.refused) for child in children] == [(2, 1, 1), (2, 1, 1)]
    assert Product.objects.filter(sku="GOOD").count() == 1


def test_a_revert_brings_the_records_back(client, done):
    client.post(address("act", done, "revert"))
    engine.drain()
    assert Operation.objects.get(parent=done).deleted == 1
    assert not Product.objects.filter(sku="GOOD").exists()


def test_what_is_live_offers_none(client, keeper):
    made = operation(keeper, refused=1, created=1)
    shown = client.get(page(made)).content.decode()
    assert [name for name in ACTS if address("act", made, name) in shown] == []
    client.post(address("act", made, "replay"))
    assert said(client, page(made)) == ["The operation has not ended yet."]
    assert Operation.objects.count() == 1


@pytest.mark.parametrize("name", ACTS)
def test_each_wants_its_permission_this_sites_form_and_this_organization(name, done, onlooker, neighbour, keeper):
    there = address("act", done, name)
    assert there not in at_the_admin(onlooker).get(page(done)).content.decode()
    assert at_the_admin(onlooker).post(there).status_code == 403
    assert at_the_admin(keeper, enforce_csrf_checks=True).post(there).status_code == 403
    neighbour.user_permissions.add(*keeper.user_permissions.all())
    assert at_the_admin(neighbour).post(there).status_code == 404
    assert Operation.objects.count() == 1


def test_an_act_that_there_is_not(client, done):
    assert client.post(address("act", done, "explode")).status_code == 404


def test_the_errors_are_counted_with_an_example_each(client, done):
    Fault.objects.update(count=10_000)
    shown = client.get(page(done)).content.decode()
    assert "10,000" in shown
    assert reverse("admin:asyncops_operation_item", args=[done.pk, 1]) in shown


def test_result_sets_are_downloaded_without_credentials(client, done):
    [refused] = text(client.get(address("results", done, "refused"))).splitlines()
    assert orjson.loads(refused)["input"] == {"sku": "BAD", "stock": "x", "password": "[hidden]"}
    assert len(text(client.get(address("results", done, "written"))).splitlines()) == 1
    assert text(client.get(address("results", done, "untouched"))) == ""
    assert "s3cret" not in client.get(reverse("admin:asyncops_operation_item", args=[done.pk, 1])).content.decode()


def test_errors_are_downloaded_as_a_table_in_which_nothing_calculates(client, keeper):
    made = operation(keeper, state=State.SUCCESS)
    decide(made, 0, "refused", errors=[("/name", "dialect", {"message": "=1+1"}), ("/a", "blank", {})])
    decide(made, 1, "refused", errors=[("", "too_long", {"limit": 3})])
    rows = list(csv.reader(io.StringIO(text(client.get(address("errors", made))))))
    assert [row[:4] for row in rows[1:]] == [
        ["0", "/name", "dialect", "'=1+1"],
        ["0", "/a", "blank", "may not be blank"],
        ["1", "", "too_long", "is longer than 3 characters"],
    ]


def test_errors_are_read_in_windows(client, keeper, monkeypatch):
    monkeypatch.setattr("asyncops.admin.downloads.WINDOW", 2)
    made = operation(keeper, state=State.SUCCESS, items=[{}] * 5)
    for index in range(5):
        decide(made, index, "refused", errors=[("/a", "blank", {}), ("/b", "blank", {}), ("/c", "blank", {})])
    assert len(text(client.get(address("errors", made))).splitlines()) == 16


@pytest.mark.parametrize("dialect", [dialect.name for dialect in dialects.showing()])
def test_each_dialect_shows_it(client, done, dialect):
    assert address("as", done, dialect) in client.get(page(done)).content.decode()
    answer = client.get(address("as", done, dialect))
    assert answer.status_code == 200
    orjson.loads(answer.context["shown"].answer)


def test_magento_and_shoptet_tell_the_same_end(client, done):
    magento = orjson.loads(client.get(address("as", done, "magento")).context["shown"].answer)
    assert [entry["status"] for entry in magento["operations_list"]] == [1, 3]
    shoptet = orjson.loads(client.get(address("as", done, "shoptet")).context["shown"].answer)
    assert shoptet["data"]["job"]["status"] == "completed"


def test_a_dialect_that_there_is_not(client, done):
    assert client.get(address("as", done, "klingon")).status_code == 404


@pytest.mark.parametrize(("name", "rest"), [("as", ["magento"]), ("errors", []), ("results", ["written"])])
def test_another_organizations_are_not_there(done, neighbour, name, rest):
    assert at_the_admin(neighbour).get(address(name, done, *rest)).status_code == 404


def test_the_page_asks_for_itself_while_the_operation_is_live(client, keeper):
    made = operation(keeper, state=State.RUNNING)
    assert 'hx-select="#op-moves"' in client.get(page(made)).content.decode()
    Operation.objects.filter(pk=made.pk).update(state=State.SUCCESS)
    assert 'hx-select="#op-moves"' not in client.get(page(made)).content.decode()
