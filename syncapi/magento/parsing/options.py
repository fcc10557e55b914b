"""Options of attributes, with them and by calls of their own. An option's value is its id, which it gets here. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from catalog.commands import Delete, Json, Mode, Reference, Upsert
from catalog.outcomes import FieldError
from syncapi.magento import names
from syncapi.magento.coercion import FLAG, TEXT, WHOLE, Kind
from syncapi.magento.drafts import Draft, elements, members, scalar
from syncapi.magento.messages import Message
from syncapi.magento.parsing.bodies import inner, object_of, text

_TYPE: Final = "Magento\\Eav\\Api\\Data\\AttributeOptionInterface"
_KNOWN: Final = frozenset({"label", "value", "sort_order", "is_default", "store_labels"})
_LABEL: Final[Mapping[str, Kind]] = {"store_id": WHOLE, "label": TEXT}
_PATH: Final = "/attribute/options"
_OF_SYSTEM: Final = 'The "%1" attribute belongs to the system, so it couldn\'t be changed.'
_NO_LABEL: Final = Message("The attribute option label is empty. Enter the value and try again.")


def add_option(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"attributeCode": "color", "option": {"label": "Red"}}` -> a new option; there is none with this label yet."""
    draft = Draft()
    code, values = _understood(item, draft)
    draft.refuse_if_wrong()
    label = values.setdefault("label", "")
    return Upsert(
        entity="attribute_option",
        key=Reference("label", f"{code}/{label}"),
        values={**values, "attribute": existing(code)},
        defaults={"value": ""},
        mode=Mode.CREATE,
        flaws=(*flaws_of(code), *_unlabelled(values)),
    )


def update_option(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"attributeCode": "color", "optionId": 7, "option": {"label": "Red"}}` -> the option 7 of this attribute."""
    draft = Draft()
    code, values = _understood(item, draft)
    id = text(item, "option_id", draft, shown="optionId")
    draft.refuse_if_wrong()
    return Upsert(
        entity="attribute_option",
        key=_named(code, id),
        values={**values, "attribute": existing(code)},
        mode=Mode.UPDATE,
        flaws=(*flaws_of(code), *_unlabelled(values)),
    )


def delete_option(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"attributeCode": "color", "optionId": 7}` -> the attribute without its option 7."""
    draft = Draft()
    code = text(item, "attribute_code", draft, shown="attributeCode")
    id = text(item, "option_id", draft, shown="optionId")
    draft.refuse_if_wrong()
    gone = Delete(entity="attribute_option", key=_named(code, id))
    return existing(code, beside=(gone,), flaws=flaws_of(code))


def read(given: Json, code: str, draft: Draft, *, are_new: bool) -> tuple[Upsert, ...]:
    """The options in the list of an attribute, without the empty one that Magento's own lists begin with."""
    found = [] if given is None else elements(given, draft, field="options", path=_PATH)
    options = (_one(option, code, draft, index=index, is_new=are_new) for index, option in enumerate(found))
    return tuple(option for option in options if option.key or str(option.values.get("label", "")).strip())


def labels(given: Json, draft: Draft, *, field: str, path: str) -> list[dict[str, Json]]:
    """What single stores call it."""
    found = elements(given, draft, field=field, path=path)
    return [_label(label, draft, field=field, path=f"{path}/{index}") for index, label in enumerate(found)]


def flaws_of(code: str) -> tuple[FieldError, ...]:
    """What every product has is the catalog's own, whatever is declared of it."""
    is_own = code in names.SYSTEM_CODES
    return (Message(_OF_SYSTEM, (code,)).error("/attributeCode"),) if is_own else ()


def existing(code: str, *, beside: tuple[Delete, ...] = (), flaws: tuple[FieldError, ...] = ()) -> Upsert:
    """The attribute that must be there."""
    key = Reference("code", code)
    return Upsert(entity="attribute", key=key, values={}, mode=Mode.UPDATE, beside=beside, flaws=flaws)


def _one(given: Json, code: str, draft: Draft, *, index: int, is_new: bool) -> Upsert:
    """The option that has this value; new where none has, or all are."""
    path = f"{_PATH}/{index}"
    option = inner(given, draft, field="options", path=path, known=_KNOWN)
    value = scalar(option.get("value"), TEXT, draft, field="value", path=f"{path}/value")
    return Upsert(
        entity="attribute_option",
        key=_named(code, value) if value and not is_new else None,
        values=_values(option, draft, path=path),
        defaults={"value": ""},
        path=f"/options/{index}",
    )


def _label(given: Json, draft: Draft, *, field: str, path: str) -> dict[str, Json]:
    label = inner(given, draft, field=field, path=path, known=_LABEL.keys(), demanded=_LABEL)
    return {
        name: scalar(label.get(name), kind, draft, field=name, path=f"{path}/{name}") for name, kind in _LABEL.items()
    }


def _named(code: str, value: str) -> Reference:
    return Reference("option", f"{code}/{value}")


def _understood(item: Json, draft: Draft) -> tuple[str, dict[str, Json]]:
    """The code of the attribute, and the values of the option that the call is about."""
    given = members(object_of(item, "option", type_name=_TYPE), draft, path="/option", known=_KNOWN)
    scalar(given.get("value"), TEXT, draft, field="value", path="/option/value")
    return text(item, "attribute_code", draft, shown="attributeCode"), _values(given, draft, path="/option")


def _values(given: Mapping[str, Json], draft: Draft, *, path: str) -> dict[str, Json]:
    found = {
        field: scalar(given.get(name), kind, draft, field=name, path=f"{path}/{name}")
        for name, field, kind in (("label", "label", TEXT), ("sort_order", "position", WHOLE))
    }
    values = {field: value for field, value in found.items() if value is not None}
    beside = dict(_beside(given, draft, path=path))
    return {**values, "custom_fields": beside} if beside else values


def _beside(given: Mapping[str, Json], draft: Draft, *, path: str) -> Iterator[tuple[str, Json]]:
    if given.get("is_default") is not None:
        default = scalar(given["is_default"], FLAG, draft, field="is_default", path=f"{path}/is_default")
        yield "is_default", default
    if given.get("store_labels") is not None:
        yield "store_labels", labels(given["store_labels"], draft, field="store_labels", path=f"{path}/store_labels")


def _unlabelled(values: Mapping[str, Json]) -> tuple[FieldError, ...]:
    return (_NO_LABEL.error("/option/label"),) if values.get("label") == "" else ()
