"""Any record at the parsing, any request at the running view: never a 5xx, and every refusal in form."""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.outcomes import FieldError
from syncapi.oro import parsing
from syncapi.oro.faults import NotUnderstoodError
from syncapi.oro.names import RESOURCES
from syncapi.oro.wording import word
from tests.syncapi.conftest import work_off
from tests.syncapi.oro.conftest import Oro

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "40"))
IDS = st.sampled_from(["1", "2", "c1", "", "99999999999999999999", "-1", "\0"]) | st.integers(-5, 5) | st.none()
SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
)
TEXTS = st.text(max_size=8).filter(lambda text: text.isprintable() or "\0" in text)
JSON = st.recursive(
    SCALARS | TEXTS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2), max_leaves=5
)
NAMES = st.sampled_from(sorted({name for r in RESOURCES.values() for name in (*r.attributes, *r.relations)})) | TEXTS
KINDS = st.sampled_from(sorted(RESOURCES))
IDENTIFIER = st.fixed_dictionaries({"type": KINDS | JSON, "id": IDS}) | JSON
META = st.fixed_dictionaries({}, optional={n: JSON | st.just(True) for n in ("update", "upsert", "validate")}) | JSON
RECORD = (
    st.fixed_dictionaries(
        {"type": KINDS},
        optional={
            "id": IDS,
            "meta": META,
            "attributes": st.dictionaries(NAMES, JSON, max_size=4) | JSON,
            "relationships": st.dictionaries(
                NAMES, st.builds(dict, data=IDENTIFIER | st.lists(IDENTIFIER, max_size=2)) | JSON, max_size=3
            )
            | JSON,
        },
    )
    | JSON
)
QUERIES = st.dictionaries(
    st.sampled_from(
        ["filter[name]", "filter[id][gt]", "filter[stock]", "filter[owner.username]", "sort", "include", "page[size]",
         "page[number]", "fields[accounts]", "filter[categories]", "filter[price][lt]", "filter[contacts][exists]"]
    ) | TEXTS,
    TEXTS | st.sampled_from(["1", "name", "owner", "1..2", "true", "-1", "\0", "9" * 25]), max_size=2,
)  # fmt: skip
PATHS = st.builds("/".join, st.lists(KINDS | IDS.map(str) | st.sampled_from(["relationships", "owner", "contacts",
    "categories", "asyncoperations", "errors", "results", "operations"]), min_size=1, max_size=4))  # fmt: skip
WHOLE = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


@WHOLE
@given(
    item=RECORD | st.tuples(RECORD, st.dictionaries(st.sampled_from("0123"), RECORD, max_size=2)).map(list), type=KINDS
)
def test_a_record_is_a_command_or_has_errors_with_places(item: Any, type: str):
    included = item[1] if isinstance(item, list) and len(item) == 2 else None
    if isinstance(item, list) and not (isinstance(included, dict) and all(_has_name(one) for one in included.values())):
        item = [item, {}]  # as the splitting makes them
    errors = _understood(item, type)
    assert errors is None or (errors and all(_is_worded(error, type) for error in errors))


def _understood(item: Any, type: str) -> tuple[FieldError, ...] | None:
    """The errors of the item; None when it is a command."""
    try:
        parsing.of_list(item, {"type": type, "owner": 1, "organization": 1})
    except NotUnderstoodError as reason:
        return reason.errors
    return None


def _has_name(record: Any) -> bool:
    return isinstance(record, dict) and isinstance(record.get("type"), str) and isinstance(record.get("id"), str | int)


def _is_worded(error: FieldError, type: str) -> bool:
    worded = word(error, RESOURCES[type], place="/data/0")
    return worded.status < 500 and bool(worded.title and worded.detail)


@WHOLE
@given(method=st.sampled_from(["GET", "POST", "PATCH", "DELETE"]), path=PATHS, query=QUERIES, body=JSON | st.builds(
    dict, data=RECORD | st.lists(RECORD, max_size=3), included=st.lists(RECORD, max_size=2) | JSON))  # fmt: skip
def test_every_answer_is_in_form(oro: Oro, method: str, path: str, query: dict[str, str], body: Any):

    answer = oro.call(method, f"{quote(path)}?{urlencode(query)}", json.dumps(body).encode())
    assert answer.status < 500, (answer, answer.body)
    if answer.status >= 400 and "/batch" not in path:
        assert all(error["status"] and error["title"] and error["detail"] for error in answer.json["errors"])


@WHOLE
@given(data=st.lists(RECORD, min_size=1, max_size=4), included=st.lists(RECORD, max_size=3), type=KINDS)
def test_every_list_ends(oro: Oro, data: list[Any], included: list[Any], type: str):
    answer = oro.call("PATCH", type, json.dumps({"data": data, "included": included}).encode())
    if answer.status == 202:
        work_off()
        id = answer.json["data"]["id"]
        assert oro.operation(id)["status"] in {"success", "failed"}
        assert [status for _, status, *_ in oro.errors(id) if status >= 500] == []
        assert oro.get(f"asyncoperations/{id}/results").status == 200
