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
from catalog.registry import FieldSpec, Flag, Integer, Number, Ref, Text
from syncapi.shopware import keys, languages, malformed, pricing, values
from syncapi.shopware.drafts import NOBODY, Draft, Said, mere_links, reference
from syncapi.shopware.names import IGNORED
from syncapi.shopware.schema import RESOURCES, Arity, Association, Resource
from syncapi.shopware.values import WrongError

Handler = Callable[[Draft, Json], None]  # one property of a record
_NO_CHILDREN: Final[Mapping[str, tuple[Upsert, ...]]] = {}  # of a hundred thousand records


def upsert(
    resource: Resource,
    given: Mapping[str, Json],
    said: Said,
    *,
    place: str,
    path: str = "",
    mode: Mode = Mode.UPSERT,
    owner: Reference | None = None,
    variant: bool = False,
    **more: Any,
) -> Upsert:
    """`place`: of the record in its request. `path`: of a nested one, below the record that it is nested in.

    `more`: values that its place gives it, by our field. `owner`: what names the record that it belongs to already, for
    a natural key. `variant`: it is one already.
    """
    plan = _plan(resource.name)
    draft = Draft(said=said, place=place, given=given, has_parent=variant or _has_parent(plan, given, more))
    draft.me = keys.of(resource, draft, dict.fromkeys(more, owner))
    _take(plan, draft)
    draft.values.update(more)
    return _command(plan, draft, mode=mode, path=path)


def _has_parent(plan: _Plan, given: Mapping[str, Json], more: Mapping[str, Json]) -> bool:
    """Whether it says that it is a variant, which inherits what it lacks."""
    if not plan.may_inherit:
        return False
    return "parent" in more or given.get("parentId") is not None or given.get("parent") is not None


def _command(plan: _Plan, draft: Draft, *, mode: Mode, path: str) -> Upsert:
    said = draft.said
    return Upsert(
        entity=plan.entity,
        key=draft.me,
        values=draft.values,
        links=draft.links,
        children=draft.children or _NO_CHILDREN,
        replace_children=frozenset(draft.children) if said.replace else frozenset(),
        translations=languages.ordered(draft.texts, family=said.family),
        required=plan.required_of_variants if draft.has_parent else plan.required,
        scope=said.scope,
        mode=Mode.UPDATE if _must_exist(draft, mode) else mode,
        local=draft.local,
        beside=tuple(draft.beside),
        flaws=tuple(draft.errors),
        path=path,
    )


def _must_exist(draft: Draft, mode: Mode) -> bool:
    """A resolver finds the record that it names, or is an error."""
    id = draft.given.get("id")
    if mode is not Mode.UPSERT or draft.me is None or not isinstance(id, dict):
        return False
    return id.get("nullOnMissing") is not True


def _take(plan: _Plan, draft: Draft) -> None:
    """Every property of the record. Most are scalars as they are stored: these cost no call."""
    found, usual, handlers = draft.values, plan.usual, plan.handlers
    for name, value in draft.given.items():
        if name in usual:
            kind, field = usual[name]
            if type(value) is kind and (kind is not str or values.is_plain(value)):
                found[field] = value
                continue
        if (handler := handlers.get(name)) is not None:
            handler(draft, value)
        elif draft.said.strict:
            draft.refuse(malformed.unknown(f"/{name}"))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Plan:
    """What is known of an entity before any record of it comes, compiled once."""

    entity: str  # ours
    handlers: Mapping[str, Handler]  # by property
    usual: Mapping[str, tuple[type[Any], str]]  # property -> the JSON type that needs no conversion, and our field
    required: tuple[str, ...]
    required_of_variants: tuple[str, ...]
    may_inherit: bool


@cache
def _plan(name: str) -> _Plan:
    resource = RESOURCES[name]
    named, handlers = resource.named, _handlers(resource)
    kinds = {property: _USUAL.get(type(field)) for property, field in resource.fields.items()}
    return _Plan(
        entity=resource.spec.name,
        handlers=handlers,
        usual={
            name: (kind, resource.fields[name].name)
            for name, kind in kinds.items()
            if kind and name not in named.instead
        },
        required=named.required,
        required_of_variants=tuple(field for field in named.required if field not in named.inherited),
        may_inherit=bool(named.inherited),
    )


_USUAL: Final[Mapping[type[FieldSpec], type[Any]]] = {Text: str, Integer: int, Number: int, Flag: bool}


def _handlers(resource: Resource) -> Mapping[str, Handler]:
    """What to do with each property that a record of this entity can have."""
    handlers: dict[str, Handler] = dict.fromkeys((*IGNORED, "id"), _ignore)
    handlers.update({property: _property(resource, property, field) for property, field in resource.fields.items()})
    handlers.update({each.name: _association(resource, each) for each in resource.associations.values()})
    handlers.update({property: partial(_protected, name=property) for property in resource.protected})
    handlers.update(dict.fromkeys(resource.named.passed_over, _ignore))
    if resource.spec.translated:
        handlers["translations"] = partial(languages.read, resource=resource)
    if resource.is_priced:
        handlers["price"] = pricing.own
    for property, instead in resource.named.instead.items():
        handlers[property] = partial(_unless_null, instead=instead, handler=handlers[property])
    if resource.name == "language":
        for name in ("parentId", "parent"):
            handlers[name] = partial(_parent_of_language, handler=handlers[name])
    if resource.name == "product":
        handlers["purchasePrices"] = pricing.of_purchase
        handlers["purchasePrice"] = pricing.single_of_purchase
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
        return partial(_foreign_key, name=name, ref=field, demanded=demanded, inherited=inherited)
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
        if value is None and self.translated and draft.said.language is not None:
            draft.texts.append((draft.said.language.hex, {self.field: None}))  # the system's is shown instead
            return
        if value is not None or self.nullable:
            draft.values[self.field] = value
        if value is None and self.demanded and not (self.inherited and draft.has_parent):
            draft.values.pop(self.field, None)
            draft.refuse(FieldError(path=f"/{self.field}", code=ErrorCode.BLANK))


def _foreign_key(draft: Draft, value: Json, *, name: str, ref: Ref, demanded: bool, inherited: bool) -> None:
    if ref.name in draft.values and not isinstance(draft.values[ref.name], Reference):
        return  # the association came first and says more
    if value is None or value == "":
        if demanded and not (inherited and draft.has_parent):
            draft.refuse(FieldError(path=f"/{ref.name}", code=ErrorCode.BLANK))
        elif ref.nullable:
            draft.values[ref.name] = None
        return
    found = reference(value, ref.entity, f"/{name}", draft)
    if found is not None:
        draft.values[ref.name] = found


def _parent_of_language(draft: Draft, value: Json, *, handler: Handler) -> None:
    if value and draft.given.get("id") == languages.SYSTEM:
        draft.refuse(malformed.default_parent("/parentId"))
    else:
        handler(draft, value)


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
    if (ids := values.mere_ids(value)) is not None:
        draft.links[association.relation] = mere_links(ids, draft.said.change)
        return
    members = _elements(draft, value, association.name)
    if members is not None:
        links = tuple(_link(draft, member, f"/{association.name}/{position}", target) for position, member in members)
        draft.links[association.relation] = LinkSet(links=links, change=draft.said.change)


def _link(draft: Draft, member: Mapping[str, Json], path: str, target: Resource) -> Link:
    if (link := _mere_link(member, target, f"{path}/id", draft)) is not None:
        return Link(target=link)
    return Link(target=_nested(draft, target, member, path), path=path)


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
    return upsert(target, member, draft.said, place=draft.place + path, path=path, mode=mode, owner=draft.me, **more)


def _nested(draft: Draft, target: Resource, member: Mapping[str, Json], path: str, **more: Json) -> Upsert:
    return upsert(target, member, draft.said, place=draft.place + path, path=path, owner=draft.me, **more)


def _mere_link(member: Mapping[str, Json], target: Resource, path: str, draft: Draft) -> Reference | None:
    """The reference that `{"id": ...}` alone is; of anything else None."""
    if not member.get("id") or not member.keys() <= _LINKING:
        return None
    return reference(member["id"], target.spec.name, path, draft) or NOBODY  # its fault is told already


_LINKING: Final = {"id", *IGNORED}


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
