"""From a record as Shopware's clients send it to a command, with all that is nested in it. Pure.

What is wrong with a record goes with its command as flaws: so the writer tells it together with what only it can see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, Final

from catalog.commands import Json, Link, LinkSet, Mode, Reference, Upsert
from catalog.outcomes import ErrorCode, FieldError
from catalog.registry import FieldSpec, NaturalKey, Ref
from syncapi.shopware import languages, malformed, prices, values
from syncapi.shopware.drafts import V3, Draft, Said, reference
from syncapi.shopware.names import IGNORED
from syncapi.shopware.schema import RESOURCES, Arity, Association, Resource
from syncapi.shopware.values import WrongError

Handler = Callable[[Draft, Json], None]  # one property of a record
_PARENTS: Final = ("parentId", "parent")


def upsert(
    resource: Resource,
    given: Mapping[str, Json],
    said: Said,
    *,
    path: str = "",
    mode: Mode = Mode.UPSERT,
    owner: Reference | None = None,
    variant: bool = False,
    **more: Any,
) -> Upsert:
    """`path`: of a nested record, below the item. `more`: values that its place gives it, by our field.

    `owner`: what names the record that it belongs to already, for a natural key. `variant`: it is one already.
    """
    has_parent = variant or "parent" in more or any(given.get(name) is not None for name in _PARENTS)
    draft = Draft(said=said, path=path, given=given, has_parent=has_parent)
    draft.me = _key(resource, draft, dict.fromkeys(more, owner))
    handlers = _handlers(resource.name)
    for name, value in given.items():
        if (handler := handlers.get(name)) is not None:
            handler(draft, value)
        elif said.strict:
            draft.refuse(malformed.unknown(f"/{name}"))
    draft.values.update(more)
    return Upsert(
        entity=resource.spec.name,
        key=draft.me,
        values=draft.values,
        links=draft.links,
        children=draft.children,
        replace_children=frozenset(draft.children) if said.replace else frozenset(),
        translations=languages.ordered(draft.texts, family=said.family),
        required=_own(resource.name) if has_parent and resource.named.inherited else resource.named.required,
        scope=said.scope,
        mode=mode,
        local=draft.local,
        beside=tuple(draft.beside),
        flaws=tuple(draft.errors),
        path=path,
    )


@cache
def _own(name: str) -> tuple[str, ...]:
    named = RESOURCES[name].named
    return tuple(field for field in named.required if field not in named.inherited)


def _key(resource: Resource, draft: Draft, owners: Mapping[str, Reference | None]) -> Reference | None:
    id = draft.given.get("id")
    if id is not None and id != "":
        return reference(id, resource.spec.name, "/id", draft)
    if not draft.said.natural_keys:
        return None
    keys = (_natural(resource, key, draft.given, owners) for key in _keys(resource.name))
    return next((key for key in keys if key is not None), None)


@cache
def _keys(name: str) -> tuple[NaturalKey, ...]:
    """The natural keys whose parts Shopware knows too."""
    resource = RESOURCES[name]
    shown = {field.name for field in resource.fields.values()}
    return tuple(key for key in resource.spec.keys if shown.issuperset(key.fields))


def _natural(
    resource: Resource, key: NaturalKey, given: Mapping[str, Json], owners: Mapping[str, Reference | None]
) -> Reference | None:
    """The name that the record's own values give it, when all of its parts are there."""
    parts = [owners[name] if name in owners else _part(resource, name, given) for name in key.fields]
    if any(part is None for part in parts):
        return None
    return Reference(key.name, parts[0] if len(parts) == 1 else tuple(parts))


def _part(resource: Resource, name: str, given: Mapping[str, Json]) -> Json:
    value = given.get(resource.property_of(name))
    if not isinstance(resource.spec.by_name[name], Ref):
        return value if isinstance(value, str | int) else None
    nested = given.get(name)
    value = nested.get("id") if value is None and isinstance(nested, dict) else value
    return Reference("id", values.id_of(value)) if values.is_id(value) else None


@cache
def _handlers(name: str) -> Mapping[str, Handler]:
    """What to do with each property that a record of this entity can have."""
    resource = RESOURCES[name]
    handlers: dict[str, Handler] = dict.fromkeys((*IGNORED, "id"), _ignore)
    handlers.update({property: _property(resource, property, field) for property, field in resource.fields.items()})
    handlers.update({each.name: _association(resource, each) for each in resource.associations.values()})
    handlers.update({property: partial(_protected, name=property) for property in resource.protected})
    handlers.update(dict.fromkeys(resource.named.passed_over, _ignore))
    if resource.spec.translated:
        handlers["translations"] = partial(languages.read, resource=resource)
    if resource.is_priced:
        handlers["price"] = partial(_price, resource=resource)
    for property, instead in resource.named.instead.items():
        handlers[property] = partial(_unless_null, instead=instead, handler=handlers[property])
    if name == "product":
        handlers["purchasePrices"] = _purchase_prices
        handlers["purchasePrice"] = _purchase_price
    return handlers


def _ignore(draft: Draft, value: Json) -> None:
    """It says nothing: the server fills it, or the key has been read."""


def _protected(draft: Draft, value: Json, *, name: str) -> None:
    """Null says nothing: a client that sends a whole record back sends what it has no value for."""
    if value is not None:
        draft.refuse(malformed.write_protected(f"/{name}"))


def _unless_null(draft: Draft, value: Json, *, instead: Json, handler: Handler) -> None:
    handler(draft, None if value == instead else value)


def _property(resource: Resource, name: str, field: FieldSpec) -> Handler:
    if isinstance(field, Ref):
        named = resource.named
        demanded, inherited = field.name in named.required, field.name in named.inherited
        return partial(_foreign_key, ref=field, demanded=demanded, inherited=inherited)
    return _Scalar(
        name=name,
        field=field.name,
        convert=values.converter(field, html=field.name in resource.named.html),
        demanded=field.name in resource.named.required,
        inherited=field.name in resource.named.inherited,
        nullable=field.nullable,
        translated=field.translated,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Scalar:
    name: str
    field: str
    convert: Callable[[Json], Json]
    demanded: bool
    inherited: bool
    nullable: bool
    translated: bool

    def __call__(self, draft: Draft, value: Json) -> None:
        if value is not None:
            if self.translated and type(value) is dict:
                languages.of_field(draft, value, name=self.name, field=self.field, convert=self.convert)
                return
            try:
                value = self.convert(value)
            except WrongError as wrong:
                draft.refuse(wrong.at(f"/{self.field}"))
                return
        if value is not None or self.nullable:
            draft.values[self.field] = value
        if value is None and self.demanded and not (self.inherited and draft.has_parent):
            draft.values.pop(self.field, None)
            draft.refuse(FieldError(path=f"/{self.field}", code=ErrorCode.BLANK))


def _foreign_key(draft: Draft, value: Json, *, ref: Ref, demanded: bool, inherited: bool) -> None:
    if ref.name in draft.values and not isinstance(draft.values[ref.name], Reference):
        return  # the association came first and says more
    if value is None or value == "":
        if demanded and not (inherited and draft.has_parent):
            draft.refuse(FieldError(path=f"/{ref.name}", code=ErrorCode.BLANK))
        elif ref.nullable:
            draft.values[ref.name] = None
        return
    found = reference(value, ref.entity, f"/{ref.name}", draft)
    if found is not None:
        draft.values[ref.name] = found


def _price(draft: Draft, value: Json, *, resource: Resource) -> None:
    if value is not None:
        needed = draft.said.family != V3
        columns = prices.read(value, "/price", draft.errors, default_needed=needed)
        draft.values.update(columns or {"prices_other": {}})
    elif draft.has_parent:
        draft.values.update(prices.columns({}))
    else:
        draft.refuse(FieldError(path="/prices_other", code=ErrorCode.BLANK))


def _purchase_prices(draft: Draft, value: Json) -> None:
    if value is None:
        draft.values["purchase_prices"] = None
        return
    columns = prices.read(value, "/purchasePrices", draft.errors, default_needed=False)
    if columns:
        draft.values["purchase_prices"] = prices.document(columns)


def _purchase_price(draft: Draft, value: Json) -> None:
    """The older API's single number."""
    try:
        amount = None if value is None else values.number(value)
    except WrongError as wrong:
        draft.refuse(wrong.at("/purchasePrice"))
        return
    if amount is not None:
        price = {"gross": float(amount), "net": float(amount), "linked": True}
        draft.values.setdefault("purchase_prices", {prices.SYSTEM: price})


def _association(resource: Resource, association: Association) -> Handler:
    target = RESOURCES[association.target]
    if association.arity is Arity.ONE:
        ref = resource.spec.by_name[association.relation]
        assert isinstance(ref, Ref)
        return partial(_to_one, resource=resource, association=association, target=target)
    handlers = {Arity.CHILDREN: _children, Arity.LINKS: _links}
    return partial(handlers.get(association.arity, _others), association=association, target=target)


def _to_one(draft: Draft, value: Json, *, resource: Resource, association: Association, target: Resource) -> None:
    name = association.name
    if value is None or value == []:
        return
    if not isinstance(value, dict):
        draft.refuse(malformed.not_an_array(f"/{name}"))
        return
    if value.get("id") in (None, "") and draft.given.get(f"{name}Id"):
        value = {**value, "id": draft.given[f"{name}Id"]}
    more = {"product": draft.itself()} if name == "cover" and "productId" not in value else {}
    if (link := _mere_link(value, target, f"/{name}/id", draft)) is not None:
        draft.values[association.relation] = link
    else:
        draft.values[association.relation] = _nested(draft, target, value, f"/{name}", **more)


def _children(draft: Draft, value: Json, *, association: Association, target: Resource) -> None:
    relation = association.relation
    more: dict[str, Json] = {}
    if draft.said.natural_keys or relation == "variants":
        more[_owner_field(association, target)] = draft.itself()
    members = _elements(draft, value, association.name)
    if members is not None:
        draft.children[relation] = tuple(
            _nested(draft, target, member, f"/{association.name}/{position}", **more) for position, member in members
        )


def _owner_field(association: Association, target: Resource) -> str:
    return "parent" if association.relation in ("variants", "children") else target.named.parent


def _links(draft: Draft, value: Json, *, association: Association, target: Resource) -> None:
    members = _elements(draft, value, association.name)
    if members is None:
        return
    links = []
    for position, member in members:
        path = f"/{association.name}/{position}"
        if (link := _mere_link(member, target, f"{path}/id", draft)) is not None:
            links.append(Link(target=link, path=f"{path}/id"))
        else:
            links.append(Link(target=_nested(draft, target, member, path), path=path))
    draft.links[association.relation] = LinkSet(links=tuple(links), change=draft.said.change)


def _others(draft: Draft, value: Json, *, association: Association, target: Resource) -> None:
    """Records that refer to this one, or that it is linked to from their side: they are written beside it."""
    for position, member in _elements(draft, value, association.name) or ():
        path = f"/{association.name}/{position}"
        if association.arity is Arity.REVERSE:
            draft.beside.append(_beside(draft, target, member, path, **{association.relation: draft.itself()}))
            continue
        other = _beside(draft, target, member, path)
        links = LinkSet(links=(Link(target=draft.itself(), path=""),))
        draft.beside.append(replace(other, links={**other.links, association.relation: links}))


def _beside(draft: Draft, target: Resource, member: Mapping[str, Json], path: str, **more: Json) -> Upsert:
    mode = Mode.UPDATE if set(member) == {"id"} else Mode.UPSERT
    return replace(
        upsert(target, member, draft.said, path=draft.path + path, mode=mode, owner=draft.me, **more), path=path
    )


def _nested(draft: Draft, target: Resource, member: Mapping[str, Json], path: str, **more: Json) -> Upsert:
    """Its path as the writer wants it: below the record that it is nested in."""
    return replace(upsert(target, member, draft.said, path=draft.path + path, owner=draft.me, **more), path=path)


def _mere_link(member: Mapping[str, Json], target: Resource, path: str, draft: Draft) -> Reference | None:
    """The reference that `{"id": ...}` alone is; of anything else None."""
    if not member.get("id") or not member.keys() <= _LINKING:
        return None
    return reference(member["id"], target.spec.name, path, draft) or _NOWHERE


_LINKING: Final = {"id", *IGNORED}
_NOWHERE: Final = Reference("id", None, optional=True)  # its fault is told already


def _elements(draft: Draft, value: Json, name: str) -> Iterator[tuple[int, Mapping[str, Json]]] | None:
    """The objects of a list with their positions; an object's members count as a list, as in PHP. None: not sent."""
    if value is None:
        return None
    members = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(members, list):
        draft.refuse(malformed.not_an_array(f"/{name}"))
        return None
    bad = [position for position, member in enumerate(members) if not isinstance(member, dict)]
    for position in bad:
        draft.refuse(malformed.not_an_array(f"/{name}/{position}"))
    return ((position, member) for position, member in enumerate(members) if isinstance(member, dict))
