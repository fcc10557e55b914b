"""What a write leaves to derive: only what is made of something that really changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntFlag
from functools import cache
from itertools import accumulate
from typing import Any, Final
from uuid import UUID

from catalog.plans import plan
from catalog.rows import Row
from catalog.sql import run


class Derivation(IntFlag):
    """Each runs alone. The numbers are stored."""

    TREE = 1  # a category's path, level, ancestors and breadcrumb, and those of all below it
    CHILDREN = 2  # how many records have this one as their parent
    LINKS = 4  # a product's lists of the ids that it is linked to
    SEARCH = 8  # a product's search document


PARENT: Final = "parent_id"  # whoever has derived data may have a parent, and counts its children


@dataclass(frozen=True, kw_only=True, slots=True)
class Inputs:
    """What the derived data of an entity are made of."""

    made: Derivation  # of `columns`, and so for every new record
    columns: frozenset[str]
    translated: Derivation  # of its texts in other languages
    linked: frozenset[str] = frozenset()  # the relations behind Derivation.LINKS


SEARCHED: Final = frozenset({
    "sku", "name", "description", "custom_search_keywords", "meta_keyword", "ean", "manufacturer_number",
})  # fmt: skip

INPUTS: Final[Mapping[str, Inputs]] = {
    "category": Inputs(made=Derivation.TREE, columns=frozenset({"name", PARENT}), translated=Derivation(0)),
    "product": Inputs(
        made=Derivation.SEARCH,
        columns=SEARCHED,
        translated=Derivation.SEARCH,
        linked=frozenset({"categories", "properties", "options", "tags"}),
    ),
}


class Marks:
    """Ids by entity and derivation. Too many do no harm: what is not behind, or gone, is not written."""

    def __init__(self) -> None:
        self.ids: dict[tuple[str, Derivation], set[UUID]] = defaultdict(set)

    def __bool__(self) -> bool:
        return any(self.ids.values())

    def add(self, entity: str, derivations: int, ids: Iterable[UUID | None]) -> None:
        if not derivations:
            return
        known = {id for id in ids if id is not None}
        for derivation in Derivation(derivations) if known else ():
            self.ids[entity, derivation] |= known

    def of(self, entity: str, derivation: Derivation) -> list[UUID]:
        return sorted(self.ids.get((entity, derivation), ()))

    def take(self, derivations: Mapping[str, int]) -> Marks:
        """Those of these derivations, by entity, which are no longer here then."""
        taken = Marks()
        for entity, derivation in list(self.ids):
            if derivation & derivations.get(entity, 0):
                taken.ids[entity, derivation] = self.ids.pop((entity, derivation))
        return taken

    def created(self, entity: str, rows: Sequence[Row]) -> None:
        if entity in INPUTS:
            self.add(entity, INPUTS[entity].made, (row.id for row in rows))
            self.add(entity, Derivation.CHILDREN, (row.document.get(PARENT) for row in rows))

    def changed(self, entity: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """`rows`: (id, anything, the values of `changes`)."""
        for derivations in {row[2] for row in rows}:
            self.add(entity, derivations, (row[0] for row in rows if row[2] == derivations))
        self.add(entity, Derivation.CHILDREN, (parent for row in rows for parent in row[3] or ()))

    def linked(self, entity: str, relation: str, owners: Iterable[UUID | None]) -> None:
        if entity in INPUTS and relation in INPUTS[entity].linked:
            self.add(entity, Derivation.LINKS, owners)

    def translated(self, entity: str, owners: Iterable[UUID | None]) -> None:
        if entity in INPUTS:
            self.add(entity, INPUTS[entity].translated, owners)

    def alike(self) -> dict[tuple[str, int], set[UUID]]:
        """The records by entity and the sum of their derivations: each is in one set."""
        found: dict[tuple[str, int], set[UUID]] = {}
        for (entity, derivation), ids in self.ids.items():
            rest = ids
            for (other, together), members in list(found.items()):
                if other == entity and (both := members & rest):
                    members.difference_update(both)
                    found.setdefault((entity, together + derivation.value), set()).update(both)
                    rest = rest - both
            found.setdefault((entity, derivation.value), set()).update(rest)
        return found


def changes(entity: str, sides: Mapping[str, str]) -> tuple[str, str]:
    """SQL of two values: the sum of what a change makes anew, and the parents that lose or gain by it, or null.

    `sides`: the columns that are written, as `p."name"`, and what they become.
    """
    made, parents = "0", "NULL::uuid[]"
    if (inputs := INPUTS.get(entity)) is None:
        return made, parents
    if inner := {old: new for column in sorted(inputs.columns) if (new := sides.get(old := f'p."{column}"'))}:
        differs = f"({', '.join(inner)}) IS DISTINCT FROM ({', '.join(inner.values())})"
        made = f"CASE WHEN {differs} THEN {inputs.made.value} ELSE 0 END"
    if after := sides.get(before := f'p."{PARENT}"'):
        parents = f"CASE WHEN {before} IS DISTINCT FROM {after} THEN ARRAY[{before}, {after}] END"
    return made, parents


@dataclass(frozen=True, kw_only=True, slots=True)
class Loss:
    """What the owner of a row beside the records has to derive when that row goes."""

    entity: str
    owner: str  # the column that names it
    derivation: Derivation


def loss(table: str, column: str) -> Loss | None:
    """For rows of `table` that go because what `column` names is deleted; None when nothing is made of them."""
    found = _losses().get(table)
    return None if found is None or found.owner == column else found


def gain(table: str) -> Loss | None:
    """The same for rows of `table` that come; None when nothing is made of them."""
    return _losses().get(table)


def parent(entity: str) -> str:
    """The column of its parent, for what counts its children."""
    return PARENT if entity in INPUTS else "NULL::uuid"


@cache
def _losses() -> Mapping[str, Loss]:
    found = {}
    for entity, inputs in INPUTS.items():
        current = plan(entity)
        for relation in inputs.linked:
            mapping = current.mappings[relation]
            found[mapping.table] = Loss(entity=entity, owner=mapping.owner, derivation=Derivation.LINKS)
        if inputs.translated:
            loss = Loss(entity=entity, owner=current.owner, derivation=inputs.translated)
            found[current.translation_table] = loss
    return found


def store(marks: Marks, *, held: bool) -> None:
    """Leave the marks for whoever drains them, with the caller's transaction."""
    if not marks:
        return
    found = marks.alike()
    ends = list(accumulate(len(ids) for ids in found.values()))
    run(
        """INSERT INTO catalog_dirty (held, entity, record_id, derivations)
           SELECT %b, g.entity, m.id, g.derivations
             FROM unnest(%b::uuid[]) WITH ORDINALITY AS m (id, place)
             JOIN unnest(%b::text[], %b::smallint[], %b::int[], %b::int[]) AS g (entity, derivations, after, last)
               ON m.place > g.after AND m.place <= g.last""",
        [
            held,
            [id for ids in found.values() for id in ids],
            [entity for entity, _ in found],
            [together for _, together in found],
            [0, *ends[:-1]],
            ends,
        ],
    )
