"""Values at their heights: the base row, and what single stores show instead of it. Writing and reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings

from catalog import changes, resolving, statements
from catalog.commands import Json, Scope, Upsert
from catalog.outcomes import ErrorCode, FieldError
from catalog.plans import Plan, plan
from catalog.registry import FieldSpec, Height
from catalog.rows import Row
from catalog.sql import names, run

SEPARATOR = "/"  # an override of one custom field is kept as custom_fields/<key>, so that each can fall back alone


@dataclass(frozen=True, slots=True)
class Stores:
    """The stores of this catalog, by code and by number: (id, website id). And what is declared of custom fields."""

    by_name: dict[str | int, tuple[UUID, UUID]]
    heights: dict[str, Height]  # by code of the attribute, where it is not that of all custom fields

    @classmethod
    def load(cls) -> Stores:
        rows = run("SELECT code, number, id, website_id FROM catalog_store")
        by_name = {name: (id, website) for code, number, id, website in rows for name in (code, number)}
        declared = run("SELECT code, height FROM catalog_attribute WHERE height <> %b::text", [Height.STORE.value])
        return cls(by_name, {code: Height(height) for code, height in declared})

    @classmethod
    def none(cls) -> Stores:
        return cls({}, {})

    def height(self, entity: str, field: FieldSpec, key: str) -> Height:
        """Of a field, or of one custom field. Only those of products can be declared."""
        return self.heights.get(key, field.height) if key and entity == "product" else field.height

    def covering(self, store: str | int, height: Height) -> list[UUID]:
        """The stores for which a value at `height`, sent to one store, stands."""
        id, website = self.by_name[store]
        if effective(height) is Height.WEBSITE:
            return sorted({other for other, its_website in self.by_name.values() if its_website == website})
        return [id]


def effective(height: Height) -> Height:
    """Fields that upstream keeps per website live where PRICE_SCOPE says."""
    return Height(settings.PRICE_SCOPE) if height is Height.WEBSITE else height


def check(rows: Sequence[Row], stores: Stores) -> None:
    """Refuse the rows whose store does not exist."""
    for row in rows:
        store = _store(row)
        if store is not None and store not in stores.by_name:
            params = {"entity": "store", "by": "code" if isinstance(store, str) else "number", "value": store}
            row.refuse(FieldError(path="", code=ErrorCode.REFERENCE, params=params))


def inherited(rows: Sequence[Row], current: Plan) -> dict[Row, list[str]]:
    """The fields of which a store gives its own value up with null, also where the base value must not be null."""
    if not current.spec.store_values:
        return {}
    clearing = [row for row in rows if _store(row) is not None and None in row.given.values()]
    return {row: names for row in clearing if (names := _given_up(row, current))}


def _given_up(row: Row, current: Plan) -> list[str]:
    """Of what is merged each member has its own value: there it takes a null for each."""
    by_name = current.spec.by_name
    cleared = [by_name[name] for name, value in row.given.items() if value is None and name in by_name]
    whole = [field for field in cleared if not field.nullable and field.column not in current.merged]
    return [field.name for field in whole if effective(field.height) is not Height.GLOBAL]


def separate(rows: Sequence[Row], current: Plan, stores: Stores) -> None:
    """Move the values that belong to a row's store out of its base document: those of a new record stay there, unless
    its store keeps them alone.
    """
    if not current.spec.store_values:
        return
    scoped = [row for row in rows if _store(row) is not None]
    if not scoped:
        return
    here, new = [row for row in scoped if _is_local(row)], [row for row in scoped if not _is_local(row)]
    for row, cleared in inherited(new, current).items():
        for name in cleared:  # what is null for the store of a new record has its default
            row.document.pop(current.column_of[name], None)
    local = [field for field in current.spec.fields if here and effective(field.height) is not Height.GLOBAL]
    for row in here:
        for field in local:
            if field.column in row.document:
                _separate_field(row, field, current, stores)


def _is_local(row: Row) -> bool:
    return row.exists or (isinstance(row.command, Upsert) and row.command.scope.alone)


def _separate_field(row: Row, field: FieldSpec, current: Plan, stores: Stores) -> None:
    value = row.document.pop(field.column)
    if field.column not in current.merged:
        row.overrides[field.column] = value
        return
    everywhere = {
        key: item
        for key, item in value.items()
        if effective(stores.height(current.spec.name, field, key)) is Height.GLOBAL
    }
    if everywhere:
        row.document[field.column] = everywhere
    row.overrides.update({f"{field.column}{SEPARATOR}{key}": v for key, v in value.items() if key not in everywhere})


def write(rows: Sequence[Row], current: Plan, stores: Stores) -> set[UUID | None]:
    """Merge the overrides of `rows` into the values of their stores; the ids of the records that changed."""
    entries = [entry for row in rows if row.overrides for entry in _entries(row, current, stores)]
    if not entries:
        return set()
    columns = [list(column) for column in zip(*entries, strict=True)]
    changed = run(statements.merge_store_values(current.spec.name), columns)
    by_id = {row.id: row for row in rows}
    for owner, store, before, after in changed:
        by_id[owner].beside.setdefault("stores", {})[str(store)] = changes.difference(before, after)
    return {owner for owner, *_ in changed}


def website_of(row: Row, stores: Stores) -> UUID | None:
    """The website of the store in whose scope a row is written, None for the base."""
    store = _store(row)
    return None if store is None else stores.by_name[store][1]


def read(entity: str, ids: Sequence[UUID], *, scope: Scope) -> dict[UUID, dict[str, Json]]:
    """The records by id, as the scope shows them: by field name, with id, number and times; links as lists.

    In a store: its own value, else the text in its language, else the base value. In a language: its text, else that of
    its parent, else the base value. A link is {"id", "number"} of its target and the columns of its mapping. Unknown
    ids are left out.
    The number of queries does not depend on the number of records.
    """
    current = plan(entity)
    fields = {field.column: field.name for field in current.spec.fields}
    columns = ["id", "number", "created_at", "updated_at", *fields]
    records = {
        values[0]: {fields.get(column, column): value for column, value in zip(columns, values, strict=True)}
        for values in run(f"SELECT {names(columns)} FROM {current.table} WHERE id = ANY(%b::uuid[])", [list(ids)])
    }
    if current.spec.translated and (scope.store or scope.language):
        _translate(records, current, _languages(scope))
    if scope.store and current.spec.store_values:
        _overlay(records, current, scope.store)
    for name in current.mappings:
        _attach_links(records, current, name)
    return records


def _store(row: Row) -> str | int | None:
    return row.command.scope.store if isinstance(row.command, Upsert) else None


def _entries(row: Row, current: Plan, stores: Stores) -> Iterator[tuple[Any, ...]]:
    fields = {field.column: field for field in current.spec.fields}
    own = _store(row)
    assert own is not None, "only rows with a store have overrides"
    documents: dict[UUID, dict[str, Json]] = {}
    for column, value in row.overrides.items():
        name, _, key = column.partition(SEPARATOR)
        for store in stores.covering(own, stores.height(current.spec.name, fields[name], key)):
            documents.setdefault(store, {})[column] = value
    for store, document in documents.items():
        yield row.id, store, orjson.dumps(document, default=str).decode()


def _languages(scope: Scope) -> list[UUID]:
    """The languages whose texts are shown, the one that counts most last."""
    if scope.store:
        rows = run(
            f"""SELECT l.parent_id, l.id FROM catalog_store s JOIN catalog_language l ON l.id = s.language_id
                 WHERE s.{_named(scope.store)} = %b""",
            [scope.store],
        )
    else:
        assert scope.language is not None
        wanted = resolving.comparable("language", scope.language)
        [*known] = resolving.find({("language", scope.language.by): {wanted}}).values()
        rows = run("SELECT parent_id, id FROM catalog_language WHERE id = ANY(%b::uuid[])", [known])
    return [id for row in rows for id in row if id]


def _translate(records: dict[UUID, dict[str, Json]], current: Plan, languages: Sequence[UUID]) -> None:
    texts = [field.column for field in current.spec.translated]
    rows = run(
        f"""SELECT "{current.owner}", {names(texts)} FROM {current.translation_table}
             WHERE "{current.owner}" = ANY(%b::uuid[]) AND language_id = ANY(%b::uuid[])
             ORDER BY array_position(%b::uuid[], language_id)""",
        [list(records), list(languages), list(languages)],
    )
    for owner, *values in rows:
        records[owner].update({name: v for name, v in zip(texts, values, strict=True) if v is not None})


def _named(store: str | int) -> str:
    """The column that names it."""
    return "code" if isinstance(store, str) else "number"


def _overlay(records: dict[UUID, dict[str, Json]], current: Plan, store: str | int) -> None:
    by_column = {field.column: field for field in current.spec.fields}
    rows = run(
        f"""SELECT v."{current.owner}", v."values" FROM {current.store_table} v
              JOIN catalog_store s ON s.id = v.store_id AND s.{_named(store)} = %b
             WHERE v."{current.owner}" = ANY(%b::uuid[])""",
        [store, list(records)],
    )
    for owner, values in rows:
        for column, value in values.items():
            name, _, key = column.partition(SEPARATOR)
            if key:
                records[owner][name] = {**records[owner][name], key: value}
            else:
                records[owner][by_column[name].name] = value


def _attach_links(records: dict[UUID, dict[str, Json]], current: Plan, name: str) -> None:
    mapping = current.mappings[name]
    target = plan(mapping.links.entity).table
    extra = "".join(f', m."{column}"' for column in mapping.links.columns)
    order = f'm."{mapping.links.columns[0]}", t.number' if mapping.links.columns else "t.number"
    rows = run(
        f"""SELECT m."{mapping.owner}", t.id, t.number{extra}
              FROM {mapping.table} m JOIN {target} t ON t.id = m."{mapping.target}"
             WHERE m."{mapping.owner}" = ANY(%b::uuid[]) ORDER BY {order}""",
        [list(records)],
    )
    for record in records.values():
        record[name] = []
    for owner, *values in rows:
        records[owner][name].append(dict(zip(("id", "number", *mapping.links.columns), values, strict=True)))
