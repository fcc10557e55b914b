"""What a revert does to one record: from the steps that an operation took with it to the command that takes them back.

Pure. An item of a revert is a JSON object: `entity`, `id`, `item` (of the reverted operation, the last that wrote the
record), `at` (the time of that write), and the record's one step from before the operation to after it, in the form of
catalog.changes. An item that cannot be taken back has a `reason` instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from asyncops.dialects import ItemRefused
from catalog.commands import Change, Command, Delete, Json, Link, LinkSet, Mode, Reference, Undo, Upsert
from catalog.entities import ENTITIES
from catalog.outcomes import ErrorCode, FieldError
from catalog.registry import Document, EntitySpec, FieldSpec, Ref

UNRECORDED: Final = "What this item changed was not recorded, so it cannot be reverted."
ENTANGLED: Final = "The operation wrote this record, deleted it and more, so it cannot be reverted."
CHANGED: Final = "The record has changed since, so it was not reverted."


def refusal(reason: str) -> FieldError:
    return FieldError(path="", code=ErrorCode.DIALECT, params={"message": reason, "parameters": {}})


def step(taken: Sequence[Mapping[str, Json]]) -> dict[str, Json] | None:
    """The steps of an operation with one record, in their order, as one; None when they cancel each other out."""
    kinds = [str(entry["kind"]) for entry in taken]
    if kinds[0] == "created":
        return None if kinds[-1] == "deleted" else {"kind": "created"}
    if "created" in kinds or "deleted" in kinds[:-1]:
        return {"reason": ENTANGLED}
    if kinds[-1] == "deleted":
        return _deleted(taken)
    return _updated(taken)


def command(item: Mapping[str, Json]) -> Command:
    """Raises ItemRefused for what cannot be taken back."""
    if reason := item.get("reason"):
        raise ItemRefused(refusal(str(reason)))
    spec, key = ENTITIES[item["entity"]], Reference("id", item["id"])
    match item["kind"]:
        case "created":
            undo = Undo(otherwise=refusal(CHANGED), at=item["at"])
            return Delete(entity=spec.name, key=key, undo=undo)
        case "deleted":
            return _insert(spec, key, item)
    return _update(spec, key, item)


def _updated(taken: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    found: dict[str, Json] = {"kind": "updated"}
    for part in ("fields", "stores", "translations", "links"):
        merged: dict[str, Json] = {}
        for entry in taken:
            _merge(merged, entry.get(part, {}), pairs_below=1 if part in ("stores", "links") else 0)
        if merged:
            found[part] = merged
    return found


def _merge(into: dict[str, Json], pairs: Mapping[str, Json], *, pairs_below: int) -> None:
    """The first value before and the last value after."""
    for name, pair in pairs.items():
        if pairs_below:
            _merge(into.setdefault(name, {}), pair, pairs_below=pairs_below - 1)
        else:
            into[name] = [into[name][0], pair[1]] if name in into else pair


def _deleted(taken: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    *updates, last = taken
    before = _updated(updates) if updates else {}
    if any(part in before for part in ("stores", "translations", "links")):
        return {"reason": ENTANGLED}
    row = {**last["row"], **{name: pair[0] for name, pair in before.get("fields", {}).items()}}
    return {"kind": "deleted", "row": row, "rows": last["rows"], "lost": last["lost"]}


def _insert(spec: EntitySpec, key: Reference, item: Mapping[str, Json]) -> Upsert:
    row = item["row"]
    values = {
        field.name: _value(field, row[field.column])
        for field in spec.fields
        if field.column in row and (field.nullable or row[field.column] is not None)
    }
    undo = Undo(
        otherwise=refusal(CHANGED),
        number=row["number"],
        created_at=row["created_at"],
        rows=item["rows"],
        lost=item["lost"],
    )
    no_links = {links.name: LinkSet(links=(), change=Change.REPLACE) for links in spec.links if links.everywhere}
    return Upsert(entity=spec.name, key=key, values=values, links=no_links, mode=Mode.CREATE, undo=undo)


def _update(spec: EntitySpec, key: Reference, item: Mapping[str, Json]) -> Upsert:
    fields = {name: pair for name, pair in item.get("fields", {}).items() if name in _by_column(spec)}
    links = item.get("links", {})
    undo = Undo(
        otherwise=refusal(CHANGED),
        at=item["at"],
        after={name: pair[1] for name, pair in fields.items()},
        unlinks={name: tuple(t for t, (before, _) in pairs.items() if before is None) for name, pairs in links.items()},
        store_values={store: {n: pair[0] for n, pair in own.items()} for store, own in item.get("stores", {}).items()},
    )
    return Upsert(
        entity=spec.name,
        key=key,
        values=dict(_before(_by_column(spec)[name], *pair) for name, pair in fields.items()),
        links={name: added for name, pairs in links.items() if (added := _added(pairs)).links},
        translations=tuple(
            (Reference("id", language), pair[0]) for language, pair in item.get("translations", {}).items()
        ),
        mode=Mode.UPDATE,
        undo=undo,
    )


def _before(field: FieldSpec, before: Json, after: Json) -> tuple[str, Json]:
    if isinstance(field, Document) and field.merged:
        old, new = before or {}, after or {}
        return field.name, {name: old.get(name) for name in {*old, *new} if old.get(name) != new.get(name)}
    return field.name, _value(field, before)


def _value(field: FieldSpec, stored: Json) -> Json:
    return Reference("id", stored) if isinstance(field, Ref) and stored is not None else stored


def _added(pairs: Mapping[str, Json]) -> LinkSet:
    links = (
        Link(target=Reference("id", target), values=before)
        for target, (before, _) in pairs.items()
        if before is not None
    )
    return LinkSet(links=tuple(links))


def _by_column(spec: EntitySpec) -> Mapping[str, FieldSpec]:
    return {field.column: field for field in spec.fields}
