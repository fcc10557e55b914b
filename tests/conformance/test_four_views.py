"""One operation, four views: whatever dialect accepted it, all tell the same counts and the same end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pytest

from asyncops import control, engine, jobids
from asyncops.models import Operation
from catalog.models import User
from tests.syncapi.conftest import Program, work_off
from tests.syncapi.oro.conftest import Oro, acc
from tests.syncapi.shoptet.conftest import P2, P, Shoptet, batch, caller, products

__all__ = ["caller", "products"]

OPEN: Final = {"new", "running", "pending"}  # Magento has one word for them
STATES: Final = {  # of an operation, in Oro's and in Shoptet's words
    "success": ("success", "completed"),
    "cancelled": ("cancelled", "killed"),
    "failed": ("failed", "failed"),
}
_NOT_DONE: Final = {"open": 4, "cancelled": 5, "failed": 2}  # Magento's status of an item that was not processed


@dataclass(frozen=True, kw_only=True)
class View:
    """What a view tells: the state in the operation's own words, items written and refused, and whether it is dry."""

    state: str
    total: int
    written: int
    refused: int
    dry_run: bool


def product(sku: str, **values: Any) -> dict[str, Any]:
    return {"product": {"sku": sku, "name": sku, "attribute_set_id": 4, "price": 1, **values}}


def by_magento(program: Program, caller: Any) -> None:
    program.post("/rest/all/async/bulk/V1/products", [product("A"), product("B"), product("C", price=-1)])


def by_oro(program: Program, caller: Any) -> None:
    Oro(program).accept("accounts", acc("A"), acc("B"), acc(""))


def by_shoptet(program: Program, caller: Any) -> None:
    bad = {"guid": P2, "name": 5}
    batch(caller, {"guid": P, "name": "new"}, {"guid": P2, "name": "new"}, bad)


def by_shopware(program: Program, caller: Any) -> None:
    taxes = [{"name": "a", "taxRate": 1}, {"name": "b", "taxRate": 2}, {"name": "c"}]
    body = {"write": {"entity": "tax", "action": "upsert", "payload": taxes}}
    program.post("/api/_action/sync", body, HTTP_PREFER="respond-async", HTTP_BULKHEAD_POLICY="each")


def by_a_synchronous_call(program: Program, caller: Any) -> None:
    headers = {"HTTP_PREFER": "respond-async"}
    program.put("/rest/all/V1/products/A", product("A"), **headers)


SENDERS: Final[dict[str, Callable[[Program, Any], None]]] = {
    "magento": by_magento,
    "oro": by_oro,
    "shoptet": by_shoptet,
    "shopware": by_shopware,
    "promised": by_a_synchronous_call,
}


def own(program: Program, operation: Operation) -> View:
    shown = program.get(f"/operations/{operation.uuid}").json
    counts = shown["counts"]
    written = sum(counts[name] for name in ("created", "updated", "unchanged", "deleted"))
    return View(
        state="open" if shown["state"] in OPEN else shown["state"],
        total=counts["total"],
        written=written,
        refused=counts["refused"],
        dry_run=shown["dry_run"],
    )


def as_magento(program: Program, operation: Operation) -> View:
    answer = program.get(f"/rest/V1/bulk/{operation.uuid}/status")
    assert answer.status == 200, answer
    detailed = program.get(f"/rest/V1/bulk/{operation.uuid}/detailed-status").json["operations_list"]
    statuses = [item["status"] for item in answer.json["operations_list"]]
    assert [item["status"] for item in detailed] == statuses
    counted = [
        program.get(f"/rest/V1/bulk/{operation.uuid}/operation-status/{status}").json for status in (1, 2, 3, 4, 5)
    ]
    assert counted == [statuses.count(status) for status in (1, 2, 3, 4, 5)]
    ended = [state for state, status in _NOT_DONE.items() if statuses and status in statuses]
    return View(
        state=ended[0] if ended else "success",
        total=answer.json["operation_count"],
        written=statuses.count(1),
        refused=statuses.count(3),
        dry_run=answer.json["description"].endswith("(dry run)"),
    )


def as_oro(program: Program, operation: Operation) -> View:
    shown = Oro(program).operation(str(operation.pk))
    summary = shown["summary"] or {"writeCount": 0}
    errors = Oro(program).errors(str(operation.pk))
    return View(
        state=_state(shown["status"]),
        total=operation.total,
        written=summary["writeCount"],
        refused=len({error[0].rpartition("-")[0] + str(error[4]).split("/")[2] for error in errors}),
        dry_run=shown.get("dryRun", False),
    )


def as_shoptet(user: User, operation: Operation) -> View:
    shoptet = Shoptet(user)
    answer = shoptet.get(f"system/jobs/{jobids.of(operation.pk)}")
    assert answer.status == 200, answer
    refused = int(answer.headers["X-Job-Errors"])
    listed = {job["jobId"]: job["status"] for job in shoptet.data("system/jobs")["jobs"]}
    assert listed[jobids.of(operation.pk)] == answer.json["data"]["status"]
    return View(
        state=_state(answer.json["data"]["status"]),
        total=operation.total,
        written=operation.processed - refused,
        refused=refused,
        dry_run=answer.json["data"].get("dryRun", False),
    )


def as_shopware(program: Program, operation: Operation) -> View:
    answer = program.get(f"/api/_action/sync/{operation.uuid}").json
    told = answer["operation"]
    if told["state"] not in OPEN:
        records = [*answer["data"].values()] if answer["data"] else []
        assert sum(map(len, records)) == told["written"] or told["dryRun"] or answer["deleted"]
    assert len({error["source"]["pointer"].rsplit("/", 1)[0] for error in answer["errors"]}) == told["refused"]
    return View(
        state="open" if told["state"] in OPEN else told["state"],
        total=told["total"],
        written=told["written"],
        refused=told["refused"],
        dry_run=told["dryRun"],
    )


def _state(word: str) -> str:
    return "open" if word in OPEN else next(state for state, words in STATES.items() if word in words)


def views(program: Program, user: User, operation: Operation) -> list[View]:
    operation.refresh_from_db()
    return [
        own(program, operation),
        as_magento(program, operation),
        as_oro(program, operation),
        as_shoptet(user, operation),
        as_shopware(program, operation),
    ]


@pytest.fixture(params=SENDERS)
def sent(request: pytest.FixtureRequest, program: Program, caller: Any, products: None) -> Operation:
    SENDERS[request.param](program, caller)
    engine.split_next()  # of a streamed body nobody knows how many items it has before that
    return Operation.objects.get()


def test_before_anything_is_done_all_views_say_so(program, admin, sent):
    expected = View(state="open", total=sent.total, written=0, refused=0, dry_run=False)
    assert views(program, admin, sent) == [expected] * 5


def test_when_it_has_ended_all_views_tell_the_same(program, admin, sent):
    work_off()
    refused = 1 if sent.total == 3 else 0
    expected = View(state="success", total=sent.total, written=sent.total - refused, refused=refused, dry_run=False)
    assert views(program, admin, sent) == [expected] * 5


def test_when_it_was_cancelled_all_views_tell_the_same(program, admin, sent):
    control.cancel(Operation.objects.all(), by=admin)
    expected = View(state="cancelled", total=sent.total, written=0, refused=0, dry_run=False)
    assert views(program, admin, sent) == [expected] * 5


def test_a_revert_is_seen_in_all_views(program, admin, sent):
    work_off()
    sent.refresh_from_db()
    child = control.revert(sent, by=admin)
    work_off()
    told = views(program, admin, child)
    assert told == [told[0]] * 5
    assert (told[0].state, told[0].refused) == ("success", child.refused)


@pytest.mark.parametrize("sender", ["magento", "oro"])
def test_a_dry_run_is_marked_in_all_views(program, admin, caller, products, sender):
    dry = Program(token=program.token, headers={"HTTP_BULKHEAD_DRY_RUN": "1"})
    SENDERS[sender](dry, caller)
    work_off()
    operation = Operation.objects.get()
    expected = View(state="success", total=3, written=2, refused=1, dry_run=True)
    assert views(program, admin, operation) == [expected] * 5
