"""A list whose body is small is cut as it is accepted, and looks to everybody as one that a worker has split."""

from __future__ import annotations

from typing import Any

import pytest

from asyncops.models import Body, Chunk, Operation
from tests.syncapi.conftest import work_off
from tests.syncapi.oro.conftest import Oro, acc, contact, names, one

MALFORMED = b'{"data": [{"type": "accounts", "attributes": {"name": "A"}}, 1 2]}'


def kept() -> tuple[int, int]:
    """Bodies and chunks"""
    return Body.objects.count(), Chunk.objects.count()


def stored(oro: Oro, settings: Any, *records: Any) -> None:
    """Accepted as larger lists are."""
    usual, settings.SMALL_BODY_BYTES = settings.SMALL_BODY_BYTES, 0
    oro.accept("accounts", *records)
    settings.SMALL_BODY_BYTES = usual


def test_its_chunk_is_there_at_once_and_nothing_is_written(oro):
    id = oro.accept("accounts", acc("A"), acc(""), 7)
    operation = oro.operation(id)
    assert (operation["status"], operation["progress"], operation["summary"]) == ("new", None, None)
    assert (kept(), names()) == ((0, 1), [])
    work_off()
    assert (oro.counts(id), names()) == ([3, 1, 2, 1, 0], ["A"])


def test_so_is_that_of_one_that_includes_others(oro):
    record = acc("A", relationships={"defaultContact": one("contacts", "c")})
    oro.accept("accounts", record, included=[contact("c", "Ann")])
    assert kept() == (0, 1)


@pytest.mark.parametrize(
    "body",
    [
        MALFORMED,
        {"data": [acc("A")], "included": [contact("c", "Ann")]},
        {"data": [acc("A")], "included": [{"id": "c"}]},
        {"data": [acc("A"), acc("B"), acc("C")]},
    ],
    ids=["malformed", "included and not needed", "included and wrong", "more than a chunk"],
)
@pytest.mark.parametrize("headers", [{}, {"HTTP_IDEMPOTENCY_KEY": "k"}, {"HTTP_BULKHEAD_DRY_RUN": "1"}], ids=str)
def test_what_a_worker_has_to_tell_of_is_left_to_it(oro, settings, body, headers):
    settings.CHUNK_RECORDS = 2
    answer = oro.call("PATCH", "accounts", body, **headers)
    assert (answer.status, answer.json["data"]["attributes"]["status"]) == (202, "new")
    assert kept() == (1, 0)


def test_a_larger_one_is_stored_as_it_arrives(oro, settings):
    settings.SMALL_BODY_BYTES = 200
    for name, expected in (("A", (0, 1)), ("A" * 200, (1, 1))):
        oro.accept("accounts", acc(name))
        assert kept() == expected


def test_it_does_not_overtake_what_was_sent_before(oro, settings):
    update = {"id": oro.create("accounts", {"name": "A"}), "meta": {"update": True}}
    stored(oro, settings, acc("B", **update))
    oro.accept("accounts", acc("C", **update))
    assert Body.objects.count() == 2
    work_off()
    assert names() == ["C"]
    oro.accept("accounts", acc("D", **update))
    assert Body.objects.count() == 2


def test_nor_waits_for_another_organizations(oro, other_oro, settings):
    stored(other_oro, settings, acc("B"))
    oro.accept("accounts", acc("A"))
    assert kept() == (1, 1)


def test_the_same_key_is_the_same_operation_whichever_way_it_went(oro):
    for body, bodies in (({"data": [acc("A")]}, 0), (MALFORMED, 1)):
        key = {"HTTP_IDEMPOTENCY_KEY": str(len(body))}
        first, second = (oro.call("PATCH", "accounts", body, **key) for _ in range(2))
        assert (first, Body.objects.count()) == (second, bodies)
    assert Operation.objects.count() == 2
