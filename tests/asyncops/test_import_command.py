"""`manage.py import_catalog` from the outside: files, options, what it says, what it leaves."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import orjson
import pytest
from django.core.management import CommandError, call_command

from asyncops import engine
from asyncops.models import Operation, Pause
from asyncops.states import State
from catalog.models import Category, Dirty, Product, Tax
from catalog.progress_bar import ProgressBar, picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path):
    """Writes a file of these lines; what is no bytes becomes JSON."""

    def write(*lines, name="products.jsonl") -> Path:
        content = b"".join((line if isinstance(line, bytes) else orjson.dumps(line)) + b"\n" for line in lines)
        path: Path = tmp_path / name
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    return write


def run(path, *options, entity="product"):
    """What the command says at its end."""
    said = io.StringIO()
    call_command("import_catalog", str(path), "--entity", entity, *options, stdout=said)
    return said.getvalue().strip()


def fails(path, *options, entity="product"):
    with pytest.raises(CommandError) as reason:
        run(path, *options, entity=entity)
    return str(reason.value)


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_records_are_imported(file, admin, name):
    said = run(file({"sku": "A", "name": "Bag"}, {"sku": "B"}, name=name))
    operation = Operation.objects.get()
    assert said == f"Operation {operation.uuid} ended as success: 2 created."
    assert (operation.user, operation.organization, operation.context["file"]) == (admin, admin.organization, name)
    assert sorted(Product.objects.values_list("sku", flat=True)) == ["A", "B"]


def test_derived_data_have_followed_when_it_ends(file, admin):
    run(file({"sku": "A", "categories": [{"number": 2}]}))
    assert Product.objects.get().category_ids == [Category.objects.get(number=2).pk]
    assert not Dirty.objects.exists()


def test_bad_lines_are_refused_and_the_others_imported(file, admin, tmp_path):
    errors = tmp_path / "errors.jsonl"
    lines = [
        {"sku": "A"},
        b'{"sku":',
        b"",
        {"sku": "B", "name": 5, "tax": {"number": 9}},
        b'{"sku": "\xff"}',
        {"sku": "C"},
    ]
    said = fails(file(*lines), "--errors", str(errors))
    assert said.splitlines()[0] == "Refused records: 3"
    assert "1 x /tax names no tax that exists (number 9); line 4" in said
    assert "1 x the line is not UTF-8; line 5" in said
    assert sorted(Product.objects.values_list("sku", flat=True)) == ["A", "C"]
    told = [orjson.loads(line) for line in errors.read_bytes().splitlines()]
    assert [entry["line"] for entry in told] == [2, 4, 5]
    assert told[0]["text"] == '{"sku":'
    assert told[1]["record"] == lines[3]
    assert {error["path"] for error in told[1]["errors"]} == {"/name", "/tax"}


def test_policy_all_imports_everything_or_nothing(file, admin):
    assert fails(file({"sku": "A"}, {"sku": "B", "name": 5}), "--policy", "all").startswith("Refused records: 1\n")
    assert Operation.objects.get().state == State.FAILED
    assert "Nothing was imported" in fails(file({"sku": "A"}, b"{"), "--policy", "all")
    assert not Product.objects.exists()
    run(file({"sku": "A"}, {"sku": "B"}), "--policy", "all")
    assert Product.objects.count() == 2


def test_policy_all_says_its_limit(file, admin, settings):
    settings.MAX_ATOMIC_RECORDS = 1
    said = fails(file({"sku": "A"}, {"sku": "B"}), "--policy", "all")
    assert said == "Nothing was imported: policy all takes 1 records at most; use --policy each."
    assert not Operation.objects.exists()


def test_a_dry_run_keeps_nothing(file, admin):
    path = file({"sku": "A"}, {"sku": "B"})
    assert run(path, "--dry-run") == "Nothing was written. It would be: 2 created."
    assert "Records that would be refused: 1\n" in fails(file({"sku": "A"}, {"sku": "B", "name": 5}), "--dry-run")
    assert not Operation.objects.exists()
    assert not Product.objects.exists()


def test_a_file_that_is_not_there_or_damaged_is_said_to_be(file, admin, tmp_path):
    assert fails(tmp_path / "none") == "Nothing was imported: No such file or directory."
    damaged = file(*({"sku": str(n)} for n in range(5000)), name="a.gz")
    damaged.write_bytes(damaged.read_bytes()[:5000])
    assert fails(damaged).startswith("Nothing was imported: Compressed file ended")
    assert not Operation.objects.exists()


def test_the_rights_are_those_of_the_user(file, admin, limited):
    assert "catalog.add_product" in fails(file({"sku": "A"}), "--username", "limited")
    assert Operation.objects.get().user == limited
    assert fails(file(), "--username", "nobody") == "There is no active user nobody."
    assert not Product.objects.exists()


def test_without_a_single_superuser_the_user_must_be_named(file, limited):
    assert fails(file({"sku": "A"})).startswith("Say with --username")


def test_any_entity_can_be_imported_but_those_that_are_only_read(file, admin):
    run(file({"name": "Standard", "rate": 19}), entity="tax")
    assert Tax.objects.filter(name="Standard").exists()
    with pytest.raises(CommandError):
        run(file(), entity="user")


def test_earlier_operations_come_first(file, admin):
    run(file({"sku": "A", "stock": 1}))
    Pause.objects.create(paused_at="2026-01-01T00:00:00Z")

    def resume(*_):
        Pause.objects.all().delete()

    path = file({"sku": "A", "stock": 2})
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("asyncops.importing.time.sleep", resume)
        run(path)
    assert Product.objects.get().stock == 2


def test_whoever_stops_it_leaves_the_operation_to_the_workers(file, admin, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(engine, "drain", interrupted)
        assert "the workers go on with it" in fails(file({"sku": "A"}))
    engine.drain()
    assert Operation.objects.get().state == State.SUCCESS


def test_a_bar_for_terminals_and_lines_for_logs():
    assert picture("writing", 0.5, records=1500, seconds=10) == (
        "writing  [###############...............]  50 %  1,500 records  150/s  0:10 left"
    )
    log, now = io.StringIO(), iter([0.0, 1.0, 12.0, 12.0, 30.0])
    bar = ProgressBar("writing", out=log, clock=lambda: next(now))
    bar.show(0.1, records=1)
    bar.show(0.5, records=6)
    bar.end(records=12)
    assert [line.split("] ")[1] for line in log.getvalue().splitlines()] == [
        " 50 %  6 records  0/s  0:12 left",
        "100 %  12 records  0/s  in 0:30",
    ]
