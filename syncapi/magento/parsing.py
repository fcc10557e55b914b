"""From the body of a Magento call to a command. Pure: a worker does it again with the item as stored.

An item is the body of the single call; `context` says what the URL said: `store` (None: all) and `path`, its variables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from catalog.commands import Delete, Json, Reference, Scope, Upsert
from catalog.outcomes import FieldError
from syncapi.magento import attributes, extensions, names
from syncapi.magento.coercion import TEXT, WHOLE
from syncapi.magento.drafts import Draft, NotUnderstoodError, members, scalar
from syncapi.magento.messages import invalid_value, required, unsupported, wrong_type

_PRODUCT_TYPE: Final = "Magento\\Catalog\\Api\\Data\\ProductInterface"


def save_product(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"product": {...}}` -> the product that its SKU names, created or changed (contract 5.3)."""
    body = item if isinstance(item, dict) else {}
    given = body.get("product")
    if given is None:
        raise NotUnderstoodError(required("product").error("/product"))
    if not isinstance(given, dict):
        raise NotUnderstoodError(wrong_type("product", given, _PRODUCT_TYPE).error("/product"))
    draft = Draft()
    product = members(given, draft, path="/product", known=_KNOWN)
    _read_fields(product, draft)
    attributes.read(product.get("custom_attributes"), draft)
    extensions.read(product.get("extension_attributes"), draft)
    draft.refuse_if_wrong()
    return _upsert(product, draft, context)


def delete_product(item: Json, context: Mapping[str, Json]) -> Delete:
    """`{"sku": "A"}` -> the end of the product A."""
    sku = item.get("sku") if isinstance(item, dict) else None
    if sku is None:
        raise NotUnderstoodError(required("sku").error("/sku"))
    draft = Draft()
    name = scalar(sku, TEXT, draft, field="sku", path="/sku")
    draft.refuse_if_wrong()
    return Delete(entity="product", key=Reference("sku", name))


_KNOWN: Final = frozenset({*names.PRODUCT, *names.PRODUCT_PARTS, *names.PRODUCT_LISTS})


def _read_fields(product: Mapping[str, Json], draft: Draft) -> None:
    for name, (field, kind) in names.PRODUCT.items():
        if name not in product:
            continue
        value = scalar(product[name], kind, draft, field=name, path=f"/product/{name}")
        if field:
            draft.values[field] = value
        elif name == "status":
            _read_status(value, draft)
        elif name == "attribute_set_id" and value is not None:
            draft.values["attribute_set"] = Reference("number", value)
    draft.errors.extend(_lists_not_kept(product))


def _read_status(value: Json, draft: Draft) -> None:
    if value is not None and value not in names.STATUSES:
        draft.refuse(invalid_value("status", value), path="/product/status")
    draft.values["active"] = None if value is None else names.STATUSES.get(value)


def _lists_not_kept(product: Mapping[str, Json]) -> Iterator[FieldError]:
    """Links, options, media and tier prices: an empty list says nothing, a full one would be lost."""
    return (unsupported(name).error(f"/product/{name}") for name in names.PRODUCT_LISTS if product.get(name))


def _upsert(product: Mapping[str, Json], draft: Draft, context: Mapping[str, Json]) -> Upsert:
    sku = _sku(product)
    path_sku = context.get("path", {}).get("sku", sku)
    renamed = product.get("id") is not None and sku is not None and sku.strip() != str(path_sku).strip()
    if renamed:
        draft.values["sku"] = sku
    elif sku is not None:
        draft.defaults["sku"] = sku
    key = Reference("number", int(product["id"])) if renamed else _key(sku)
    return Upsert(
        entity="product",
        key=key,
        values=draft.values,
        defaults=draft.defaults,
        links=draft.links,
        required=_required(draft),
        scope=Scope(store=context.get("store")),
    )


def _sku(product: Mapping[str, Json]) -> str | None:
    sku = product.get("sku")
    return None if sku is None or not str(sku).strip() else str(TEXT.convert(sku))


def _key(sku: str | None) -> Reference | None:
    return None if sku is None else Reference("sku", sku)


def _required(draft: Draft) -> tuple[str, ...]:
    is_priced = draft.values.get("type", "simple") in names.PRICED_TYPES
    return (*names.PRODUCT_REQUIRED, "price_gross") if is_priced else names.PRODUCT_REQUIRED


def credentials(body: Json) -> tuple[str, str]:
    """`{"username": "...", "password": "..."}`, both demanded."""
    given = body if isinstance(body, dict) else {}
    draft = Draft()
    for name in ("username", "password"):
        if given.get(name) is None:
            draft.refuse(required(name), path=f"/{name}")
        draft.values[name] = scalar(given.get(name), TEXT, draft, field=name, path=f"/{name}")
    draft.refuse_if_wrong()
    return draft.values["username"], draft.values["password"]


def status_number(text: str) -> int:
    draft = Draft()
    number = scalar(text, WHOLE, draft, field="status", path="")
    draft.refuse_if_wrong()
    return int(number)
