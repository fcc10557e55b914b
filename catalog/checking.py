"""What must hold before rows are written, asked in sets: rights, required fields, keys, unique values, trees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from catalog import resolving, validation
from catalog.commands import Json, Mode, Upsert
from catalog.outcomes import ErrorCode, FieldError, missing
from catalog.plans import Plan
from catalog.registry import NaturalKey, Ref
from catalog.rights import Action, Rights
from catalog.rows import Row
from catalog.sql import run


def existence(rows: Sequence[Row]) -> None:
    """Refuse what must be new and is not, or must be there and is not."""
    for row in rows:
        command = row.command
        assert isinstance(command, Upsert)
        if row.exists and command.mode is Mode.CREATE:
            row.refuse(FieldError(path="", code=ErrorCode.EXISTS))
        elif not row.exists and command.key and _must_exist(command):
            row.refuse(missing(command.key.by, command.key.value))


def soleness(rows: Sequence[Row], current: Plan) -> None:
    """Refuse what names several records and wants one. A query only where a key is not unique."""
    asking: dict[str, list[tuple[Row, FieldError]]] = defaultdict(list)
    for row in rows:
        command = row.command
        assert isinstance(command, Upsert)
        if command.sole and command.key and row.exists and not current.spec.keys_by_name[command.key.by].unique:
            asking[command.key.by].append((row, command.sole))
    for by, asked in asking.items():
        several = resolving.ambiguous(current.spec.name, by, {row.name for row, _ in asked})
        for row, error in asked:
            if row.name in several:
                row.refuse(error)


def _must_exist(command: Upsert) -> bool:
    return command.key is not None and (command.mode is Mode.UPDATE or command.key.by == "number")


def rights(rows: Sequence[Row], current: Plan, granted: Rights) -> None:
    """Refuse what the caller may not do, and every write to what is only to be read."""
    entity = current.spec.name
    if granted.granted is None and not current.spec.read_only:
        return
    for row in rows:
        action: Action = "delete" if not isinstance(row.command, Upsert) else "change" if row.exists else "add"
        if current.spec.read_only or not granted.allow(action, entity):
            right = Rights.name(action, entity)
            row.refuse(FieldError(path="", code=ErrorCode.FORBIDDEN, params={"right": right}))


def fill_new(rows: Sequence[Row], current: Plan) -> None:
    """A new record takes the parts of the key that names it, and the dialect's defaults, for what was not sent."""
    extra = [(row, values) for row in rows if not row.exists and (values := _extra(row, current))]
    cleaned = validation.clean(current.spec.name, [values for _, values in extra]) if extra else []
    for (row, _), (values, errors) in zip(extra, cleaned, strict=True):
        row.values = values | row.values
        if errors:
            row.refuse(*errors)


def natural_keys(rows: Sequence[Row], current: Plan) -> None:
    """Fill in the comparable form of the natural key; refuse a blank one."""
    key = current.spec.key
    if key is None:
        return
    field = key.fields[0]
    for row in rows:
        given = row.document.get(field)
        if isinstance(given, str):
            folded = key.fold(given)
            row.document[key.column] = folded
            if key.column != field:
                row.document[field] = given.strip()
            if not folded:
                row.refuse(FieldError(path=f"/{field}", code=ErrorCode.BLANK))


def required(rows: Sequence[Row], current: Plan) -> None:
    """Refuse new records that lack what the table or the dialect demands, unless they were told so already."""
    columns = current.column_of
    demanded: dict[tuple[str, ...], list[tuple[str, str]]] = {}  # most records of a chunk demand the same
    for row in rows:
        command, document = row.command, row.document
        assert isinstance(command, Upsert)
        for name in command.required:
            if document.get(columns[name]) == "":
                row.refuse(FieldError(path=f"/{name}", code=ErrorCode.BLANK))
        if row.exists or command.flaws or _must_exist(command):  # it was told already why something is not there
            continue
        if (names := demanded.get(command.required)) is None:
            fields = dict.fromkeys((*current.mandatory, *command.required))
            names = demanded[command.required] = [(name, columns[name]) for name in fields]
        lacking = [name for name, column in names if document.get(column) is None]
        told = {error.path for error in row.errors} if lacking else set()
        for name in lacking:
            if f"{row.path}/{name}" not in told:
                row.refuse(FieldError(path=f"/{name}", code=ErrorCode.REQUIRED))


def unique(rows: Sequence[Row], current: Plan) -> None:
    """Refuse the rows that take a value which another record has: one query per unique key that was sent."""
    for key in current.unique_keys:
        values = _values(rows, key, current)
        takers: dict[Json, list[Row]] = defaultdict(list)
        for row, value in values.items():
            takers[value].append(row)
        if not takers:
            continue
        owners = resolving.ids(current.spec.name, key.name, takers)
        writers = {row.id: row for row in values}
        for value, contenders in takers.items():
            owner = owners.get(value, contenders[0].id)
            if len(contenders) == 1 and contenders[0].id == owner:
                continue
            holder = writers.get(owner)
            giver = holder if holder is not None and values[holder] != value else None
            errors = {row: _taken(row, key, value) for row in contenders}
            _decide(errors, owner, giver, is_exchanged=key is current.exchangeable)


def settled(rows: Sequence[Row], current: Plan) -> None:
    """Refuse what would change a reference that stays as it is: one query for each. It is told nothing else of it."""
    asking: dict[str, list[tuple[Row, FieldError]]] = defaultdict(list)
    for row in rows:
        command = row.command
        assert isinstance(command, Upsert)
        for name, error in command.settled.items() if row.exists else ():
            asking[current.column_of[name]].append((row, error))
    for column, asked in asking.items():
        statement = f'SELECT id, "{column}" FROM {current.table} WHERE id = ANY(%b::uuid[])'
        kept = dict(run(statement, [[row.id for row, _ in asked]]))
        for row, error in asked:
            if row.document.pop(column, kept.get(row.id)) != kept.get(row.id):
                row.refuse(error)


def trees(rows: Sequence[Row], current: Plan) -> None:
    """Refuse records that would become their own ancestors, or be nested deeper than their kind allows."""
    for ref in current.spec.refs:
        moved = {row.id: row for row in rows if ref.tree and row.document.get(ref.column) is not None}
        if not moved:
            continue
        parents = _ancestors([row.document[ref.column] for row in moved.values()], current, ref)
        parents.update({row.id: row.document[ref.column] for row in rows if ref.column in row.document})
        for row in moved.values():
            _check_place(row, ref, parents)
        if ref.flat:
            _refuse_parents(moved, current, ref)


def _extra(row: Row, current: Plan) -> dict[str, Json]:
    command, given = row.command, row.given
    assert isinstance(command, Upsert)
    extra = {name: value for name, value in command.defaults.items() if name not in given}
    if (key := command.key) is not None and key.by in current.key_parts:
        parts = key.value if isinstance(key.value, tuple) else (key.value,)
        for place, name in current.key_parts[key.by]:
            if name not in given:
                extra[name] = parts[place]
    return extra


def _is_its_own_name(row: Row, key: NaturalKey) -> bool:
    """The record was found, or found missing, by this very value: nobody else has it."""
    command_key = row.command.key
    return command_key is not None and command_key.by == key.name and row.document.get(key.column) == row.name


def _values(rows: Sequence[Row], key: NaturalKey, current: Plan) -> dict[Row, Json]:
    """By row the value that its record gets; of several fields, some may stay as they are."""
    columns = current.key_columns[key.name]
    if len(columns) == 1:
        values = {row: row.document.get(columns[0]) for row in rows if not _is_its_own_name(row, key)}
        return {row: value for row, value in values.items() if value is not None}
    writing = [row for row in rows if any(column in row.document for column in columns)]
    partly = [row.id for row in writing if row.exists and not all(column in row.document for column in columns)]
    before, nothing = resolving.kept(current, key, partly), (None,) * len(columns)
    parts = {row: zip(columns, before.get(row.id, nothing), strict=True) for row in writing}  # type: ignore[arg-type]
    places = {row: tuple(row.document.get(column, old) for column, old in own) for row, own in parts.items()}
    return {row: place for row, place in places.items() if None not in place}


def _decide(contenders: Mapping[Row, FieldError], owner: UUID | None, giver: Row | None, *, is_exchanged: bool) -> None:
    """Refuse those who do not get a value: its owner keeps it, or gives it up (`giver`) to the first of them."""
    first = next(iter(contenders))
    if giver is not None and is_exchanged and first.exists:
        giver.heirs.append((first, contenders[first]))
        owner, giver = first.id, None
    for row, error in contenders.items():
        if row.id != owner:
            row.refuse(error)
            by = [(giver, True)] if giver else [(first, False)] if owner == first.id else []
            row.barred = (*row.barred, *by)


def _taken(row: Row, key: NaturalKey, value: Json) -> FieldError:
    shown = row.values.get(key.fields[0], value) if len(key.fields) == 1 else [str(part) for part in value]
    params = {"value": shown, "fields": list(key.fields)}
    return FieldError(path=f"/{key.fields[0]}", code=ErrorCode.TAKEN, params=params)


def _ancestors(ids: Sequence[UUID], current: Plan, ref: Ref) -> dict[UUID | None, UUID | None]:
    rows = run(
        f"""WITH RECURSIVE above AS (
              SELECT id, "{ref.column}" AS parent FROM {current.table} WHERE id = ANY(%b::uuid[])
              UNION SELECT t.id, t."{ref.column}" FROM {current.table} t JOIN above a ON t.id = a.parent)
            SELECT id, parent FROM above""",
        [list(ids)],
    )
    return dict(rows)


def _check_place(row: Row, ref: Ref, parents: dict[UUID | None, UUID | None]) -> None:
    path: list[UUID | None] = [row.id]
    while (parent := parents.get(path[-1])) is not None:
        if parent in path:
            params = {"ids": [str(id) for id in (*path, parent)]}
            row.refuse(FieldError(path=f"/{ref.name}", code=ErrorCode.CYCLE, params=params))
            return
        path.append(parent)
    if ref.flat and len(path) > 2:
        row.refuse(FieldError(path=f"/{ref.name}", code=ErrorCode.NESTED, params={"limit": 1}))


def _refuse_parents(moved: dict[UUID | None, Row], current: Plan, ref: Ref) -> None:
    """Where one level is allowed, what has children itself may not get a parent."""
    statement = f'SELECT DISTINCT "{ref.column}" FROM {current.table} WHERE "{ref.column}" = ANY(%b::uuid[])'
    for (id,) in run(statement, [[row.id for row in moved.values() if row.exists]]):
        moved[id].refuse(FieldError(path=f"/{ref.name}", code=ErrorCode.NESTED, params={"limit": 1}))
