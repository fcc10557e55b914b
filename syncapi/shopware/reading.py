"""Records as Shopware shows them, with the associations that were asked for: queries grow with these alone."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from catalog import storing
from catalog.commands import Json
from catalog.models import Language
from catalog.plans import plan
from syncapi.shopware import jsonvalues, prices, searching, sources, textrows, textsearch
from syncapi.shopware.criteria import Criteria
from syncapi.shopware.faults import Fault, FaultyError
from syncapi.shopware.names import LIVE_VERSION, VERSIONED, NamedMapping
from syncapi.shopware.schema import (
    MAPPING_OF,
    RESOURCES,
    TEXTS,
    TRANSLATIONS,
    Arity,
    Association,
    Resource,
    Translation,
    associations_of,
)

Shown = dict[str, Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class Eyes:
    """In which language records are seen: the languages whose texts count, the first most; none for the system's."""

    languages: Sequence[UUID] = ()
    inherits: bool = False  # a variant shows its parent's values as its own
    site: str = ""  # the address before the paths of files

    @classmethod
    def of(cls, language: UUID | None, *, inherits: bool = False, site: str = "") -> Eyes:
        if language is None:
            return cls(inherits=inherits, site=site)
        parents = Language.objects.filter(pk=language).values_list("parent_id", flat=True)
        return cls(languages=[language, *(id for id in parents if id)], inherits=inherits, site=site)


def read(resource: Resource, ids: Sequence[UUID], criteria: Criteria, eyes: Eyes) -> list[Shown]:
    """In the order of `ids`; what is not there is left out. Raises FaultyError for an unknown association."""
    model = plan(resource.spec.name).model
    rows = {row["id"]: row for row in model._default_manager.filter(pk__in=ids).values()}
    texts = _texts(resource, list(rows), eyes)
    parents = _parents(resource, rows.values(), eyes)
    shown = {
        id: _show(resource, row, texts.get(id), parents.get(row.get("parent_id")), eyes) for id, row in rows.items()
    }
    check(resource, criteria)
    for name, inner in criteria.associations.items():
        if name == TEXTS:
            _attach_texts(resource, shown, rows, inner, eyes)
        else:
            _attach(resource, resource.associations[name], shown, rows, inner, eyes)
    return [shown[id] for id in ids if id in shown]


def check(resource: Resource, criteria: Criteria) -> None:
    """Raises FaultyError for an association that is none, wherever it is asked for."""
    for name, inner in criteria.associations.items():
        if name == TEXTS and resource.spec.translated:
            textsearch.check(inner)
            _check_sides(TRANSLATIONS[f"{resource.name}_translation"], inner)
        elif name not in resource.associations:
            raise _no_association(name)
        else:
            check(RESOURCES[resource.associations[name].target], inner)


def read_links(mapping: NamedMapping, keys: Sequence[tuple[UUID, UUID]], criteria: Criteria, eyes: Eyes) -> list[Shown]:
    """Rows of a mapping, with their two sides where these were asked for. Raises FaultyError like `read`."""
    shown = [_show_link(mapping, owner.hex, target.hex) for owner, target in keys]
    show_sides(mapping, shown, criteria, eyes)
    return shown


def show_sides(described: NamedMapping | Translation, rows: Sequence[Shown], criteria: Criteria, eyes: Eyes) -> None:
    """In rows that name two records these too, where they are asked for. Raises FaultyError like `read`."""
    _check_sides(described, criteria)
    sides = associations_of(described)
    for name, inner in criteria.associations.items():
        ids = {UUID(row[sides[name].relation]) for row in rows}
        found = {each["id"]: each for each in read(RESOURCES[sides[name].target], list(ids), inner, eyes)}
        for row in rows:
            row[name] = found.get(row[sides[name].relation])


def _check_sides(described: NamedMapping | Translation, criteria: Criteria) -> None:
    sides = associations_of(described)
    for name, inner in criteria.associations.items():
        if name not in sides:
            raise _no_association(name)
        check(RESOURCES[sides[name].target], inner)


def _show_link(mapping: NamedMapping, owner: str, target: str) -> Shown:
    sides = associations_of(mapping)
    versions = {
        f"{name}VersionId": LIVE_VERSION for name, association in sides.items() if association.target in VERSIONED
    }
    return {
        mapping.owner_id: owner,
        mapping.target_id: target,
        **versions,
        **dict.fromkeys(sides),
        "translated": [],
        "extensions": [],
        "apiAlias": mapping.name,
        "_uniqueIdentifier": f"{owner}-{target}",
        "versionId": None,
    }


def _no_association(name: str) -> FaultyError:
    detail = f"Can not find association by name {name[:100]}"
    return FaultyError(Fault(code="FRAMEWORK__ASSOCIATION_NOT_FOUND", detail=detail, pointer="/associations"))


def _show(resource: Resource, row: Mapping[str, Any], texts: Shown | None, parent: Shown | None, eyes: Eyes) -> Shown:
    own: Shown = {"id": row["id"].hex}
    for name, field in resource.fields.items():
        own[name] = jsonvalues.of(row[field.column])
    own.update({name: jsonvalues.of(row[column]) for name, column in resource.named.computed.items()})
    _complete(resource, row, own, eyes)
    translated = {name: own[name] for name in resource.translated}
    if texts is not None:
        translated.update({name: text for name, text in texts["fallback"].items() if text is not None})
        own.update(texts["own"])
    if parent is not None:
        inherited = {name: value for name, value in parent.items() if own.get(name) is None and value is not None}
        translated.update(
            {name: value for name, value in inherited.items() if name in translated and not translated[name]}
        )
        own.update(inherited if eyes.inherits else {})
    if resource.spec.translated:
        translated["customFields"] = own.get("customFields") or []
    return {**own, "translated": translated or [], **_frame(resource, row)}


def _complete(resource: Resource, row: Mapping[str, Any], own: Shown, eyes: Eyes) -> None:
    """What is made of several columns, or always the same."""
    if resource.is_priced:
        own["price"] = prices.show(row)
    if resource.name == "product":
        own["purchasePrices"] = prices.listed(row["purchase_prices"])
        own["displayGroup"] = hashlib.md5(
            (row["parent_id"] or row["id"]).hex.encode(), usedforsecurity=False
        ).hexdigest()
    if resource.name == "currency":
        own["isSystemDefault"] = row["id"].hex == prices.SYSTEM
    if resource.name == "media":
        url = urljoin(eyes.site, storing.media().url(row["path"])) if row["path"] else ""
        own.update(url=url, hasFile=bool(row["path"]))
    own.update(dict.fromkeys(resource.named.zero, 0) | dict.fromkeys(resource.named.nothing))
    own.update(dict.fromkeys([*resource.associations, *([TEXTS] if resource.spec.translated else [])]))
    own.update({name: value for name, value in resource.named.instead.items() if own[name] is None})


def _frame(resource: Resource, row: Mapping[str, Any]) -> Shown:
    version = LIVE_VERSION if resource.name in VERSIONED else None
    updated = None if row["updated_at"] == row["created_at"] else jsonvalues.of(row["updated_at"])
    return {
        "extensions": [],
        "apiAlias": resource.name,
        "_uniqueIdentifier": row["id"].hex,
        "versionId": version,
        "createdAt": jsonvalues.of(row["created_at"]),
        "updatedAt": updated,
    }


def _texts(resource: Resource, ids: Sequence[UUID], eyes: Eyes) -> dict[UUID, Shown]:
    """By record: `own`, the texts of the language itself (null without), and `fallback`, of it or of its parent."""
    if not (eyes.languages and resource.spec.translated and ids):
        return {}
    current = plan(resource.spec.name)
    model = current.model._meta.get_field("translations").related_model
    columns = {name: field.column for name, field in resource.translated.items()}
    found: dict[UUID, dict[UUID, Any]] = defaultdict(dict)
    rows = model._default_manager.filter(**{f"{current.owner}__in": ids}, language_id__in=eyes.languages)  # type: ignore[union-attr]
    for row in rows.values():
        found[row[current.owner]][row["language_id"]] = row
    return {id: _spoken(columns, found.get(id, {}), eyes) for id in ids}


def _spoken(columns: Mapping[str, str], by_language: Mapping[UUID, Any], eyes: Eyes) -> Shown:
    first = by_language.get(eyes.languages[0], {})
    chain = [by_language[language] for language in eyes.languages if language in by_language]
    fallback = {
        name: next((jsonvalues.of(row[column]) for row in chain if row[column] is not None), None)
        for name, column in columns.items()
    }
    return {"own": {name: jsonvalues.of(first.get(column)) for name, column in columns.items()}, "fallback": fallback}


def _parents(resource: Resource, rows: Iterable[Mapping[str, Any]], eyes: Eyes) -> dict[UUID | None, Shown]:
    """The parents of variants, for what these inherit."""
    ids = {row["parent_id"] for row in rows if row.get("parent_id")} if resource.name == "product" else set()
    if not ids:
        return {}
    kept = (*resource.fields, "price", "purchasePrices")
    never = {"productNumber", "stock", "parentId", "active"}
    found = read(resource, list(ids), Criteria(), eyes)
    return {UUID(each["id"]): {name: each[name] for name in kept if name not in never} for each in found}


def _attach(
    resource: Resource,
    association: Association,
    shown: Mapping[UUID, Shown],
    rows: Mapping[UUID, Mapping[str, Any]],
    criteria: Criteria,
    eyes: Eyes,
) -> None:
    target = RESOURCES[association.target]
    linked = _asked_pairs(resource, association, rows, criteria, eyes)
    wanted = list(dict.fromkeys(other for _, other in linked))
    found = {UUID(each["id"]): each for each in read(target, wanted, criteria, eyes)}
    if not association.is_list:
        for owner, other in linked:
            shown[owner][association.name] = found.get(other)
        return
    for record in shown.values():
        record[association.name] = []
    for owner, other in linked:
        if other in found:
            shown[owner][association.name].append(found[other])


def _attach_texts(
    resource: Resource,
    shown: Mapping[UUID, Shown],
    rows: Mapping[UUID, Mapping[str, Any]],
    criteria: Criteria,
    eyes: Eyes,
) -> None:
    translation = TRANSLATIONS[f"{resource.name}_translation"]
    if criteria.chooses:
        for record in shown.values():
            record[TEXTS] = []
        for text in textsearch.read(translation, textsearch.among(translation, criteria, list(rows))):
            shown[UUID(text[translation.owner_id])][TEXTS].append(text)
        textrows.cut(shown, criteria)
    else:
        textrows.attach(resource, shown, rows, criteria)
    texts = [text for record in shown.values() for text in record[TEXTS]]
    show_sides(translation, texts, criteria, eyes)


def _asked_pairs(
    resource: Resource,
    association: Association,
    rows: Mapping[UUID, Mapping[str, Any]],
    criteria: Criteria,
    eyes: Eyes,
) -> list[tuple[UUID, UUID]]:
    """(record, associated record), of each record the page that is asked for."""
    target = RESOURCES[association.target]
    if association.is_list and not criteria.chooses:
        return _first_pairs(resource, association, target, rows, criteria)
    linked = pairs(resource, association, target, rows)
    if not criteria.chooses:
        return linked
    others = list(dict.fromkeys(other for _, other in linked))
    fitting = searching.arranged(sources.of(target.name), criteria, others, languages=eyes.languages)
    if not association.is_list:
        return linked
    place = {id: position for position, id in enumerate(fitting)}
    in_order = sorted((pair for pair in linked if pair[1] in place), key=lambda pair: place[pair[1]])
    return list(_paged(in_order, criteria))


def _first_pairs(
    resource: Resource, association: Association, target: Resource, rows: Iterable[UUID], criteria: Criteria
) -> list[tuple[UUID, UUID]]:
    """Counted where they are: a record may be associated with a million others."""
    found, mine, other = linking(resource, association, target)
    order = "number" if other == "pk" else f"{other.removesuffix('_id')}__number"
    nth = Window(RowNumber(), partition_by=F(mine), order_by=F(order).asc())
    numbered = found.filter(**{f"{mine}__in": list(rows)}).annotate(nth=nth)
    page = numbered.filter(nth__gt=criteria.first, nth__lte=criteria.first + criteria.limit)
    return list(page.order_by("nth").values_list(mine, other))


def _paged(linked: Iterable[tuple[UUID, UUID]], criteria: Criteria) -> Iterator[tuple[UUID, UUID]]:
    """Of each record the page of what is associated with it."""
    counts: Counter[UUID] = Counter()
    for owner, other in linked:
        if criteria.first <= counts[owner] < criteria.first + criteria.limit:
            yield owner, other
        counts[owner] += 1


def pairs(
    resource: Resource, association: Association, target: Resource, rows: Mapping[UUID, Mapping[str, Any]]
) -> list[tuple[UUID, UUID]]:
    """(record, associated record)"""
    if association.arity is Arity.ONE:
        column = f"{association.relation}_id"
        return [(id, row[column]) for id, row in rows.items() if row[column]]
    found, mine, other = linking(resource, association, target)
    return list(found.filter(**{f"{mine}__in": list(rows)}).values_list(mine, other))


def linking(resource: Resource, association: Association, target: Resource) -> tuple[QuerySet[Any], str, str]:
    """The rows that say what is associated, their column of the record, and that of the associated one."""
    match association.arity:
        case Arity.ONE:
            return plan(resource.spec.name).model._default_manager.all(), "pk", f"{association.relation}_id"
        case Arity.LINKS | Arity.BACKWARDS:
            owner = resource.spec.name if association.arity is Arity.LINKS else target.spec.name
            mapping = plan(owner).mappings[MAPPING_OF[owner, association.relation].relation]
            through = plan(owner).model._meta.get_field(association.relation).remote_field.through  # type: ignore[union-attr]
            sides = mapping.owner, mapping.target
            mine, other = sides if association.arity is Arity.LINKS else reversed(sides)
            return through._default_manager.all(), mine, other
    rows = plan(target.spec.name).model._default_manager.order_by("number")
    return rows, _reference(resource, association), "pk"


def _reference(resource: Resource, association: Association) -> str:
    if association.arity is Arity.REVERSE:
        return f"{association.relation}_id"
    return f"{resource.spec.children_by_name[association.relation].field}_id"
