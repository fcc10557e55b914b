"""From the conditions of a query to the records that fit, as far as this caller may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import Final
from uuid import UUID

from django.apps import apps
from django.db.models import F, Model, Q, QuerySet

from catalog.commands import Json, Reference
from catalog.plans import plan
from syncapi.oro.kinds import Relation, Resource, Way
from syncapi.oro.names import RESOURCES
from syncapi.oro.queries import Condition, Operator, Order, Range

_LOOKUPS: Final = {
    Operator.LT: "lt",
    Operator.LTE: "lte",
    Operator.GT: "gt",
    Operator.GTE: "gte",
    Operator.CONTAINS: "icontains",
    Operator.STARTS_WITH: "istartswith",
    Operator.ENDS_WITH: "iendswith",
}
_NEGATED: Final = {
    Operator.NEQ: Operator.EQ,
    Operator.NEQ_OR_NULL: Operator.EQ,
    Operator.NOT_CONTAINS: Operator.CONTAINS,
    Operator.NOT_STARTS_WITH: Operator.STARTS_WITH,
    Operator.NOT_ENDS_WITH: Operator.ENDS_WITH,
}
_EXACT: Final = frozenset({Operator.EQ, Operator.NEQ, Operator.NEQ_OR_NULL})
Records = QuerySet[Model]


def everything(resource: Resource) -> Records:
    return plan(resource.entity).model._default_manager.all()


def visible(resource: Resource, *, organization: UUID, among: Records | None = None) -> Records:
    """The records of a type that belong to the caller's organization, or to nobody."""
    records = everything(resource) if among is None else among
    if resource.entity == "organization":
        return records.filter(pk=organization)
    if resource.entity == "user":
        return records.filter(organization=organization)
    if "organization" in resource.spec.by_name:
        return records.filter(Q(organization=organization) | Q(organization=None))
    return records


def named(resource: Resource, key: Reference) -> Records:
    """The record that the key names, as a write would find it: an external id without regard to case."""
    if key.by == "number":
        return everything(resource).filter(number=key.value)
    natural = resource.spec.keys_by_name[key.by]
    return everything(resource).filter(**{natural.column: natural.fold(key.value)})


def id_column(resource: Resource, *, external: bool) -> str:
    """The column whose value is the id of a resource object."""
    return resource.external if external and resource.external else "number"


def fitting(records: Records, conditions: tuple[Condition, ...], resource: Resource, *, external: bool) -> Records:
    for condition in conditions:
        records = records.filter(_q(condition, resource, external))
    return records


def ordered(
    records: Records, order: tuple[Order, ...], *, column: str, prefix: str = "", usually: Sequence[str] = ()
) -> Records:
    """By the id in the end, so that pages neither repeat nor leave out a record. `usually`: columns, unless asked.

    `prefix`: from rows that lead to the records.
    """
    terms = [(F(prefix + (one.spec.name if one.spec else column)), one.descending) for one in order]
    given = [term.desc() if down else term.asc() for term, down in terms]
    return records.order_by(*(given or usually), f"{prefix}number")


def _q(condition: Condition, resource: Resource, external: bool) -> Q:
    relation = condition.relation
    if relation is None:
        condition, column = _sought(condition, resource, external=external)
        return _compared(column, condition, is_id=condition.spec is None)
    condition, inner = _sought(condition, RESOURCES[relation.type], external=external)
    if relation.way is Way.SELF:
        return _compared(inner, condition, is_id=condition.spec is None)
    if relation.way is Way.REF:
        if condition.operator is Operator.EXISTS and condition.spec is None:
            return Q(**{f"{relation.source}__isnull": not condition.values[0]})
        return _compared(f"{relation.source}__{inner}", condition, is_id=condition.spec is None)
    return _among_many(relation, resource, condition, inner)


def _sought(condition: Condition, resource: Resource, *, external: bool) -> tuple[Condition, str]:
    """The column that is compared; of a natural key that with its comparable form, and what is sought in this form."""
    column = condition.spec.name if condition.spec else id_column(resource, external=external)
    key = resource.spec.keys_by_name.get(column)
    if key is None or key.column == column or condition.operator not in _EXACT:
        return condition, column
    values = tuple(key.fold(value) if isinstance(value, str) else value for value in condition.values)
    return replace(condition, values=values), key.column


def _among_many(relation: Relation, resource: Resource, condition: Condition, inner: str) -> Q:
    """Whether one of the related records is so, or, negated, none is; or whether there is one that has it at all.

    Rows that belong to nobody are left out: a list with a null in it has no other, as SQL has it.
    """
    model, owner, target = joining(relation, resource)
    column = f"{target}__{inner}" if target else inner
    positive = _NEGATED.get(condition.operator, condition.operator)
    if positive is Operator.EXISTS:
        fits, is_so = Q(**{f"{column}__isnull": False}), bool(condition.values[0])
    else:
        fits = _any(column, positive, condition.values, is_id=condition.spec is None)
        is_so = condition.operator is positive
    rows = model._default_manager.filter(fits, **{f"{owner}__isnull": False})
    found = Q(pk__in=rows.values(owner))
    return found if is_so else ~found


def joining(relation: Relation, resource: Resource) -> tuple[type[Model], str, str]:
    """The table of a to-many relation, its column of this side, and its field of the other ("": the row itself)."""
    match relation.way:
        case Way.CHILDREN:
            children = resource.spec.children_by_name[relation.source]
            return plan(children.entity).model, f"{children.field}_id", ""
        case Way.REVERSE:
            links = RESOURCES[relation.type].spec.links_by_name[relation.source]
            return apps.get_model(links.mapping), f"{links.target}_id", links.owner
    links = resource.spec.links_by_name[relation.source]
    return apps.get_model(links.mapping), f"{links.owner}_id", links.target


def leading(relation: Relation, resource: Resource, owner: UUID, *, among: Records) -> tuple[Records, str, list[str]]:
    """The rows that lead from one record to those of `among`, the prefix of these, and the order of the linkage."""
    model, own, target = joining(relation, resource)
    column = f"{target}_id" if target else "pk"
    rows = model._default_manager.filter(**{own: owner, f"{column}__in": among.values("pk")})
    return rows, f"{target}__" if target else "", arranged(model)


def arranged(model: type[Model]) -> list[str]:
    """The columns that say in which order a record has others."""
    return [field.name for field in model._meta.get_fields() if field.name == "position"]


def _compared(column: str, condition: Condition, *, is_id: bool) -> Q:
    operator, values = condition.operator, condition.values
    if operator is Operator.EXISTS:
        return Q(**{f"{column}__isnull": not values[0]})
    if operator is Operator.NEQ_OR_NULL:
        return ~_equal(column, values, is_id=is_id) | Q(**{f"{column}__isnull": True})
    if operator in _NEGATED:
        positive = _NEGATED[operator]
        return ~_any(column, positive, values, is_id=is_id) & Q(**{f"{column}__isnull": False})
    return _any(column, operator, values, is_id=is_id)


def _any(column: str, operator: Operator, values: tuple[Json, ...], *, is_id: bool) -> Q:
    if operator is Operator.EQ:
        return _equal(column, values, is_id=is_id)
    known = [_id(value, column) if is_id else value for value in values]
    parts = [Q(**{f"{column}__{_LOOKUPS[operator]}": value}) for value in known if value is not None]
    return reduce(or_, parts) if parts else Q(pk__in=[])


def _equal(column: str, values: tuple[Json, ...], *, is_id: bool) -> Q:
    exact = [_id(value, column) if is_id else value for value in values if not isinstance(value, Range)]
    found = Q(**{f"{column}__in": [value for value in exact if value is not None]})
    for value in values:
        if isinstance(value, Range):
            found |= Q(**{f"{column}__gte": value.low, f"{column}__lte": value.high})
    return found


def _id(value: Json, column: str) -> Json:
    """A number in decimal digits; an external id as it is. None: no record has it."""
    if not column.endswith("number"):
        return value
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
