"""Whatever is sent: no server error, no half-written request, and every refusal in this dialect's form."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asyncops.models import Operation
from catalog.models import Product
from syncapi.shopware import operations, parsing
from syncapi.shopware.drafts import NotUnderstoodError
from syncapi.shopware.faults import FaultyError
from syncapi.shopware.schema import ALL, RESOURCES
from tests.syncapi.shopware.conftest import Shopware

EXAMPLES = int(os.environ.get("BULKHEAD_FUZZ_EXAMPLES", "150"))
QUIETLY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
IDS = st.sampled_from(
    ["0" * 32, "2fbb5fe2e29a4d70aa5854ce7ce3e20b", "b7d2554b0ce847cd82f3ac9bd1c0dfca", "nonsense", ""]
)
SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False) | st.text(max_size=8) | IDS
)
NAMES = st.sampled_from(sorted({name for resource in RESOURCES.values() for name in resource.properties})) | st.text(
    max_size=5
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=8
)
RECORDS = st.dictionaries(NAMES, VALUES, max_size=6)
ENTITIES = st.sampled_from(sorted(ALL))
OPERATIONS = st.fixed_dictionaries(
    {"entity": ENTITIES, "action": st.sampled_from(["upsert", "delete"]), "payload": st.lists(RECORDS, max_size=3)}
)
FILTERS = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["equals", "equalsAny", "contains", "range", "prefix", "suffix", "multi", "not", "x"]),
        "field": NAMES | st.sampled_from(["categories.id", "tax.taxRate", "price", "categoryIds", "customFields"]),
        "value": VALUES,
    },
    optional={"parameters": VALUES, "queries": VALUES},
)
CRITERIA: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {},
    optional={
        "limit": SCALARS,
        "page": SCALARS,
        "filter": st.lists(FILTERS, max_size=2) | VALUES,
        "sort": st.lists(st.fixed_dictionaries({"field": NAMES}), max_size=2) | VALUES,
        "associations": st.dictionaries(NAMES, st.just({}), max_size=2),
        "aggregations": st.lists(
            st.fixed_dictionaries(
                {"name": st.just("a"), "type": st.sampled_from(["sum", "count", "terms", "max", "x"]), "field": NAMES}
            ),
            max_size=2,
        ),
        "includes": VALUES,
        "ids": VALUES,
        "term": SCALARS,
    },
)


def is_told(answer: Any) -> bool:
    return all({"status", "detail"} <= set(error) for error in answer.json["errors"])


@QUIETLY
@given(body=VALUES | st.dictionaries(st.text(max_size=3), OPERATIONS | VALUES, max_size=3))
def test_the_parsing_of_a_sync_request_raises_only_what_it_says(body):
    try:
        asked = operations.read(body, family="", single=False)
    except FaultyError:
        return
    for item in asked.items:
        try:
            parsing.command(item, {"natural_keys": True, "strict": True})
        except NotUnderstoodError as reason:
            told = reason.errors
        else:
            continue
        assert told


@pytest.mark.django_db
@QUIETLY
@given(body=st.dictionaries(st.text(max_size=3), OPERATIONS, max_size=2), family=st.booleans())
def test_no_sync_request_is_a_server_error(shopware: Shopware, body, family):
    before = Operation.objects.count()
    answer = (shopware.old if family else shopware).sync(body)
    assert answer.status < 500, answer.body
    if "errors" in answer.json:
        assert is_told(answer)
    assert Operation.objects.count() <= before + 1


@pytest.mark.django_db
@QUIETLY
@given(entity=st.sampled_from(sorted(RESOURCES)), criteria=CRITERIA)
def test_no_search_is_a_server_error(shopware: Shopware, entity, criteria):
    answer = shopware.call("POST", f"/search/{entity}", criteria)
    assert answer.status in (200, 400), answer.body
    assert answer.status == 200 or is_told(answer)
    assert not Product.objects.exists()


@pytest.mark.django_db
@QUIETLY
@given(entity=st.sampled_from(sorted(RESOURCES)), record=RECORDS | VALUES)
def test_no_single_record_is_a_server_error(shopware: Shopware, entity, record):
    assert shopware.call("POST", f"/{entity}", record).status < 500
