"""Attributes that products may have: declared with their options, changed, deleted. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from catalog.commands import Delete, Json, Mode, Reference, Upsert
from catalog.outcomes import FieldError
from syncapi.magento import names
from syncapi.magento.coercion import TEXT
from syncapi.magento.drafts import Draft, elements, members, scalar
from syncapi.magento.messages import Message, invalid_value, required
from syncapi.magento.parsing import options
from syncapi.magento.parsing.bodies import object_of, text, whole

_TYPE: Final = "Magento\\Catalog\\Api\\Data\\ProductAttributeInterface"
_KNOWN: Final = frozenset({
    *names.ATTRIBUTE, *names.ATTRIBUTE_BESIDE, *names.ATTRIBUTE_LISTS, "options", "custom_attributes",
    "extension_attributes",
})  # fmt: skip
_CHOICES: Final = {"frontend_input": names.INPUTS, "scope": names.HEIGHTS}
_CODE: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9_]{0,59}")
_CODE_PATH: Final = "/attribute/attribute_code"
_RESERVED: Final = 'The attribute code "%1" is reserved by system. Please try another attribute code.'
_NOT_DELETED: Final = 'The "%1" attribute can\'t be deleted.'


def create_attribute(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"attribute": {...}}` -> a new attribute with its options; one that gives an id is changed."""
    given, code, draft = _understood(item)
    if given.get("attribute_id"):
        return _changed(given, code, draft)
    found = options.read(given.get("options"), code, draft, are_new=True)
    draft.refuse_if_wrong()
    label = draft.values.get("label") or _first_label(draft)
    return Upsert(
        entity="attribute",
        key=Reference("code", code),
        values={**draft.values, "code": code, "label": label},
        children={"options": found},
        mode=Mode.CREATE,
        flaws=tuple(_flaws(code, label)),
    )


def update_attribute(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"attribute": {"attribute_code": "color", ...}}` -> this attribute changed; its other options stay."""
    return _changed(*_understood(item))


def delete_attribute(item: Json, context: Mapping[str, Json]) -> Delete | Upsert:
    """`{"attributeCode": "color"}` -> the end of the attribute and its options."""
    draft = Draft()
    code = text(item, "attribute_code", draft, shown="attributeCode")
    draft.refuse_if_wrong()
    if code in names.SYSTEM_CODES:
        flaw = Message(_NOT_DELETED, (code,)).error("/attributeCode")
        return Upsert(entity="attribute", key=None, values={}, flaws=(flaw,))
    return Delete(entity="attribute", key=Reference("code", code))


def assign_attribute(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"attributeSetId": 4, "attributeCode": "color"}` -> both, which must be there: every set has all attributes."""
    draft = Draft()
    number = whole(item, "attribute_set_id", draft, shown="attributeSetId")
    code = text(item, "attribute_code", draft, shown="attributeCode")
    draft.refuse_if_wrong()
    its_set = Upsert(entity="attribute_set", key=Reference("number", number), values={}, mode=Mode.UPDATE)
    return Upsert(entity="attribute", key=Reference("code", code), values={}, mode=Mode.UPDATE, beside=(its_set,))


def _understood(item: Json) -> tuple[Mapping[str, Json], str, Draft]:
    """The members of the attribute, its code, and what it says of its fields."""
    draft = Draft()
    found = object_of(item, "attribute", type_name=_TYPE)
    given = members(found, draft, path="/attribute", known=_KNOWN)
    for name, (field, kind) in names.ATTRIBUTE.items():
        value = scalar(given.get(name), kind, draft, field=name, path=f"/attribute/{name}")
        if value is not None and name in _CHOICES and value not in _CHOICES[name]:
            draft.refuse(invalid_value(name, value), path=f"/attribute/{name}")
        if field and value is not None:
            draft.values[field] = value
    if beside := dict(_beside(given, draft)):
        draft.values["custom_fields"] = beside
    return given, _code(given, draft), draft


def _beside(given: Mapping[str, Json], draft: Draft) -> Iterator[tuple[str, Json]]:
    for name, kind in names.ATTRIBUTE_BESIDE.items():
        if name in given:
            yield name, scalar(given[name], kind, draft, field=name, path=f"/attribute/{name}")
    for name in names.ATTRIBUTE_LISTS:
        if given.get(name) is not None:
            read = options.labels if name == "frontend_labels" else elements
            yield name, read(given[name], draft, field=name, path=f"/attribute/{name}")


def _code(given: Mapping[str, Json], draft: Draft) -> str:
    code = given.get("attribute_code")
    if code is None:
        draft.refuse(required("attribute_code"), path=_CODE_PATH)
    return "" if code is None or isinstance(code, list | dict) else str(TEXT.convert(code))


def _changed(given: Mapping[str, Json], code: str, draft: Draft) -> Upsert:
    found = options.read(given.get("options"), code, draft, are_new=False)
    draft.refuse_if_wrong()
    return Upsert(
        entity="attribute",
        key=Reference("code", code),
        values=draft.values,
        children={"options": found},
        mode=Mode.UPDATE,
        flaws=options.flaws_of(code),
    )


def _first_label(draft: Draft) -> str:
    """Of those for single stores, where the attribute has no label for all."""
    labels = draft.values.get("custom_fields", {}).get("frontend_labels", ())
    return next((str(label["label"]) for label in labels), "")


def _flaws(code: str, label: str) -> Iterator[FieldError]:
    """Of a new attribute, told when it is processed."""
    if code in names.RESERVED_CODES:
        yield Message(_RESERVED, (code,)).error(_CODE_PATH)
    elif not _CODE.fullmatch(code):
        yield invalid_value("attribute_code", code).error(_CODE_PATH)
    if not label:
        yield required("frontend_label").error("/attribute/frontend_label")
