"""The operation as a resource: its pages of errors and results, who may see it, how it ends otherwise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from asyncops import claims, control, engine, finishing, journal, retention, splitting, sweeping
from asyncops.models import Chunk, Operation
from catalog.models import AccessToken, Account, Contact
from syncapi.oro.names import MEDIA_TYPE
from tests.syncapi.conftest import Program, work_off
from tests.syncapi.oro.conftest import HOST, Oro, acc, error, names, nothing_happened

GAVE_UP = "The server could not process this again and again, and gave up."


def grant(user, *codenames):
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return Oro(Program(token=AccessToken.issue(user)))


def test_errors_come_in_pages(oro):
    id = oro.done("accounts", *[acc("")] * 8)
    path = f"asyncoperations/{id}/errors"
    own = f"{HOST}/api/{path}"

    def page(query):
        body = oro.get(f"{path}?{query}").json
        return [error["id"].removeprefix(f"{id}-") for error in body["data"]], body["links"]

    assert page("page[size]=2&page[number]=1") == (
        ["1-1", "1-2"],
        {"self": own, "next": f"{own}?page%5Bnumber%5D=2&page%5Bsize%5D=2"},
    )
    first = f"{own}?page%5Bsize%5D=2"
    assert page("page[size]=2&page[number]=2") == (
        ["1-3", "1-4"],
        {"self": own, "first": first, "prev": first, "next": f"{own}?page%5Bnumber%5D=3&page%5Bsize%5D=2"},
    )
    assert "next" not in page("page[size]=2&page[number]=4")[1]
    assert page("page[size]=2&page[number]=5")[0] == []
    assert len(page("page[size]=-1")[0]) == 8
    assert oro.get(path, HTTP_X_INCLUDE="totalCount").headers["X-Include-Total-Count"] == "8"


def test_a_page_of_errors_beyond_the_largest_leaves_none_out(oro, settings):
    settings.ORO_PAGE_RECORDS = 2
    id = oro.done("accounts", *[acc("")] * 3)
    first = oro.get(f"asyncoperations/{id}/errors?page[size]=-1").json
    second = oro.get(first["links"]["next"].partition("/api/")[2]).json
    assert [error["id"] for error in first["data"] + second["data"]] == [f"{id}-1-{n}" for n in (1, 2, 3)]
    assert "next" not in second["links"]


@pytest.mark.parametrize(
    ("query", "title"),
    [("sort=id", "sort constraint"), ("filter[id]=1", "filter constraint"), ("include=x", "filter constraint")],
)
def test_errors_offer_nothing_but_pages(oro, query, title):
    id = oro.done("accounts", acc(""))
    assert error(oro.get(f"asyncoperations/{id}/errors?{query}"))[:2] == (400, title)


@pytest.mark.parametrize(
    ("query", "title", "parameter"),
    [
        ("sort=id", "sort constraint", "sort"),
        ("page[size]=1", "filter constraint", "page[size]"),
        ("include=owner", "filter constraint", "include"),
    ],
)
def test_an_operation_offers_nothing(oro, query, title, parameter):
    id = oro.accept("accounts", acc("A"))
    status, shown, _, place = error(oro.get(f"asyncoperations/{id}?{query}"))
    assert (status, shown, place) == (400, title, parameter)


def test_results_tell_the_new_ids(oro):
    known = oro.create("accounts", {"name": "A"})
    records = acc("New", id="label"), acc(""), acc("A", id=known, meta={"update": True}), acc("", lid="local")
    id = oro.done("accounts", *records)
    shown = [one["attributes"] for one in oro.get(f"asyncoperations/{id}/results").json["data"]]
    new = str(Account.objects.get(name="New").number)
    assert [(one["index"], one["dataId"], one["entityId"], one["outcome"]) for one in shown] == [
        (0, "label", new, "created"),
        (1, None, None, "failed"),
        (2, known, known, "unchanged"),
        (3, "local", None, "failed"),
    ]


def test_nobody_sees_another_organizations_operation(oro, other_oro):
    id = oro.accept("accounts", acc("A"))
    assert error(other_oro.get(f"asyncoperations/{id}"))[:3] == (
        403,
        "access denied exception",
        "No access to the entity.",
    )
    assert error(other_oro.get(f"asyncoperations/{id}/errors"))[2] == "No access to the asynchronous operation."
    assert other_oro.get("asyncoperations/99999999").status == 404


@pytest.mark.parametrize("rights", [(), ("add_operation",), ("view_operation",)])
def test_accepting_takes_two_rights(limited, rights):
    answer = grant(limited, *rights).call("PATCH", "accounts", {"data": [acc("A")]})
    assert error(answer) == (
        403, "access denied exception", "No access to create the asynchronous operation.", None,
    )  # fmt: skip
    nothing_happened()


@pytest.mark.parametrize(
    ("right", "refused", "left"),
    [("change_account", "/data/0", ["B"]), ("add_account", "/data/1", ["A", "New"])],
)
def test_rights_on_the_records_are_asked_when_they_are_written(oro, limited, right, refused, left):
    known = oro.create("accounts", {"name": "A"})
    update = acc("B", id=known, meta={"update": True})
    may = grant(limited, "add_operation", "view_operation", right)
    id = may.done("accounts", acc("New"), update)
    assert may.errors(id) == [("1-1", 403, "access denied exception", "No access to this type of entities.", refused)]
    assert names() == left


def test_reading_and_single_writes_take_rights(limited):
    client = grant(limited, "view_operation")
    assert error(client.get("accounts"))[:2] == (403, "access denied exception")
    assert error(client.post("accounts", {"data": acc("A")}))[:2] == (403, "access denied exception")
    assert names() == []


def test_accounts_belong_to_organizations(oro, other_oro):
    id = oro.create("accounts", {"name": "A"})
    assert other_oro.get("accounts").json["data"] == []
    assert error(other_oro.get(f"accounts/{id}"))[:2] == (403, "access denied exception")
    body = {"data": acc("B", id=id)}
    assert other_oro.call("PATCH", f"accounts/{id}", body).status == 403
    assert other_oro.call("DELETE", f"accounts/{id}").status == 403
    done = other_oro.done("accounts", acc("B", id=id, meta={"update": True}))
    assert other_oro.errors(done) == [("1-1", 403, "access denied exception", "No access to the entity.", "/data/0")]
    assert names() == ["A"]


def test_nobody_relates_his_records_to_anothers(oro, other_oro):
    id = oro.create("contacts", {"firstName": "Ann"})
    record = acc("B", relationships={"defaultContact": {"data": {"type": "contacts", "id": id}}})
    done = other_oro.done("accounts", record)
    assert other_oro.places(done) == [("form constraint", "/data/0/relationships/defaultContact/data")]
    assert (names(), Contact.objects.count()) == ([], 1)


def test_a_cancelled_operation_shows_what_was_done(oro, settings):
    settings.CHUNK_RECORDS = 1
    id = oro.accept("accounts", acc("A"), acc("B"))
    splitting.work("me")
    engine.work(claims.claim("me"))
    control.cancel(Operation.objects.all(), by=None)
    control.cancel(Operation.objects.all(), by=None)
    work_off()
    operation = oro.operation(id)
    assert operation["summary"].keys() == {
        "aggregateTime", "readCount", "writeCount", "errorCount", "createCount", "updateCount",
    }  # fmt: skip
    assert (operation["status"], operation["progress"]) == ("cancelled", 0.5)
    assert oro.counts(id) == [1, 1, 0, 1, 0]
    assert names() == ["A"]


def test_while_it_runs_there_is_no_summary(oro, settings):
    settings.CHUNK_RECORDS = 1
    id = oro.accept("accounts", acc("A"), acc("B"))
    splitting.work("me")
    engine.work(claims.claim("me"))
    answer = oro.get(f"asyncoperations/{id}")
    attributes = answer.json["data"]["attributes"]
    assert (attributes["status"], attributes["progress"], attributes["summary"]) == ("running", 0.5, None)
    assert answer.headers["Retry-After"] == "1"
    assert Chunk.objects.filter(open=True).count() == 1


def test_an_old_operation_is_purged_with_all_that_belongs_to_it(oro):
    id = oro.done("accounts", acc(""))
    later = timezone.now() + timedelta(days=31)
    assert retention.purge(now=later)["operations"] == 1
    assert error(oro.get(f"asyncoperations/{id}"))[0] == 404


def test_an_operation_of_another_dialect_is_readable(oro, program):
    product = {"product": {"sku": "A", "name": "A", "price": 1, "attribute_set_id": 4}}
    assert program.post("/rest/async/V1/products", product).status == 202
    work_off()
    id = str(Operation.objects.latest("pk").pk)
    assert oro.operation(id)["entityType"] == "products"
    assert oro.counts(id) == [1, 1, 0, 1, 0]
    assert oro.get(f"asyncoperations/{id}/results").json["data"][0]["attributes"]["outcome"] == "created"
    assert oro.get(f"asyncoperations/{id}").headers["Content-Type"] == MEDIA_TYPE


def test_a_chunk_that_cannot_be_loaded_fails_the_operation(oro):
    id = oro.accept("accounts", acc("A"))
    splitting.work("me")
    Chunk.objects.update(payload=b"[{")
    work_off()
    operation = oro.operation(id)
    assert (operation["status"], operation["progress"], oro.counts(id)) == ("failed", 1, [1, 0, 1, 0, 0])
    assert oro.errors(id) == [("1-1", 500, "runtime exception", GAVE_UP, "/data/0")]
    assert names() == []


def test_what_was_written_before_a_fault_stays_and_is_counted(oro, monkeypatch):
    id = oro.accept("accounts", acc("A"))
    splitting.work("me")
    with monkeypatch.context() as broken:
        broken.setattr(finishing, "finalise", lambda operations: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            work_off()
    assert (oro.operation(id)["status"], names()) == ("running", ["A"])
    sweeping.sweep()
    assert (oro.operation(id)["status"], oro.counts(id), oro.errors(id)) == ("success", [1, 1, 0, 1, 0], [])
    assert names() == ["A"]


def test_an_operation_whose_errors_cannot_be_stored_fails_all_the_same(oro, monkeypatch):
    monkeypatch.setattr(journal, "record", lambda done: 1 / 0)
    id = oro.done("accounts", acc(""))
    assert (oro.operation(id)["status"], oro.counts(id)) == ("failed", [0, 0, 1, 0, 0])
    errors = oro.get(f"asyncoperations/{id}/errors").json["data"]
    expected = {"status": 500, "title": "runtime exception", "detail": GAVE_UP, "source": None}
    assert [error["attributes"] for error in errors] == [expected]
