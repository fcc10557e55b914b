"""What lines of an import file mean, and how a file becomes an operation."""

from __future__ import annotations

import gzip
import io
import threading
import time
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
from django.db import OperationalError, connection

from asyncops import engine, importing, importing_faults, importing_lines, importing_records, journal
from asyncops.dialects import ItemRefused
from asyncops.importing import LinesRefused, TooMuchAtOnce
from asyncops.importing_faults import Report, of_item
from asyncops.importing_lines import FileUnreadable, Limits
from asyncops.models import Chunk, Operation
from asyncops.states import State
from catalog import writing
from catalog.commands import Change, Policy, Reference
from catalog.models import Product
from catalog.outcomes import ErrorCode, FieldError

LIMITS = Limits(line_bytes=100, depth=5)


def items(content: bytes, limits=LIMITS):
    return [line.item for line in importing_lines.read(io.BytesIO(content), limits=limits)]


def faults(content: bytes, limits=LIMITS):
    """By line: what is wrong with it."""
    found = [(item["line"], item.get("fault")) for item in items(content, limits)]
    return [(line, fault["path"], fault["params"].get("message", fault["code"])) for line, fault in found if fault]


def parts(*records, policy=Policy.EACH):
    content = b"".join(orjson.dumps(record) + b"\n" for record in records)
    return importing.batches(importing_lines.read(io.BytesIO(content), limits=importing.limits()), policy=policy)


def accept(caller, *records, policy=Policy.EACH, entity="product"):
    given = parts(*records, policy=policy)
    return importing.accept(given, entity=entity, policy=policy, file="x.jsonl", by=caller)


def refused(entity, record):
    with pytest.raises(ItemRefused) as refusal:
        importing_records.upsert(entity, record)
    return [(error.path, error.code) for error in refusal.value.errors]


def test_blank_lines_are_no_records_but_count_as_lines():
    assert items(b'\xef\xbb\xbf{"sku":"A"}\r\n\n  \n{"sku":"B"}') == [
        {"line": 1, "record": {"sku": "A"}},
        {"line": 4, "record": {"sku": "B"}},
    ]


@pytest.mark.parametrize(
    ("line", "path", "message"),
    [
        (b'{"sku":', "", "the line is not JSON: unexpected end of data"),
        (b'{"sku":"\xff"}', "", "the line is not UTF-8"),
        ('{"sku":"A"}'.encode("utf-16"), "", "the line is not UTF-8"),
        (b'{"sku":"\x00"}', "", "the line is not JSON: unexpected control character in string"),
        (b'{"sku":"A","name":["\\u0000"]}', "/name/0", "character"),
        (b'{"sku":"' + b"A" * 100 + b'"}', "", "the line is longer than 100 bytes"),
        (b'{"sku":[[[[[[1]]]]]]}', "", "the line is nested more than 5 levels deep"),
        (b"NaN", "", "the line is not JSON: unexpected character"),
    ],
)
def test_a_bad_line_is_named_and_the_next_is_read(line, path, message):
    told = items(b'{"sku":"A"}\n' + line.replace(b"\n", b"") + b'\n{"sku":"C"}\n')
    [(number, where, why)] = faults(b'{"sku":"A"}\n' + line + b"\n")
    assert (number, where) == (2, path)
    assert why.startswith(message)
    assert told[-1] == {"line": 3, "record": {"sku": "C"}}


def test_a_line_of_just_the_longest_length_is_read():
    line = b'{"sku":"' + b"A" * 90 + b'"}'
    assert len(line) == 100
    assert faults(line + b"\n") == faults(line) == []
    assert faults(b" " + line) == [(1, "", "the line is longer than 100 bytes")]


def test_what_is_too_long_is_not_kept():
    endless = io.BytesIO(b"x" * 1_000_000 + b"\n{}")
    told = [line.item for line in importing_lines.read(endless, limits=LIMITS)]
    assert (len(told[0]["text"]), told[1]) == (101, {"line": 2, "record": {}})


def test_a_gzip_file_is_unpacked_and_a_damaged_one_is_said_to_be(tmp_path: Path):
    whole = gzip.compress(b'{"sku":"A"}\n' * 1000)
    (tmp_path / "a.gz").write_bytes(whole)
    (tmp_path / "b.gz").write_bytes(whole[: len(whole) // 2])
    with importing_lines.opened(tmp_path / "a.gz") as source:
        assert len(list(importing_lines.read(source.content, limits=LIMITS))) == 1000
        assert source.share == 1
    with importing_lines.opened(tmp_path / "b.gz") as source, pytest.raises(FileUnreadable):
        list(importing_lines.read(source.content, limits=LIMITS))
    with pytest.raises(FileUnreadable), importing_lines.opened(tmp_path / "c"):
        pass


def test_batches_are_bounded_by_records_and_by_bytes():
    lines = [importing_lines.Line(item=n, size=10) for n in range(7)]
    assert list(importing_lines.batches(lines, records=3, size=1000)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(importing_lines.batches(lines, records=100, size=20)) == [[0, 1], [2, 3], [4, 5], [6]]


def test_a_record_is_named_by_its_id_else_its_number_else_its_natural_key():
    def key(record):
        return importing_records.upsert("product", record).key

    assert key({"id": "x", "number": 1, "sku": "A"}) == Reference("id", "x")
    assert key({"number": 1, "sku": "A"}) == Reference("number", 1)
    assert key({"sku": "A"}) == Reference("sku", "A")
    assert key({"name": "A"}) is None
    assert importing_records.upsert("product", {"number": 1, "sku": "A"}).values == {"sku": "A"}
    option = importing_records.upsert("property_group_option", {"group": {"number": 1}, "name": "Red"})
    assert option.key == Reference("group,name", (Reference("number", 1), "Red"))


def test_references_links_and_translations():
    record = {
        "sku": "A",
        "tax": {"number": 1},
        "unit": None,
        "attribute_set": {"name": "Default"},
        "categories": [{"number": 3, "position": 1}],
        "tags": {"replace": [{"id": "x"}]},
        "properties": [{"group": {"number": 2}, "name": "Red"}],
        "translations": {"de-DE": {"name": "Tasche"}, "fr-FR": None},
    }
    command = importing_records.upsert("product", record)
    assert command.values == {
        "tax": Reference("number", 1),
        "unit": None,
        "attribute_set": Reference("name", "Default"),
    }
    assert command.links["categories"].change is Change.ADD
    assert [(link.target, link.values) for link in command.links["categories"].links] == [
        (Reference("number", 3), {"position": 1})
    ]
    assert command.links["tags"].change is Change.REPLACE
    target = command.links["properties"].links[0].target
    assert target == Reference("group,name", (Reference("number", 2), "Red"))
    assert command.translations == (
        (Reference("code", "de-DE"), {"name": "Tasche"}),
        (Reference("code", "fr-FR"), None),
    )


@pytest.mark.parametrize(
    ("record", "path"),
    [
        (5, ""),
        ({"sku": "A", "tax": 5}, "/tax"),
        ({"sku": "A", "tax": {"name": "x"}}, "/tax"),
        ({"sku": "A", "tax": {"id": 1, "number": 2}}, "/tax"),
        ({"sku": "A", "tags": {"id": 1}}, "/tags"),
        ({"sku": "A", "tags": [1]}, "/tags/0"),
        ({"sku": "A", "categories": [{"number": 3, "position": "first"}]}, "/categories/0/position"),
        ({"sku": "A", "categories": [{"number": 3, "position": True}]}, "/categories/0/position"),
        ({"sku": "A", "prices": {}}, "/prices"),
        ({"sku": "A", "prices": [{"rule": 1}]}, "/prices/0/rule"),
        ({"sku": "A", "variants": [{"sku": "B", "tags": [{}]}]}, "/variants/0/tags/0"),
        ({"sku": "A", "translations": []}, "/translations"),
        ({"sku": "A", "translations": {"de-DE": "x"}}, "/translations/de-DE"),
        ({"sku": "A", "properties": [{"group": 1, "name": "Red"}]}, "/properties/0/group"),
        ({"sku": "A", "properties": [{"group": {"id": 1}, "name": 3}]}, "/properties/0"),
    ],
)
def test_what_has_the_wrong_shape_is_named(record, path):
    assert (path, ErrorCode.TYPE) in refused("product", record)


def test_all_wrong_shapes_of_a_record_are_told():
    assert [path for path, _ in refused("product", {"tax": 1, "unit": 2, "tags": 3})] == ["/tags", "/tax", "/unit"]


@pytest.mark.django_db
def test_a_file_becomes_one_operation_in_chunks_and_each_item_has_its_outcome(caller, settings):
    settings.CHUNK_RECORDS = 2
    records = [{"sku": "A", "stock": 1}, {"sku": "B", "stock": "many"}, [], {"sku": "D"}, {"sku": "A", "stock": 2}]
    operation = accept(caller, *records)
    assert (operation.state, operation.total, operation.dialect) == (State.NEW, 5, "import")
    assert [(c.number, c.first, c.size) for c in Chunk.objects.order_by("number")] == [(0, 0, 2), (1, 2, 2), (2, 4, 1)]
    assert not Product.objects.exists()
    engine.drain()
    operation.refresh_from_db()
    assert [v.outcome for v in journal.items(operation)] == ["created", "refused", "refused", "created", "updated"]
    assert Product.objects.get(sku="A").stock == 2
    assert [refusal.line for refusal in importing_faults.refusals(operation)] == [2, 3]


@pytest.mark.django_db
def test_the_parts_of_a_product_come_with_it_and_twice_changes_nothing(caller):
    rule = accept(caller, {"id": str(uuid4()), "name": "All", "priority": 1}, entity="rule")
    engine.drain()
    rule_id = str(journal.items(rule)[0].record_id)
    price = {"rule": {"id": rule_id}, "quantity_start": 1, "price_gross": 9}
    record = {"sku": "A", "name": "Bag", "prices": [price], "tier_prices": [{"quantity": 5, "value": 8}]}
    for expected in ("created", "unchanged"):
        operation = accept(caller, record)
        engine.drain()
        assert [view.outcome for view in journal.items(operation)] == [expected], journal.items(operation)
    product = Product.objects.get()
    assert (product.prices.count(), product.tier_prices.count()) == (1, 1)
    cheaper = accept(caller, {"sku": " a ", "prices": [price | {"price_gross": 7}]})
    engine.drain()
    assert journal.items(cheaper)[0].outcome == "updated"
    assert [row.price_gross for row in product.prices.all()] == [7]


@pytest.mark.django_db
def test_a_file_without_records_is_done_at_once(caller):
    assert accept(caller).state == State.SUCCESS


@pytest.mark.django_db
def test_a_failure_halfway_leaves_nothing(caller, settings):
    settings.CHUNK_RECORDS = 1

    def broken():
        yield from parts({"sku": "A"}, {"sku": "B"})
        assert Chunk.objects.count() == 2
        raise FileUnreadable("gone")

    with pytest.raises(FileUnreadable):
        importing.accept(broken(), entity="product", policy=Policy.EACH, file="x", by=caller)
    assert not Chunk.objects.exists()
    assert not Operation.objects.exists()


def test_no_worker_sees_a_file_before_it_is_complete(committed, caller, settings):
    settings.CHUNK_RECORDS = 1
    seen = []

    def drain():
        seen.append(engine.drain())
        connection.close()

    def watched():
        for part in parts({"sku": "A"}, {"sku": "B"}):
            yield part
            thread = threading.Thread(target=drain)
            thread.start()
            thread.join()

    importing.accept(watched(), entity="product", policy=Policy.EACH, file="x", by=caller)
    assert seen == [False, False]
    assert not Product.objects.exists()
    engine.drain()
    assert Product.objects.count() == 2


@pytest.mark.django_db
def test_under_policy_all_the_file_is_one_chunk_and_one_bad_record_stops_it(caller, settings):
    settings.CHUNK_RECORDS = 1
    operation = accept(caller, {"sku": "A"}, {"sku": "B", "stock": "many"}, policy=Policy.ALL)
    engine.drain()
    operation.refresh_from_db()
    assert (operation.chunks.count(), operation.state) == (1, State.FAILED)
    assert not Product.objects.exists()


@pytest.mark.django_db
def test_under_policy_all_a_line_that_cannot_be_understood_refuses_the_file(caller):
    with pytest.raises(LinesRefused) as refusal:
        accept(caller, {"sku": "A"}, {"sku": "B", "tax": 3}, 7, policy=Policy.ALL)
    assert [(r.line, [e.path for e in r.errors]) for r in refusal.value.refusals] == [(2, ["/tax"]), (3, [""])]
    assert not Operation.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("limit", ["MAX_ATOMIC_RECORDS", "MAX_ITEMS", "MAX_BODY_BYTES"])
def test_policy_all_has_limits(caller, settings, limit):
    setattr(settings, limit, 1)
    with pytest.raises(TooMuchAtOnce):
        accept(caller, {"sku": "A"}, {"sku": "B"}, policy=Policy.ALL)


@pytest.mark.django_db
def test_a_rehearsal_says_what_would_happen_and_keeps_nothing(caller, settings):
    settings.CHUNK_RECORDS = 2
    accept(caller, {"sku": "A", "stock": 1})
    engine.drain()
    records = [{"sku": "A", "stock": 1}, {"sku": "A", "stock": 2}, {"sku": "B"}, {"sku": "C", "stock": "many"}, "x"]
    judged = importing.rehearse(parts(*records), entity="product", policy=Policy.EACH, rights=caller.rights)
    assert [j.outcome.kind for part in judged for j in part] == [
        "unchanged", "updated", "created", "refused", "refused",
    ]  # fmt: skip
    assert list(Product.objects.values_list("sku", "stock")) == [("A", 1)]
    assert Operation.objects.count() == 1


@pytest.mark.django_db
def test_a_rehearsal_under_policy_all_tells_what_would_stop_it(caller):
    given = parts({"sku": "A"}, {"sku": "B", "tax": 3}, policy=Policy.ALL)
    [part] = importing.rehearse(given, entity="product", policy=Policy.ALL, rights=caller.rights)
    assert [j.item["line"] for j in part if j.outcome.kind == "refused"] == [2]


@pytest.mark.django_db
def test_a_rehearsal_is_repeated_after_a_deadlock(caller, monkeypatch):
    real, failures = writing.apply, [OperationalError("deadlock"), OperationalError("deadlock")]

    def flaky(*args, **options):
        if failures:
            raise failures.pop()
        return real(*args, **options)

    monkeypatch.setattr(writing, "apply", flaky)
    [part] = importing.rehearse(parts({"sku": "A"}), entity="product", policy=Policy.EACH, rights=caller.rights)
    assert part[0].outcome.kind == "created"


def test_the_report_says_equal_faults_once():
    report = Report()
    for line in range(1, 8):
        long = FieldError(path=f"/prices/{line}/name", code=ErrorCode.TOO_LONG, params={"limit": 5})
        tax = FieldError(path="/tax", code=ErrorCode.REFERENCE, params={"entity": "tax", "by": "number", "value": line})
        report.add(of_item({"line": line, "record": {}}, [long, tax] if line < 3 else [long]))
    assert str(report).splitlines() == [
        "       7 x /prices/*/name is longer than 5 characters; line 1, 2, 3, 4, 5, ...",
        "       2 x /tax names no tax that exists (number 1), for example; line 1, 2",
    ]
    assert report.records == 7


@pytest.mark.django_db
def test_memory_does_not_grow_with_the_file(caller):
    """20 MB in, a few MB more: what is kept is one batch, never the file."""
    record = {"sku": "A", "description": "x" * 20_000}

    def lines():
        for number in range(1000):
            yield importing_lines.Line(item={"line": number, "record": orjson.loads(orjson.dumps(record))}, size=20_000)

    samples, stop = [resident()], threading.Event()
    sampler = threading.Thread(target=_sample, args=(samples, stop))
    sampler.start()
    given = importing.batches(lines(), policy=Policy.EACH)
    importing.accept(given, entity="product", policy=Policy.EACH, file="x", by=caller)
    stop.set()
    sampler.join()
    assert Operation.objects.get().total == 1000
    assert max(samples) - samples[0] < 40 * 1024 * 1024


def _sample(samples: list[int], stop: threading.Event) -> None:
    while not stop.is_set():
        samples.append(resident())
        time.sleep(0.01)


def resident() -> int:
    """Bytes of this process that are in memory."""
    line = next(row for row in Path("/proc/self/status").read_text().splitlines() if row.startswith("VmRSS"))
    return int(line.split()[1]) * 1024
