"""What can be searched by: properties and associations of records and of mappings, as Django's queries name them."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce

from catalog.entities import SYSTEM_LANGUAGE
from catalog.plans import plan
from catalog.registry import NaturalKey
from syncapi.shopware.faults import Fault, FaultyError
from syncapi.shopware.names import NamedMapping
from syncapi.shopware.schema import (
    ALL,
    MAPPINGS_BY_NAME,
    RESOURCES,
    TEXTS,
    TRANSLATIONS,
    Arity,
    Resource,
    associations_of,
)

_OWN: Final = {"id": "id", "createdAt": "created_at", "updatedAt": "updated_at", "autoIncrement": "number"}
CUSTOM: Final = "customFields"
DEEPEST: Final = 10
_FROM_THERE: Final = (Arity.REVERSE, Arity.BACKWARDS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """`steps`: by association, how a query goes there. `order`: of rows that no sorting tells apart."""

    name: str
    model: type[models.Model]
    columns: Mapping[str, str]
    steps: Mapping[str, str]
    order: tuple[str, ...]
    constants: Mapping[str, UUID] = dataclasses.field(default_factory=dict)  # properties that are the same in all rows


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A field as Django's queries name it. `told`: expressions that a query must know by these names before."""

    lookup: str
    field: models.Field[Any, Any]
    many: bool  # on the way there are several records
    told: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    entity: str = ""  # whose id it is
    numbers: str = ""  # of a custom field, which is compared as text: its name for comparisons with numbers
    key: NaturalKey | None = None  # that has a column for the form in which it is the same, such as any case of letters

    @property
    def key_lookup(self) -> str:
        """Where that form is."""
        return "__".join([*self.lookup.split("__")[:-1], self.key.column]) if self.key else self.lookup

    @property
    def is_list(self) -> bool:
        return isinstance(self.field, ArrayField)

    @property
    def is_number(self) -> bool:
        return isinstance(self.field, models.IntegerField | models.DecimalField)

    @property
    def has_extremes(self) -> bool:
        """Whether the database knows which of several is the least."""
        return self.is_number or isinstance(self.field, models.CharField | models.TextField | models.DateTimeField)


@cache
def of(name: str) -> Source:
    """`name`: Shopware's, of an entity of records or of a mapping."""
    if name in MAPPINGS_BY_NAME:
        return _of_mapping(MAPPINGS_BY_NAME[name])
    resource = RESOURCES[name]
    model = plan(resource.spec.name).model
    return Source(name=name, model=model, columns=_columns(resource), steps=_steps(resource, model), order=("number",))


@cache
def of_texts(name: str) -> tuple[Source, Source]:
    """Where the texts of the system language are, in the records themselves, and where those of others are."""
    translation = TRANSLATIONS[name]
    resource = translation.resource
    current = plan(resource.spec.name)
    model: Any = current.model._meta.get_field("translations").related_model
    texts = {name: field.column for name, field in resource.translated.items()}
    base = Source(
        name=translation.name,
        model=current.model,
        columns={translation.owner_id: "id", **texts},
        steps={},
        order=(),
        constants={"languageId": UUID(SYSTEM_LANGUAGE)},
    )
    columns = {translation.owner_id: current.owner, "languageId": "language_id", **texts}
    return base, Source(name=translation.name, model=model, columns=columns, steps={}, order=())


def locate(source: Source, name: str, languages: Sequence[UUID] = ()) -> Place:
    """`name`: `property`, or `association.property`, after the entity's own name or not. Raises FaultyError.

    `languages`: whose texts count, the first most; none for the system's. `customFields.x` is a property too.
    """
    current, way, many, parts = _walk(source, name)
    if parts == [constant := parts[0]] and constant in current.constants:
        return _constant(current, constant, many=many)
    if ".".join(parts) in current.columns:
        parts = [".".join(parts)]
    if parts[0] not in current.columns or len(parts) > (1 + DEEPEST if parts[0] == CUSTOM else 1):
        raise unknown(source.name, name)
    lookup = "__".join([*way, current.columns[parts[0]]])
    field: Any = current.model._meta.get_field(current.columns[parts[0]])
    field = field.output_field if isinstance(field, models.GeneratedField) else field
    if len(parts) > 1:
        return _custom(lookup, parts[1:], many=many)
    told = _texts(current, way, parts[0], languages)
    return Place(
        lookup=next(iter(told), lookup),
        field=field,
        many=many,
        told=told,
        entity=_identified(current, parts[0]),
        key=_key(current, current.columns[parts[0]]),
    )


def locate_in_any_language(source: Source, name: str) -> tuple[Place, Place] | None:
    """`translations.property`, behind associations or not: in the records themselves, and in their rows of texts."""
    current, way, _, parts = _walk(source, name)
    translation = TRANSLATIONS.get(f"{current.name}_translation")
    if len(parts) != 2 or parts[0] != TEXTS or translation is None:
        return None
    base, beside = of_texts(translation.name)
    if parts[1] not in beside.columns:
        return None
    if parts[1] in base.constants:
        own = _constant(base, parts[1], many=True)
    else:
        own = _column(base, way, base.columns[parts[1]])
    return own, _column(beside, [*way, TEXTS], beside.columns[parts[1]])


def _walk(source: Source, name: str) -> tuple[Source, list[str], bool, list[str]]:
    """Where the associations of a name lead, how a query goes there, whether to several, and what is left of it."""
    parts = name.removeprefix(f"{source.name}.").split(".")
    current, many = source, False
    way: list[str] = []
    while len(parts) > 1 and parts[0] in current.steps and len(way) < DEEPEST:
        part = parts.pop(0)
        way.append(current.steps[part])
        association = associations_of(ALL[current.name])[part]
        many = many or association.is_list
        current = of(association.target)
    return current, way, many, parts


def _constant(source: Source, name: str, *, many: bool) -> Place:
    value = Value(source.constants[name], output_field=models.UUIDField())
    return Place(lookup=f"the_{name}", field=models.UUIDField(), many=many, told={f"the_{name}": value})


def _column(source: Source, way: Sequence[str], column: str) -> Place:
    field: Any = source.model._meta.get_field(column)
    return Place(lookup="__".join([*way, column]), field=field, many=True)


def _key(source: Source, column: str) -> NaturalKey | None:
    described = ALL[source.name]
    key = described.spec.keys_by_name.get(column) if isinstance(described, Resource) else None
    return key if key is not None and key.column != column else None


def _identified(source: Source, name: str) -> str:
    """The entity whose id the property is, "" for any other."""
    if name == "id":
        return source.name
    association = associations_of(ALL[source.name]).get(name.removesuffix("Id"))
    return association.target if association is not None and name.endswith("Id") and not association.is_list else ""


def _custom(lookup: str, way: Sequence[str], *, many: bool) -> Place:
    if any(_is_position(part) for part in way):
        raise unknown(CUSTOM, ".".join(way))
    inner: Any = F(lookup)
    for part in way[:-1]:
        inner = KeyTransform(part, inner)
    name = hashlib.md5(f"{lookup}.{'.'.join(way)}".encode(), usedforsecurity=False).hexdigest()[:12]
    told = {f"text_{name}": KeyTextTransform(way[-1], inner), f"value_{name}": KeyTransform(way[-1], inner)}
    return Place(lookup=f"text_{name}", field=models.TextField(), many=many, told=told, numbers=f"value_{name}")


def _is_position(name: str) -> bool:
    """Whether a database would take the name for a position in a list."""
    try:
        int(name)
    except ValueError:
        return False
    return True


def _texts(source: Source, way: Sequence[str], name: str, languages: Sequence[UUID]) -> Mapping[str, Any]:
    """The text that is shown in these languages, by a name of its own; nothing where it is in the base row anyway."""
    described = ALL[source.name]
    if not languages or not isinstance(described, Resource) or name not in described.translated:
        return {}
    current, column = plan(described.spec.name), described.translated[name].column
    model = current.model._meta.get_field("translations").related_model
    mine = {current.owner: OuterRef("__".join([*way, "pk"]))}
    spoken = [
        Subquery(model._default_manager.filter(**mine, language_id=language).values(column)[:1])  # type: ignore[union-attr]
        for language in languages
    ]
    return {"_".join(["spoken", *way, column]): Coalesce(*spoken, F("__".join([*way, column])))}


def unknown(entity: str, name: str) -> FaultyError:
    return FaultyError(
        Fault(code="FRAMEWORK__UNMAPPED_FIELD", detail=f'Field "{name[:100]}" in entity "{entity}" was not found.')
    )


def _columns(resource: Resource) -> dict[str, str]:
    columns = {name: field.column for name, field in resource.fields.items()}
    gross, net = "price_gross", "price_net"
    priced = {"price": gross, "price.gross": gross, "price.net": net} if resource.is_priced else {}
    return columns | priced | dict(resource.named.computed) | dict(resource.named.derived) | _OWN


def _steps(resource: Resource, model: type[models.Model]) -> dict[str, str]:
    known = {field.name for field in model._meta.get_fields()}
    steps = {
        each.name: each.name if each.arity in _FROM_THERE else each.relation for each in resource.associations.values()
    }
    return {name: step for name, step in steps.items() if step in known}


def _of_mapping(mapping: NamedMapping) -> Source:
    table = plan(mapping.owner).mappings[mapping.relation]
    relation: Any = plan(mapping.owner).model._meta.get_field(mapping.relation)
    sides = {mapping.owner_id: table.owner, mapping.target_id: table.target}
    return Source(
        name=mapping.name,
        model=relation.remote_field.through,
        columns=sides,
        steps={property.removesuffix("Id"): column.removesuffix("_id") for property, column in sides.items()},
        order=(table.owner, table.target),
    )
