"""Source items, which Magento has had beside stock items since 2.3: how much of a product a source holds. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from catalog.commands import Json, Upsert
from syncapi.magento.coercion import FRACTION, TEXT, WHOLE, Kind
from syncapi.magento.drafts import Draft, elements, scalar
from syncapi.magento.messages import Message, required
from syncapi.magento.names import SOURCE
from syncapi.magento.parsing.bodies import existing, inner, member
from syncapi.magento.parsing.stock import pieces

_KNOWN: Final = frozenset({"sku", "source_code", "quantity", "status", "extension_attributes"})
_DEMANDED: Final = ("sku", "source_code", "quantity")
_NAMED: Final = ("sku", "source_code")
_NO_SOURCE: Final = 'Source with code "%sourceCode" does not exist'


def save_source_items(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"sourceItems": [{"sku": "A", "source_code": "default", "quantity": 5}, ...]}` -> these products' stock."""
    return _all(item, demanded=_DEMANDED)


def delete_source_items(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"sourceItems": [{"sku": "A", "source_code": "default"}, ...]}` -> nothing of these products is left."""
    return _all(item, demanded=_NAMED)


def _all(item: Json, *, demanded: Sequence[str]) -> Upsert:
    draft = Draft()
    given = member(item, "source_items")
    found = [] if given is None else elements(given, draft, field="sourceItems", path="/sourceItems")
    if not found and not draft.errors:
        draft.refuse(required("sourceItems"), path="/sourceItems")
    first, *others = [
        _one(each, draft, demanded, path=f"/sourceItems/{index}") for index, each in enumerate(found)
    ] or [existing("")]
    draft.refuse_if_wrong()
    return replace(first, beside=tuple(others))


def _one(given: Json, draft: Draft, demanded: Sequence[str], *, path: str) -> Upsert:
    """Without a quantity that is demanded there is none."""
    source_item = inner(given, draft, field="sourceItems", path=path, known=_KNOWN, demanded=demanded)

    def value(name: str, kind: Kind) -> Json:
        return scalar(source_item.get(name), kind, draft, field=name, path=f"{path}/{name}")

    sku, code, quantity = value("sku", TEXT), value("source_code", TEXT), value("quantity", FRACTION)
    value("status", WHOLE)  # it follows from the quantity
    if isinstance(code, str) and code != SOURCE:
        draft.refuse(Message(_NO_SOURCE, {"sourceCode": code}), path=f"{path}/source_code")
    stock = pieces(quantity) if "quantity" in demanded else 0
    return replace(existing(str(sku or "")), values={"stock": stock}, path=path)
