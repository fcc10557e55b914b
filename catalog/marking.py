"""What a write leaves to derive: only what is made of something that really changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntFlag
from typing import Final
from uuid import UUID

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
    translated: Derivation = Derivation(0)  # of its texts in other languages
    linked: frozenset[str] = frozenset()  # the relations behind Derivation.LINKS


SEARCHED: Final = frozenset({
    "sku", "name", "description", "custom_search_keywords", "meta_keyword", "ean", "manufacturer_number",
})  # fmt: skip

INPUTS: Final[Mapping[str, Inputs]] = {
    "category": Inputs(made=Derivation.TREE, columns=frozenset({"name", PARENT})),
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
        known = [id for id in ids if id is not None]
        for derivation in Derivation(derivations) if known else ():
            self.ids[entity, derivation].update(known)

    def of(self, entity: str, derivation: Derivation) -> list[UUID]:
        return sorted(self.ids.get((entity, derivation), ()))

    def created(self, entity: str, ids: Iterable[UUID | None], parents: Iterable[UUID | None]) -> None:
        if entity in INPUTS:
            self.add(entity, INPUTS[entity].made, ids)
            self.add(entity, Derivation.CHILDREN, parents)

    def linked(self, entity: str, relation: str, owners: Iterable[UUID | None]) -> None:
        if entity in INPUTS and relation in INPUTS[entity].linked:
            self.add(entity, Derivation.LINKS, owners)

    def translated(self, entity: str, owners: Iterable[UUID | None]) -> None:
        if entity in INPUTS:
            self.add(entity, INPUTS[entity].translated, owners)

    def by_record(self) -> dict[tuple[str, UUID], int]:
        """The sum of each record's derivations."""
        found: dict[tuple[str, UUID], int] = {}
        for (entity, derivation), ids in self.ids.items():
            for id in ids:
                found[entity, id] = found.get((entity, id), 0) + derivation.value
        return found


def store(marks: Marks, *, held: bool) -> None:
    """Leave the marks for whoever drains them, with the caller's transaction."""
    if not (found := marks.by_record()):
        return
    entities, ids = zip(*found, strict=True)
    run(
        """INSERT INTO catalog_dirty (held, entity, record_id, derivations)
           SELECT %b, entity, id, derivations
             FROM unnest(%b::text[], %b::uuid[], %b::smallint[]) AS m (entity, id, derivations)""",
        [held, list(entities), list(ids), list(found.values())],
    )
