"""What the query string of a reading request asks for (contract 16.3). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from catalog.commands import Json
from catalog.registry import Document, FieldSpec, Flag, Identifier, Integer, Moment, Number
from syncapi.oro import paging
from syncapi.oro.kinds import Relation, Resource, Way
from syncapi.oro.names import RESOURCES
from syncapi.oro.paging import Page
from syncapi.oro.refusals import BadFilter, BadSort

ID: Final = "id"
_FILTER: Final = re.compile(r"filter\[([^\[\]]*)\](?:\[([^\[\]]*)\])?")
_FIELDS: Final = re.compile(r"fields\[([^\[\]]*)\]")
_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")
_IDS: Final = re.compile(r"([0-9]{1,18})\.\.([0-9]{1,18})")
_NUMBER: Final = re.compile(r"-?[0-9]+")
_DECIMAL: Final = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
_UNSUPPORTED: Final = "The filter is not supported."
_DEEPEST: Final = 4  # relations in one path of `include`


class Operator(StrEnum):
    EQ = "eq"
    NEQ = "neq"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    EXISTS = "exists"
    NEQ_OR_NULL = "neq_or_null"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    STARTS_WITH = "starts_with"
    NOT_STARTS_WITH = "not_starts_with"
    ENDS_WITH = "ends_with"
    NOT_ENDS_WITH = "not_ends_with"


_EQUALITY: Final = frozenset({Operator.EQ, Operator.NEQ, Operator.EXISTS, Operator.NEQ_OR_NULL})
_ORDER: Final = frozenset({Operator.LT, Operator.LTE, Operator.GT, Operator.GTE})
_TEXT: Final = frozenset(Operator) - _ORDER


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    low: Json
    high: Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """`relation`, then `spec` of its target, or `spec` of the type itself; without `spec`: the id."""

    operator: Operator
    values: tuple[Json, ...]  # alternatives; for EXISTS one truth value
    spec: FieldSpec | None = None
    relation: Relation | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    spec: FieldSpec | None  # None: the id
    descending: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    page: Page = field(default_factory=Page)
    conditions: tuple[Condition, ...] = ()
    order: tuple[Order, ...] = ()
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by type
    include: tuple[tuple[str, ...], ...] = ()
    included: bool = False  # whether `include` was given at all

    def shows(self, type: str, name: str) -> bool:
        return type not in self.fields or name in self.fields[type]

    def touched(self, resource: Resource) -> Iterator[Resource]:
        """The types whose records it shows or compares, beside the asked one: all on the way of what is included."""
        for path in self.include:
            current = resource
            for name in path:
                current = RESOURCES[current.relations[name].type]
                yield current
        for condition in self.conditions:
            if condition.relation is not None and condition.spec is not None:
                yield RESOURCES[condition.relation.type]

    @property
    def included_relations(self) -> frozenset[str]:
        return frozenset(path[0] for path in self.include)


Parameters = Mapping[str, Sequence[str]]  # every value of each


def of_list(parameters: Parameters, resource: Resource, *, external: bool) -> Query:
    """`external`: the ids are those of another system. Raises BadFilter, BadSort."""
    _refuse_others(parameters, {"sort", paging.SIZE, paging.NUMBER}, filters=True)
    return Query(
        page=_page(parameters),
        conditions=_conditions(parameters, resource, external),
        order=tuple(_orders(parameters.get("sort", ()), resource)),
        fields=_fields(parameters),
        include=_include(parameters, resource),
        included="include" in parameters,
    )


def of_one(parameters: Parameters, resource: Resource) -> Query:
    """Raises BadFilter."""
    _refuse_others(parameters, set(), filters=False)
    return Query(fields=_fields(parameters), include=_include(parameters, resource), included="include" in parameters)


def of_linkage(parameters: Parameters, resource: Resource, *, external: bool) -> Query:
    """Which records of a relation; `resource`: what they are. Nothing is shown of them. Raises BadFilter, BadSort."""
    for name in parameters:
        if name not in {"sort", paging.SIZE, paging.NUMBER} and not _FILTER.fullmatch(name):
            raise BadFilter(_UNSUPPORTED, parameter=name)
    return of_list(parameters, resource, external=external)


def conditions(parameters: Parameters, resource: Resource, *, external: bool) -> tuple[Condition, ...]:
    """Filters alone. Raises BadFilter, also for anything else."""
    _refuse_others(parameters, set(), filters=True)
    return _conditions(parameters, resource, external)


def page_alone(parameters: Parameters) -> Page:
    """Raises BadFilter, for `sort` BadSort: nothing but pages is offered."""
    _refuse_all_but({paging.SIZE, paging.NUMBER}, parameters)
    return _page(parameters)


def nothing(parameters: Parameters) -> None:
    """Raises BadFilter, for `sort` BadSort."""
    _refuse_all_but(set(), parameters)


def _page(parameters: Parameters) -> Page:
    return paging.read({name: values[-1] for name, values in parameters.items()})


def _refuse_all_but(known: set[str], parameters: Parameters) -> None:
    for name in parameters:
        if name == "sort":
            field = parameters[name][-1].split(",")[0].removeprefix("-")
            raise BadSort(f'Sorting by "{field}" field is not supported.', parameter="sort")
        if name not in known:
            raise BadFilter(_UNSUPPORTED, parameter=name)


def _refuse_others(parameters: Parameters, known: set[str], *, filters: bool) -> None:
    for name in parameters:
        if name == "include" or _FIELDS.fullmatch(name) or name in known or (filters and _FILTER.fullmatch(name)):
            continue
        raise BadFilter(_UNSUPPORTED, parameter=name)


def _fields(parameters: Parameters) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for name, values in parameters.items():
        if matched := _FIELDS.fullmatch(name):
            if matched[1] not in RESOURCES:
                raise BadFilter(_UNSUPPORTED, parameter=name)
            found[matched[1]] = frozenset(word.strip() for word in values[-1].split(",") if word.strip())
    return found


def _include(parameters: Parameters, resource: Resource) -> tuple[tuple[str, ...], ...]:
    paths = [tuple(path.strip().split(".")) for path in parameters.get("include", ("",))[-1].split(",") if path.strip()]
    for path in paths:
        current = resource
        for name in path:
            relation = current.relations.get(name)
            if relation is None or len(path) > _DEEPEST:
                detail = f'The "{".".join(path)}" path is not supported.'
                raise BadFilter(detail, parameter="include")
            current = RESOURCES[relation.type]
    return tuple(dict.fromkeys(paths))


def _orders(given: Sequence[str], resource: Resource) -> Iterator[Order]:
    for word in given[-1].split(",") if given else ():
        name = word.strip().removeprefix("-")
        attribute = resource.attributes.get(name)
        if name != ID and (attribute is None or isinstance(attribute.spec, Document)):
            raise BadSort(f'Sorting by "{name}" field is not supported.', parameter="sort")
        yield Order(spec=attribute.spec if attribute else None, descending=word.strip().startswith("-"))


def _conditions(parameters: Parameters, resource: Resource, external: bool) -> tuple[Condition, ...]:
    return tuple(one for name in parameters if (one := _condition(name, parameters[name], resource, external)))


def _condition(name: str, values: Sequence[str], resource: Resource, external: bool) -> Condition | None:
    matched = _FILTER.fullmatch(name)
    if matched is None:
        return None
    path, operator = matched.groups()
    relation, spec, words = _target(path, resource, name)
    found = _operator(operator, name, spec, relation)
    texts = [text for value in values for text in (value.split(",") if found in _EQUALITY else [value])]
    if found is Operator.EXISTS:
        return Condition(operator=found, values=(_flag(texts[-1], name),), spec=spec, relation=relation)
    if spec is None:
        identified = RESOURCES[relation.type] if relation is not None else resource
        read = _external_id if external and identified.external else _id
        alternatives = tuple(read(text, name) for text in texts)
    else:
        alternatives = tuple(_value(text, spec, words, name) for text in texts)
    if found in _ORDER and any(isinstance(value, Range) for value in alternatives):
        raise BadFilter(f'The operator "{found}" takes one value, not a range.', parameter=name)
    return Condition(operator=found, values=alternatives, spec=spec, relation=relation)


def _target(path: str, resource: Resource, name: str) -> tuple[Relation | None, FieldSpec | None, Mapping[str, Json]]:
    first, _, second = path.partition(".")
    relation = resource.relations.get(first)
    if relation is not None and relation.way is not Way.NONE:
        if second in {"", ID}:
            return relation, None, {}
        attribute = RESOURCES[relation.type].attributes.get(second)
        if attribute is None or isinstance(attribute.spec, Document):
            raise BadFilter(_UNSUPPORTED, parameter=name)
        return relation, attribute.spec, attribute.words
    if path == ID:
        return None, None, {}
    attribute = resource.attributes.get(path)
    if attribute is None or isinstance(attribute.spec, Document):
        raise BadFilter(_UNSUPPORTED, parameter=name)
    return None, attribute.spec, attribute.words


def _operator(given: str | None, name: str, spec: FieldSpec | None, relation: Relation | None) -> Operator:
    """None and the empty one of `filter[id][]` mean equality."""
    text = given or Operator.EQ
    allowed = _allowed(spec, relation)
    if text not in allowed:
        raise BadFilter(f'The operator "{text}" is not supported.', parameter=name)
    return Operator(text)


def _allowed(spec: FieldSpec | None, relation: Relation | None) -> frozenset[Operator]:
    if spec is None:
        return _EQUALITY if relation is not None else _EQUALITY | _ORDER
    if isinstance(spec, Integer | Number | Moment):
        return _EQUALITY | _ORDER
    return _EQUALITY if isinstance(spec, Flag | Identifier) else _TEXT


def _id(text: str, name: str) -> Json:
    """A number, as text, since one that no column can hold is just not there; or a range."""
    if matched := _IDS.fullmatch(text.strip()):
        return Range(low=int(matched[1]), high=int(matched[2]))
    return text.strip() if _NUMBER.fullmatch(text.strip()) else _wrong("integer", text, name)


def _external_id(text: str, name: str) -> Json:
    """As it is, since one that nobody can have is just not there; or a range of numbers."""
    if matched := _IDS.fullmatch(text.strip()):
        return Range(low=int(matched[1]), high=int(matched[2]))
    return _storable(text, name)


def _storable(text: str, name: str) -> str:
    if "\0" in text:
        raise BadFilter("The value has a character that cannot be stored.", parameter=name)
    return text


def _value(text: str, spec: FieldSpec, words: Mapping[str, Json], name: str) -> Json:
    _storable(text, name)
    if words:
        return words.get(text, text) if text in words else _wrong("one of " + ", ".join(words), text, name)
    if isinstance(spec, Integer | Number | Moment) and ".." in text:
        low, _, high = text.partition("..")
        return Range(low=_scalar(low, spec, name), high=_scalar(high, spec, name))
    return _scalar(text, spec, name)


def _scalar(text: str, spec: FieldSpec, name: str) -> Json:
    text = text.strip() if isinstance(spec, Integer | Number | Moment | Flag) else text
    match spec:
        case Integer():
            return int(text) if _WHOLE.fullmatch(text) else _wrong("integer", text, name)
        case Number():
            return Decimal(text) if _DECIMAL.fullmatch(text) else _wrong("decimal", text, name)
        case Flag():
            return _flag(text, name)
        case Moment():
            return _moment(text, name)
        case Identifier():
            return text if re.fullmatch(r"[0-9a-fA-F-]{32,36}", text) else _wrong("guid", text, name)
    return text


def _moment(text: str, name: str) -> Json:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return _wrong("datetime", text, name)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _flag(text: str, name: str) -> Json:
    known = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    return known[text.strip().lower()] if text.strip().lower() in known else _wrong("boolean", text, name)


def _wrong(kind: str, text: str, name: str) -> Json:
    raise BadFilter(f'Expected {kind} value. Given "{text[:100]}".', parameter=name)
