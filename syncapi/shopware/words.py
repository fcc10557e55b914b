"""Shopware's words for each cause: code, text and parameters (contract 7). Never SQL, never a class name of ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from catalog.commands import Json
from catalog.entities import ENTITIES
from catalog.outcomes import ErrorCode
from syncapi.shopware import languages, pointers
from syncapi.shopware.drafts import RESOLVERS
from syncapi.shopware.malformed import VIOLATION
from syncapi.shopware.names import MAPPINGS
from syncapi.shopware.schema import ALL, RESOURCES, Resource, Translation, of_entity

Params = Mapping[str, Json]
NO_SYSTEM_TEXT: Final = "MISSING-SYSTEM-TRANSLATION"


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """`template`: with {{ placeholders }}. `title`: for what is no violation of a record's rules."""

    code: str
    template: str
    parameters: Mapping[str, Json]
    status: int = 400
    title: str = ""

    @property
    def detail(self) -> str:
        text = self.template
        for name, value in self.parameters.items():
            text = text.replace(name, str(value))
        return text


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """Whose errors are told: its entity, what was sent, and the pointer of it in the request."""

    entity: str
    payload: Mapping[str, Json]
    place: str
    other_language: bool = False  # its plain texts are of another language than the system's

    @property
    def id(self) -> str:
        return str(self.payload.get("id", ""))


def code_required() -> Words:
    return Words(
        code="code_required_for_root_language",
        template="Root language must have a translation code",
        parameters={},
    )


def no_system_translation() -> Words:
    return Words(
        code=NO_SYSTEM_TEXT,
        template="Translation required for system language {{ systemLanguage }}",
        parameters={"{{ systemLanguage }}": languages.SYSTEM},
    )


def _blank(params: Params) -> Words:
    return Words(
        code="c1051bb4-d103-4f74-8988-acbcafc7fdc3",
        template="This value should not be blank.",
        parameters={"{{ value }}": "null"},
    )


def _type(params: Params) -> Words:
    expected, value = params.get("expected"), params.get("value")
    if expected in ("uuid", "id", "reference"):
        return Words(code=VIOLATION, template='The string "{{ value }}" is not a valid uuid.',
                     parameters={"{{ value }}": value})  # fmt: skip
    if expected == "datetime":
        return Words(
            code="1a9da513-2640-4f84-9b6a-4d99dcddc628",
            template="This value is not a valid datetime.",
            parameters={"{{ value }}": value},
        )
    kind = {"float": "numeric", "object": "array"}.get(str(expected), str(expected))
    return Words(
        code="ba785a8c-82cb-4283-967c-3cf342181b40",
        template="This value should be of type {{ type }}.",
        parameters={"{{ value }}": value, "{{ type }}": kind},
    )


def _choice(params: Params) -> Words:
    return Words(
        code="8e179f1b-97aa-4560-a02f-2a8b42e49df7",
        template="The value you selected is not a valid choice.",
        parameters={"{{ value }}": params.get("value"), "{{ choices }}": str(params.get("limit", ""))},
    )


def _too_long(params: Params) -> Words:
    limit = params.get("limit")
    characters = "character" if limit == 1 else "characters"
    return Words(
        code="d94b19cc-114f-4f44-9cc4-4138e80a87b9",
        template=f"This value is too long. It should have {{{{ limit }}}} {characters} or less.",
        parameters={"{{ limit }}": limit},
    )


def _low(params: Params) -> Words:
    return Words(
        code="76454e69-502c-46c5-9643-f447d837c4d5",
        template="This value should be {{ limit }} or more.",
        parameters={"{{ value }}": params.get("value"), "{{ limit }}": params.get("limit")},
    )


def _high(params: Params) -> Words:
    return Words(
        code="2d28afcb-e32e-45fb-a815-01c431a86a69",
        template="This value should be {{ limit }} or less.",
        parameters={"{{ value }}": params.get("value"), "{{ limit }}": params.get("limit")},
    )


def _violation(template: str, *names: str) -> Callable[[Params], Words]:
    def words(params: Params) -> Words:
        return Words(code=VIOLATION, template=template, parameters={f"{{{{ {n} }}}}": params.get(n) for n in names})

    return words


def _unknown(params: Params) -> Words:
    return Words(code="7703c766-b5d5-4cef-ace7-ae0dd82304e9", template="This field was not expected.", parameters={})


def _reference(params: Params) -> Words:
    entity = str(params.get("entity", "record"))
    name = of_entity(entity) if entity in _SHOWN else entity
    if params.get("by") in _RESOLVED and entity != "language":
        return _unresolved(params)
    return Words(
        code=VIOLATION,
        template='The {{ entity }} "{{ value }}" does not exist.',
        parameters={"{{ entity }}": name, "{{ value }}": str(params.get("value") or "").replace("-", "")},
    )


def _unresolved(params: Params) -> Words:
    record, pointer = params["_record"], params["_pointer"] or "/id"
    return Words(
        code="FRAMEWORK__API_INVALID_SYNC_RESOLVERS",
        template="Can not resolve foreign key at position {{ position }}. Reference field: {{ field }}",
        parameters={
            "{{ position }}": f"{record.place}{pointer}".removeprefix("/"),
            "{{ field }}": f"{record.entity}.{pointer.rsplit('/', 1)[-1]}",
        },
    )


def _taken(params: Params) -> Words:
    record: Record = params["_record"]
    described = pointers.entity_at(params["_pointer"], record.entity)
    fields = (
        [described.property_of(name) for name in params.get("fields", ())] if isinstance(described, Resource) else []
    )
    if fields == ["productNumber"] or (record.entity == "product" and params["_pointer"].endswith("/productNumber")):
        return _taken_number(params)
    return Words(
        code=VIOLATION,
        template="Another record has the same {{ fields }} already.",
        parameters={"{{ fields }}": ", ".join(fields) or params["_pointer"].rsplit("/", 1)[-1]},
    )


def _taken_number(params: Params) -> Words:
    return Words(
        code="CONTENT__DUPLICATE_PRODUCT_NUMBER",
        template='Product with number "{{ number }}" already exists.',
        parameters={"{{ number }}": params.get("value")},
        title="Bad Request",
    )


def _intended(wanted: str, got: str, hint: str) -> Callable[[Params], Words]:
    def words(params: Params) -> Words:
        return Words(
            code="FRAMEWORK__WRITE_TYPE_INTEND_ERROR",
            template='Expected command for "{{ definition }}" to be "{{ expectedClass }}". (Got: {{ actualClass }})'
            + hint,
            parameters={
                "{{ definition }}": params["_record"].entity,
                "{{ expectedClass }}": wanted,
                "{{ actualClass }}": got,
            },
            title="Bad Request",
        )

    return words


def _cycle(params: Params) -> Words:
    record: Record = params["_record"]
    if len(params.get("ids", ())) == 2:
        return Words(
            code="FRAMEWORK__PARENT_RELATION_DOES_NOT_ALLOW_SELF_REFERENCES",
            template='The {{ entity }} entity with id "{{ id }}" can not reference to itself as parent.',
            parameters={"{{ entity }}": record.entity, "{{ id }}": params["ids"][0].replace("-", "")},
        )
    return Words(code=VIOLATION, template="The record would be its own ancestor.", parameters={})


def _user(name: str) -> str:
    """An entity, or the table of a mapping."""
    return of_entity(name) if name in _SHOWN else _TABLES.get(name, name)


def _in_use(params: Params) -> Words:
    uses = params.get("uses") or {params.get("entity", "record"): 1}
    shown = ", ".join(f"{_user(name)} ({count})" for name, count in uses.items())
    return Words(
        code="FRAMEWORK__DELETE_RESTRICTED",
        template="The delete request for {{ entity }} was denied due to a conflict. The entity is currently in use by: "
        "{{ usages }}",
        parameters={"{{ entity }}": params["_record"].entity, "{{ usages }}": shown},
        status=409,
        title="Conflict",
    )


def _protected(params: Params) -> Words:
    entity = params["_record"].entity
    return Words(
        code=f"delete_default_{entity}_violation",
        template=f"The default {entity} {{{{ id }}}} cannot be deleted.",
        parameters={"{{ id }}": params["_record"].id},
    )


def _forbidden(params: Params) -> Words:
    return privileges([privilege(str(params.get("right", "")))])


def privileges(missing: list[str]) -> Words:
    return Words(
        code="FRAMEWORK__MISSING_PRIVILEGE_ERROR",
        template=json.dumps({"message": "Missing privilege", "missingPrivileges": missing}),
        parameters={},
        status=403,
        title="Forbidden",
    )


def privilege(right: str) -> str:
    """catalog.add_tax -> tax:create"""
    action, _, model = right.rpartition(".")[2].partition("_")
    return f"{_BY_MODEL.get(model, model)}:{_ACTIONS.get(action, action)}"


def _transient(params: Params) -> Words:
    return Words(
        code="FRAMEWORK__WRITE_ERROR",
        template="The record was not written, since the database was busy. Send it again.",
        parameters={},
        status=503,
        title="Service Unavailable",
    )


def _missing(params: Params) -> Words:
    record: Record = params["_record"]
    described = ALL[record.entity]
    if params.get("by") in _RESOLVED:
        return _unresolved(params)
    if not isinstance(described, Resource):
        owner = described.owner_id if isinstance(described, Translation) else params["_pointer"].rsplit("/", 1)[-1]
        return Words(
            code=VIOLATION,
            template='The {{ field }} "{{ value }}" does not exist.',
            parameters={"{{ field }}": owner.removesuffix("Id"), "{{ value }}": record.payload.get(owner)},
        )
    return _intended("UpdateCommand", "InsertCommand", " Use POST method to create new entities.")(params)


def _own_words(params: Params) -> Words:
    """Parsing has worded it already."""
    return Words(
        code=str(params.get("code", VIOLATION)),
        template=str(params.get("message", "This value is not valid.")),
        parameters=params.get("parameters", {}),
    )


_RESOLVED: Final = frozenset(by for _, by in RESOLVERS.values())
_TABLES: Final = {
    ENTITIES[each.owner].links_by_name[each.relation].mapping.lower().replace(".", "_"): each.name for each in MAPPINGS
}
_SHOWN: Final = {resource.spec.name for resource in RESOURCES.values()}
_BY_MODEL: Final = {
    spec.model.rpartition(".")[2].lower(): of_entity(name) if name in _SHOWN else name
    for name, spec in ENTITIES.items()
}
_ACTIONS: Final = {"add": "create", "change": "update", "delete": "delete", "view": "read"}
_OWN: Final[Mapping[tuple[str, ErrorCode], Callable[[Params], Words]]] = {
    ("language", ErrorCode.NESTED): lambda params: Words(
        code="parent_has_parent_violation",
        template="Language inheritance limit for the child {{ id }} exceeded. A Language must not be nested deeper "
        "than one level.",
        parameters={"{{ id }}": params["_record"].id},
    ),
}
_WORDS: Final[Mapping[ErrorCode, Callable[[Params], Words]]] = {
    ErrorCode.REQUIRED: _blank,
    ErrorCode.BLANK: _blank,
    ErrorCode.TYPE: _type,
    ErrorCode.CHOICE: _choice,
    ErrorCode.TOO_LONG: _too_long,
    ErrorCode.TOO_SMALL: _low,
    ErrorCode.TOO_LARGE: _high,
    ErrorCode.CHARACTER: _violation("This value holds a character that cannot be stored."),
    ErrorCode.UNKNOWN: _unknown,
    ErrorCode.REFERENCE: _reference,
    ErrorCode.TAKEN: _taken,
    ErrorCode.EXISTS: _intended("InsertCommand", "UpdateCommand", " Use PATCH method to update existing entities."),
    ErrorCode.MISSING: _missing,
    ErrorCode.CYCLE: _cycle,
    ErrorCode.NESTED: _violation("A variant cannot have variants of its own."),
    ErrorCode.IN_USE: _in_use,
    ErrorCode.PROTECTED: _protected,
    ErrorCode.FORBIDDEN: _forbidden,
    ErrorCode.CRASHED: _transient,
    ErrorCode.TRANSIENT: _transient,
    ErrorCode.DIALECT: _own_words,
}


def of(code: ErrorCode, entity: str) -> Callable[[Params], Words]:
    """What words this cause has for a record of this entity."""
    return _OWN.get((entity, code)) or _WORDS[code]
