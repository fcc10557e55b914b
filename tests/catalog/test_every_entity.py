"""What holds for every declared entity: adding one to entities.py adds it to these scenes."""

from __future__ import annotations

from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest

from catalog.commands import Delete, Json, Reference, Upsert
from catalog.entities import ENTITIES
from catalog.plans import plan
from catalog.registry import Document, EntitySpec, FieldSpec, Flag, Identifier, Integer, Moment, Number, Ref, Text
from tests.catalog.products import faults, kinds, write

pytestmark = pytest.mark.django_db

WRITABLE = [spec for spec in ENTITIES.values() if not spec.read_only]
_numbers = count(1)

every_entity = pytest.mark.parametrize("spec", WRITABLE, ids=lambda spec: spec.name)


def sample(field: FieldSpec) -> Json:
    """A value that is good and was not used before."""
    match field:
        case Text(choices=choices) if choices:
            return choices[next(_numbers) % len(choices)]
        case Text(max_length=limit):
            return f"t{next(_numbers)}"[-(limit or 99) :]
        case Number():
            return f"{next(_numbers) % 900}.50"
        case Integer(minimum=low):
            return max(low, 1) + next(_numbers) % 4 if field.name != "visibility" else 1 + next(_numbers) % 4
        case Flag():
            return next(_numbers) % 2 == 0
        case Moment():
            return f"2026-01-01T00:00:{next(_numbers) % 60:02}Z"
        case Document(array=True):
            return [next(_numbers)]
        case Document():
            return {"x": next(_numbers)}
        case Identifier():
            return str(uuid4())
        case Ref(entity=entity):
            return Reference("id", make(ENTITIES[entity]))
    raise AssertionError(f"no sample of {field}")


def minimal(spec: EntitySpec) -> dict[str, Json]:
    return {name: sample(spec.by_name[name]) for name in plan(spec.name).mandatory}


def make(spec: EntitySpec) -> UUID:
    [outcome] = write(Upsert(entity=spec.name, key=None, values=minimal(spec)))
    assert outcome.id is not None, outcome.errors
    return outcome.id


def put(spec: EntitySpec, id: UUID, **values: Json) -> Any:
    [outcome] = write(Upsert(entity=spec.name, key=Reference("id", id), values=values))
    return outcome


def row(spec: EntitySpec, id: UUID) -> dict[str, Any]:
    found: dict[str, Any] = plan(spec.name).model._default_manager.filter(pk=id).values().get()
    return found


def changeable(spec: EntitySpec) -> list[FieldSpec]:
    """Fields that a record may change on its own."""
    return [field for field in spec.fields if not (isinstance(field, Ref) and (field.tree or field.late))]


@every_entity
def test_it_is_created_with_every_field(spec):
    fields = [field for field in changeable(spec) if not (isinstance(field, Ref) and ENTITIES[field.entity].read_only)]
    values = {field.name: sample(field) for field in fields}
    outcome = put(spec, own := uuid4(), **values)
    assert (outcome.kind, outcome.errors, outcome.id) == ("created", (), own)
    stored = row(spec, own)
    for field in fields:
        if isinstance(field, Text | Flag | Integer | Document):
            assert stored[field.column] == values[field.name], field.name


@every_entity
def test_each_field_can_be_changed_alone_and_an_equal_value_changes_nothing(spec):
    own = make(spec)
    for field in changeable(spec):
        if isinstance(field, Ref) and ENTITIES[field.entity].read_only:
            continue
        before = row(spec, own)
        value = sample(field)
        first, second = put(spec, own, **{field.name: value}), put(spec, own, **{field.name: value})
        assert (first.errors, second.kind) == ((), "unchanged"), field.name
        changed = {name for name, old in row(spec, own).items() if old != before[name]}
        derived = {f.column for f in spec.fields if f.derived_from == field.column}
        derived |= {f.column for f in plan(spec.name).model._meta.concrete_fields if f.generated}
        key = {spec.key.column} if spec.key and field.name in spec.key.fields else set()
        assert changed <= {field.column, "updated_at"} | derived | key, field.name


@every_entity
def test_it_is_deleted_and_then_missing(spec):
    own = make(spec)
    delete = Delete(entity=spec.name, key=Reference("id", own))
    assert kinds(write(delete, delete)) == ["deleted", "refused"]
    assert not plan(spec.name).model._default_manager.filter(pk=own).exists()


@every_entity
def test_what_it_cannot_be_without_is_required(spec):
    demanded = plan(spec.name).mandatory
    [outcome] = write(Upsert(entity=spec.name, key=None, values={}))
    assert [error for error in faults(outcome) if error[1] == "required"] == [(f"/{n}", "required") for n in demanded]
    assert outcome.kind == ("refused" if demanded else "created")


@every_entity
def test_wrong_types_are_refused_each_with_its_field(spec):
    own = make(spec)
    before = row(spec, own)
    outcome = put(spec, own, **{field.name: object() for field in spec.fields})
    told = {path for path, _ in faults(outcome)}
    assert told == {f"/{field.name}" for field in spec.fields}
    assert row(spec, own) == before


@every_entity
def test_bad_references_are_refused_each_with_its_field(spec):
    own = make(spec)
    outcome = put(spec, own, **{ref.name: Reference("id", uuid4()) for ref in spec.refs})
    assert [(path, code) for path, code in faults(outcome)] == [(f"/{ref.name}", "reference") for ref in spec.refs]


@every_entity
def test_texts_that_are_too_long_are_refused_each_with_its_field(spec):
    bounded = [f for f in spec.fields if isinstance(f, Text) and f.max_length is not None and not f.choices]
    outcome = put(spec, make(spec), **{field.name: "x" * ((field.max_length or 0) + 1) for field in bounded})
    assert faults(outcome) == [(f"/{field.name}", "too_long") for field in bounded]


@every_entity
def test_numbers_out_of_range_are_refused_each_with_its_field(spec):
    bounded = [field for field in spec.fields if isinstance(field, Integer | Number)]
    outcome = put(spec, make(spec), **{field.name: field.maximum + 1 for field in bounded})
    assert faults(outcome) == [(f"/{field.name}", "too_large") for field in bounded]


@every_entity
def test_a_unique_key_that_another_has_is_taken(spec):
    for key in plan(spec.name).unique_keys:
        first, second = make(spec), make(spec)
        stored = row(spec, first)
        values = {name: _again(spec, name, stored) for name in key.fields}
        assert faults(put(spec, second, **values)) == [(f"/{key.fields[0]}", "taken")]


@every_entity
def test_nothing_is_nullable_that_the_table_forbids(spec):
    own = make(spec)
    outcome = put(spec, own, **{field.name: None for field in spec.fields if not field.nullable})
    assert faults(outcome) == [(f"/{field.name}", "blank") for field in spec.fields if not field.nullable]


@pytest.mark.parametrize("spec", [s for s in ENTITIES.values() if s.read_only], ids=lambda spec: spec.name)
def test_what_is_only_to_be_read_cannot_be_written(spec):
    [outcome] = write(Upsert(entity=spec.name, key=None, values=minimal(spec) if spec.name != "user" else {}))
    assert ("", "forbidden") in faults(outcome)


def _again(spec: EntitySpec, name: str, stored: dict[str, Any]) -> Json:
    field = spec.by_name[name]
    value = stored[field.column]
    return Reference("id", value) if isinstance(field, Ref) else value
