"""A document of any size, in pieces of any size: the same elements as a decoder of the whole finds."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapi import jsonstream
from syncapi.jsonstream import Malformed, NotAnArray

MEMBERS = frozenset({"data", "included"})


def read(text: str | bytes, *, piece: int = 7, longest: int = 1000, depth: int = 20) -> list[tuple[str, int, object]]:
    content = text.encode() if isinstance(text, str) else text
    pieces = [content[at : at + piece] for at in range(0, len(content), piece)]
    found = jsonstream.runs(pieces, members=MEMBERS, longest=longest, depth=depth)
    return [(run.member, place, value) for run in found for place, value in enumerate(run.values, run.first)]


def fault(text: str | bytes, **options: int) -> tuple[str, int, int]:
    with pytest.raises(Malformed) as caught:
        read(text, **options)
    return caught.value.reason, caught.value.line, caught.value.column


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    data=st.lists(VALUES, max_size=5),
    included=st.lists(VALUES, max_size=5),
    meta=VALUES,
    indent=st.sampled_from([None, 2]),
    ascii=st.booleans(),
    piece=st.integers(1, 64),
)
def test_the_elements_are_those_of_the_whole(data, included, meta, indent, ascii, piece):
    document = {"jsonapi": meta, "data": data, "meta": meta, "included": included}
    text = json.dumps(document, indent=indent, ensure_ascii=ascii).encode(errors="surrogatepass")
    expected = [("data", n, value) for n, value in enumerate(data)]
    expected += [("included", n, value) for n, value in enumerate(included)]
    assert read(text, piece=piece) == expected


LINKED = st.lists(st.sampled_from(["1", "},{", '"},{"type', "[", "]]", "{}}"]), max_size=3)


@given(
    records=st.lists(st.tuples(LINKED, st.integers(0, 30), st.booleans()), max_size=40),
    separators=st.sampled_from([(",", ":"), (", ", ": "), (",\n ", ":")]),
    piece=st.integers(1, 3000),
)
def test_records_that_look_alike_are_told_from_what_is_inside_of_them(records, separators, piece):
    data = [
        {"type": "a", "linked": [{"type": "a", "id": id} for id in ids]} | ({"n": nested(deep)} if has else {})
        for ids, deep, has in records
    ]
    text = json.dumps({"data": data, "included": data}, separators=separators)
    too_deep = any(has and deep > 17 for _, deep, has in records)
    if too_deep:
        assert fault(text, piece=piece)[0] == "Nested more than 20 levels deep."
    else:
        both = [(member, n, record) for member in ("data", "included") for n, record in enumerate(data)]
        assert read(text, piece=piece) == both


def nested(depth: int) -> object:
    value: object = "]"
    for _ in range(depth + 2):
        value = [value]
    return value


@given(text=st.text(alphabet='{}[]",:\\ \n123truefalsn\u00e9', max_size=60), piece=st.integers(1, 16))
def test_whatever_is_no_json_is_malformed_and_what_is_passes(text, piece):
    try:
        value = json.loads(text, parse_constant=lambda _: 1 / 0)
    except (ValueError, ZeroDivisionError, RecursionError):
        value = None
    try:
        read(text, piece=piece)
    except Malformed:
        return
    assert isinstance(value, dict)


def test_an_empty_array_and_null_have_no_elements():
    assert read('{"data": [ ], "included": null}') == []
    assert read("{}") == []


@pytest.mark.parametrize("text", ['{"data": {}}', "[1]", '{[{"a":1}]}', '{"data": 5}', "", "null"])
def test_what_is_no_array_is_told(text):
    reason, _, _ = fault(text)
    assert reason == "Document must start with a named object that has an array as a value."


def test_the_place_of_a_fault_counts_lines_and_columns():
    assert fault('{"data": [1, }') == ("Expecting value.", 1, 14)
    assert fault('{"data": [\n  {"a": 1},\n  {"a" 2}\n]}') == ("Expecting ':' delimiter.", 3, 8)
    assert fault('{"data": [1]} x') == ("Nothing may follow the document.", 1, 15)
    assert fault('{"data": [1') == ("Expecting ',' or ']'.", 1, 12)
    assert fault('{"data": [1], "data": [2]}')[0] == 'The member "data" stands twice.'
    assert fault('{"data": [NaN]}')[0] == "NaN is no JSON value."
    told = "The text is not UTF-8: invalid start byte."
    assert fault('{"data": ["é'.encode() + b'\n\xff"]}', piece=3) == (told, 2, 1)
    assert fault('{"data": ["é'.encode() + b'\n \xff"]}', piece=500) == (told, 2, 2)
    assert fault('{"data": ["é'.encode()[:-1], piece=5) == ("The text is not UTF-8: unexpected end of data.", 1, 12)


def test_a_missing_brace_is_found_where_it_is_missing():
    records = ",".join(f'{{"n": {n}}}' for n in range(250))
    text = f'{{"data": [{records},{{"n": 250]}}'
    assert fault(text) == ("Expecting ',' delimiter.", 1, text.index("]}") + 1)


def test_an_element_has_limits():
    assert fault(json.dumps({"data": ["x" * 2000]})) == ("An element is longer than 1000 characters.", 1, 11)
    assert fault('{"data": ["' + "x" * 5000, piece=100)[0] == "An element is longer than 1000 characters."
    assert fault('{"data": [' + "[" * 30 + "]" * 30 + "]}")[0] == "Nested more than 20 levels deep."
    assert fault('{"data": [' + "[" * 3000 + "]" * 3000 + "]}", longest=10_000)[0] == "Nested more than 20 levels deep."


def test_a_fault_ends_the_reading_at_once():
    """Otherwise a wrong comma at the beginning would be looked for again and again."""
    taken = []

    def pieces():
        for _ in range(1000):
            taken.append(1)
            yield b'{"data": [1,, ' + b" " * 100

    with pytest.raises(Malformed):
        list(jsonstream.runs(pieces(), members=MEMBERS, longest=1000, depth=20))
    assert len(taken) < 3


@pytest.mark.parametrize("among", [1, 60])
def test_what_nobody_can_keep_is_malformed_whatever_stands_beside_it(among):
    whole = [{"n": n, "text": "x"} for n in range(among)]
    half = json.dumps({"data": [*whole, {"n": 1, "text": "\ud800"}, *whole]})
    assert fault(half, piece=5000)[0] == "no low surrogate in string."
    assert fault(half.replace('"\\ud800"', "1e999"), piece=5000)[0] == "number is infinity when parsed as double."
    large = half.replace('"\\ud800"', "123456789012345678901234")
    assert read(large, piece=5000)[among][2] == {"n": 1, "text": 123456789012345678901234.0}


def test_a_byte_order_mark_is_passed_over():
    assert read(b'\xef\xbb\xbf{"data": [1]}') == [("data", 0, 1)]


def test_the_error_of_a_document_that_is_no_array_has_a_name_of_its_own():
    with pytest.raises(NotAnArray):
        read('{"data": {}}')
