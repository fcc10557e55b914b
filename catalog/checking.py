"""What must hold before rows are written, asked in sets: rights, required fields, keys, unique values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from catalog.commands import Json, Mode, Upsert
from catalog.outcomes import ErrorCode, FieldError
from catalog.plans import Plan
from catalog.rights import Rights
from catalog.rows import Row
from catalog.sql import run


def existence(rows: Sequence[Row]) -> None:
    """Refuse what must be new and is not, or must be there and is not."""
    for row in rows:
        command = row.command
        assert isinstance(command, Upsert)
        if row.exists and command.mode is Mode.CREATE:
            row.refuse(FieldError(path="", code=ErrorCode.EXISTS))
        elif not row.exists and command.key and (command.mode is Mode.UPDATE or command.key.by == "number"):
            params = {"by": command.key.by, "value": command.key.value}
            row.refuse(FieldError(path="", code=ErrorCode.MISSING, params=params))


def rights(rows: Sequence[Row], entity: str, granted: Rights) -> None:
    for row in rows:
        action = "delete" if not isinstance(row.command, Upsert) else "change" if row.exists else "add"
        if not granted.allow(action, entity):  # type: ignore[arg-type]
            row.refuse(_forbidden(granted.name(action, entity)))  # type: ignore[arg-type]


def natural_keys(rows: Sequence[Row], current: Plan) -> None:
    """Fill in the comparable form of the natural key; refuse a blank one."""
    key = current.spec.key
    if key is None:
        return
    for row in rows:
        command = row.command
        assert isinstance(command, Upsert)
        if not row.exists and command.key and command.key.by == key.field:
            row.document.setdefault(key.field, command.key.value)
        given = row.document.get(key.field)
        if isinstance(given, str):
            folded = key.fold(given)
            row.document[key.column] = folded
            if key.column != key.field:
                row.document[key.field] = given.strip()
            if not folded:
                row.refuse(FieldError(path=f"/{key.field}", code=ErrorCode.BLANK))


def required(rows: Sequence[Row], current: Plan) -> None:
    """Refuse new records that lack what the table or the dialect demands, and were not told otherwise already."""
    columns = {field.name: field.column for field in current.spec.fields}
    for row in rows:
        command = row.command
        if row.exists or not isinstance(command, Upsert):
            continue
        told = {error.path for error in row.errors}
        for name in dict.fromkeys((*current.mandatory, *command.required)):
            if row.document.get(columns[name]) is None and f"/{name}" not in told:
                row.refuse(FieldError(path=f"/{name}", code=ErrorCode.REQUIRED))


def unique(rows: Sequence[Row], current: Plan) -> None:
    """Refuse the rows that take a value which another record has: one query per unique column that was sent."""
    for column, field in current.unique.items():
        takers: dict[Json, list[Row]] = defaultdict(list)
        for row in rows:
            if (value := row.document.get(column)) is not None:
                takers[value].append(row)
        if takers:
            _refuse_taken(takers, column, field, current)


def _refuse_taken(takers: dict[Json, list[Row]], column: str, field: str, current: Plan) -> None:
    kind = "uuid" if all(isinstance(value, UUID) for value in takers) else "text"
    owners = dict(
        run(f'SELECT "{column}", id FROM {current.table} WHERE "{column}" = ANY(%b::{kind}[])', [list(takers)])
    )
    for value, contenders in takers.items():
        owner = owners.get(value, contenders[0].id)
        for row in contenders:
            if row.id != owner:
                shown = row.values.get(field, value)
                row.refuse(FieldError(path=f"/{field}", code=ErrorCode.TAKEN, params={"value": shown}))


def _forbidden(right: str) -> FieldError:
    return FieldError(path="", code=ErrorCode.FORBIDDEN, params={"right": right})
