"""Which rows, in Shopware's terms, an item has written or deleted: itself, what is nested in it, texts, mappings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Final
from uuid import UUID

from catalog.commands import Command, Delete, Json, LinkSet, Reference, Upsert
from catalog.entities import ENTITIES
from catalog.outcomes import Outcome, OutcomeKind
from catalog.plans import plan
from catalog.sql import run
from syncapi.shopware import languages, values
from syncapi.shopware.names import NamedMapping, camel
from syncapi.shopware.schema import ALL, MAPPING_OF, RESOURCES, TRANSLATIONS, Resource, name_of, of_entity

_BELONGING: Final = frozenset(name for name, resource in RESOURCES.items() if resource.named.parent)
Key = str | tuple[tuple[str, str], ...]  # an id, or the parts of a key by property


class Rows(dict[str, dict[Key, None]]):
    """Keys by entity, each once."""

    def add(self, name: str, key: Key) -> None:
        if name in self:
            self[name][key] = None
        else:
            self[name] = {key: None}

    def update_with(self, others: Rows) -> None:
        for name, keys in others.items():
            self.setdefault(name, {}).update(keys)

    def drop(self, others: Rows) -> None:
        for name, keys in others.items():
            mine = self.get(name, {})
            for key in keys:
                mine.pop(key, None)

    def without(self, others: Rows) -> Rows:
        left = ((name, {key: None for key in keys if key not in others.get(name, {})}) for name, keys in self.items())
        return Rows((name, keys) for name, keys in left if keys)

    @property
    def shown(self) -> Json:
        """{entity: [key, ...]} with sorted names; an empty one is a list, as PHP writes it."""
        return {name: _keys(self[name]) for name in sorted(self) if self[name]} or []


def _keys(keys: Iterable[Key]) -> list[Json]:
    return [key if isinstance(key, str) else dict(key) for key in keys]


class Lookups:
    """What the rows of a request need to be told, asked once for all items: before they are written, and after."""

    def __init__(self, items: Sequence[Mapping[str, Json]]) -> None:
        self.parents = dict(_parents((item, item["payload"].get("id")) for item in items))
        self.languages: dict[str, str] = {}

    def learn(
        self,
        items: Sequence[Mapping[str, Json]],
        understood: Sequence[Command | Outcome],
        outcomes: Sequence[Outcome],
    ) -> None:
        """Of what was written: the languages that it named, and the parents of records that came without an id."""
        self.languages = _languages(understood)
        new = [
            (item, outcome.id.hex)
            for item, outcome in zip(items, outcomes, strict=True)
            if item["entity"] in _BELONGING and item["action"] != "delete" and is_written(outcome) and outcome.id
        ]
        self.parents.update(_parents((item, id) for item, id in new if (item["entity"], id) not in self.parents))


def written(item: Mapping[str, Json], command: Command, outcome: Outcome, known: Lookups, rows: Rows) -> None:
    """The rows that an upsert wrote, its mappings' other sides and its parents included."""
    if isinstance(command, Delete) or outcome.id is None:
        return
    entity = ALL[item["entity"]]
    if not isinstance(entity, Resource):
        _sides(command, outcome.id, rows)
        rows.add(item["entity"], key_of(item, outcome.id))
        return
    _walk(command, outcome.id, iter([id for _, id in outcome.nested]), known, rows)
    _add_parent(entity, outcome.id, known, rows)


def deleted(item: Mapping[str, Json], command: Command, outcome: Outcome, rows: Rows) -> None:
    """The rows that a delete took, with all that went with them."""
    if isinstance(command, Upsert):
        rows.add(item["entity"], key_of(item, outcome.id))
        return
    if outcome.id:
        _gone(command.entity, (outcome.id,), rows)
    for name, key in outcome.gone:
        _gone(name, key, rows)


def beside_deleted(item: Mapping[str, Json], command: Command, outcome: Outcome, known: Lookups, rows: Rows) -> None:
    """Who has lost something by a delete: both sides of a mapping, the record that a child belonged to."""
    if outcome.id is None:
        return
    entity = ALL[item["entity"]]
    if isinstance(command, Upsert):
        _sides(command, outcome.id, rows)
    elif isinstance(entity, Resource):
        _add_parent(entity, outcome.id, known, rows)


def _add_parent(entity: Resource, id: UUID, known: Lookups, rows: Rows) -> None:
    if entity.named.parent and (parent := known.parents.get((entity.name, id.hex))):
        rows.add(of_entity(_parent_entity(entity)), parent)


def key_sent(item: Mapping[str, Json]) -> Key:
    """The key of a record to be deleted, as it was sent."""
    is_record = isinstance(ALL[item["entity"]], Resource)
    return _sent(item, "id") if is_record else tuple(_parts_sent(item))


def _parts_sent(item: Mapping[str, Json]) -> list[tuple[str, str]]:
    entity = ALL[item["entity"]]
    assert not isinstance(entity, Resource), "a record's key is its id"
    names = [entity.owner_id, entity.target_id if isinstance(entity, NamedMapping) else "languageId"]
    return [(name, _sent(item, name)) for name in names]


def _sent(item: Mapping[str, Json], name: str) -> str:
    """Of a resolver what it was to look for."""
    given = item["payload"].get(name)
    if given is None and isinstance(inner := item["payload"].get(name.removesuffix("Id")), dict):
        given = inner.get("id")
    return str(given.get("value") if isinstance(given, dict) else given)


def is_written(outcome: Outcome) -> bool:
    return outcome.kind in (OutcomeKind.CREATED, OutcomeKind.UPDATED, OutcomeKind.UNCHANGED)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shape:
    """How rows of an entity are told. `texts`: its translated fields, none when it has no translations."""

    name: str
    translation: str
    owner_id: str
    texts: frozenset[str]
    refs: tuple[str, ...]


@cache
def _shape(entity: str) -> _Shape:
    spec, name = ENTITIES[entity], of_entity(entity)
    return _Shape(
        name=name,
        translation=f"{name}_translation",
        owner_id=f"{camel(name)}Id",
        texts=frozenset(field.name for field in spec.translated),
        refs=tuple(ref.name for ref in spec.refs),
    )


def _walk(command: Upsert, id: UUID, ids: Iterator[UUID], known: Lookups, rows: Rows) -> None:
    """In the order in which the writer makes rows of nested commands; `ids` are theirs."""
    shape, own, values = _shape(command.entity), id.hex, command.values
    rows.add(shape.name, own)
    if shape.texts:
        _texts(command, shape, own, known, rows)
    for ref in shape.refs:
        if ref in values and isinstance(inner := values[ref], Upsert):
            _walk(inner, next(ids), ids, known, rows)
    for relation, chosen in command.links.items():
        _links(relation, chosen, command, own, ids, known, rows)
    for inner in chain(*command.children.values(), command.beside):
        if isinstance(inner, Upsert):
            _walk(inner, next(ids), ids, known, rows)


def _links(
    relation: str, chosen: LinkSet, command: Upsert, own: str, ids: Iterator[UUID], known: Lookups, rows: Rows
) -> None:
    mapping = MAPPING_OF[command.entity, relation]
    owner = (mapping.owner_id, own)
    for link in chosen.links:
        target = _id(link.target)
        if isinstance(link.target, Upsert):
            target = next(ids)
            _walk(link.target, target, ids, known, rows)
        if target is not None:
            rows.add(mapping.name, (owner, (mapping.target_id, target.hex)))


def _texts(command: Upsert, shape: _Shape, own: str, known: Lookups, rows: Rows) -> None:
    owner, spoken = (shape.owner_id, own), set()
    if not shape.texts.isdisjoint(command.values):
        language = command.scope.language
        spoken.add(_language(language, known) if language else languages.SYSTEM)
    spoken.update(_language(reference, known) for reference, _ in command.translations)
    for language_id in sorted(spoken - {""}) if len(spoken) > 1 else spoken:
        if language_id:
            rows.add(shape.translation, (owner, ("languageId", language_id)))


def _language(reference: Reference, known: Lookups) -> str:
    if (id := _id(reference)) is not None:
        return id.hex
    return known.languages.get(reference.value, "")


def _sides(command: Upsert, id: UUID, rows: Rows) -> None:
    """The record of a mapping or translation, and the mapping's other side."""
    rows.add(of_entity(command.entity), id.hex)
    for relation, chosen in command.links.items():
        target = ENTITIES[command.entity].links_by_name[relation].entity
        for link in chosen.links:
            if isinstance(link.target, Reference) and (other := _id(link.target)) is not None:
                rows.add(of_entity(target), other.hex)


def key_of(item: Mapping[str, Json], id: UUID | None) -> Key:
    """The whole key of a mapping's or a translation's row; what was named otherwise than by its id as it was sent."""
    _, other = parts = _parts_sent(item)
    return ((parts[0][0], id.hex), other) if id else tuple(parts)


def _id(target: Reference | Upsert) -> UUID | None:
    return target.value if isinstance(target, Reference) and target.by == "id" else None


def _gone(name: str, key: tuple[UUID, ...], rows: Rows) -> None:
    if name in ENTITIES:
        if shown := name_of(name):
            rows.add(shown, key[0].hex)
            if f"{shown}_translation" in TRANSLATIONS:
                system = (f"{camel(shown)}Id", key[0].hex), ("languageId", languages.SYSTEM)
                rows.add(f"{shown}_translation", system)
    elif (described := _tables().get(name)) is not None:
        entity, properties = described
        rows.add(entity, tuple((property, id.hex) for property, id in zip(properties, key, strict=True)))


@cache
def _tables() -> Mapping[str, tuple[str, tuple[str, str]]]:
    """Tables beside the records, by name: Shopware's entity and the properties of its key."""
    found = {}
    for (owner, relation), mapping in MAPPING_OF.items():
        found[plan(owner).mappings[relation].table] = (mapping.name, (mapping.owner_id, mapping.target_id))
    for translation in TRANSLATIONS.values():
        table = plan(translation.resource.spec.name).translation_table
        found[table] = (translation.name, (translation.owner_id, "languageId"))
    return found


def _parent_entity(resource: Resource) -> str:
    ref = next(ref for ref in resource.spec.refs if ref.name == resource.named.parent)
    return ref.entity


def _parents(named: Iterable[tuple[Mapping[str, Json], Json]]) -> Iterator[tuple[tuple[str, str], str]]:
    """The records that those belong to which have these ids: as sent, or as they are now."""
    asked: dict[str, list[str]] = {}
    for item, id in named:
        if item["entity"] in _BELONGING and values.is_id(id):
            entity = RESOURCES[item["entity"]]
            sent = item["payload"].get(entity.property_of(entity.named.parent))
            if isinstance(sent, str):
                yield (entity.name, id), sent
            else:
                asked.setdefault(entity.name, []).append(id)
    for name, ids in asked.items():
        resource = RESOURCES[name]
        current, column = plan(resource.spec.name), f"{resource.named.parent}_id"
        found = run(f'SELECT id, "{column}" FROM {current.table} WHERE id = ANY(%b::uuid[])', [[*map(UUID, ids)]])
        yield from (((name, id.hex), parent.hex) for id, parent in found)


def _languages(understood: Sequence[Command | Outcome]) -> dict[str, str]:
    """The ids of languages that were named by their codes."""
    if not any(_speaks(entry) for entry in understood):
        return {}
    rows = run("SELECT l.code, t.id FROM catalog_language t JOIN catalog_locale l ON l.id = t.translation_code_id")
    return {code: id.hex for code, id in rows}


def _speaks(entry: Command | Outcome) -> bool:
    if not isinstance(entry, Upsert):
        return False
    if entry.translations:
        return True
    inner = chain(*entry.children.values(), entry.beside, entry.values.values())
    links = (link.target for chosen in entry.links.values() for link in chosen.links)
    return any(_speaks(each) for each in chain(inner, links) if isinstance(each, Upsert))
