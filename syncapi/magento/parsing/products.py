"""Products: one upsert for both verbs, in which only what is sent changes (contract 5.3). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from catalog.commands import Delete, Json, Reference, Scope, Upsert
from catalog.outcomes import ErrorCode, FieldError
from syncapi.magento import names
from syncapi.magento.coercion import TEXT, WHOLE
from syncapi.magento.drafts import Draft, elements, members, scalar
from syncapi.magento.messages import invalid_value, unsupported
from syncapi.magento.parsing import attributes, extensions, media, relations, tier_prices
from syncapi.magento.parsing.bodies import object_of, text

_PRODUCT_TYPE: Final = "Magento\\Catalog\\Api\\Data\\ProductInterface"


def save_product(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"product": {...}}` -> the product that its SKU names, created or changed (contract 5.3)."""
    given = object_of(item, "product", type_name=_PRODUCT_TYPE)
    draft = Draft()
    product = members(given, draft, path="/product", known=_KNOWN)
    _read_fields(product, draft)
    attributes.read(product.get("custom_attributes"), draft)
    extensions.read(product.get("extension_attributes"), draft)
    key = _key(product, draft, context)
    children = dict(_children(product, key or Reference("sku", ""), draft, context))
    draft.refuse_if_wrong()
    return Upsert(
        entity="product",
        key=key,
        values=draft.values,
        defaults=draft.defaults,
        links=draft.links,
        children=children,
        replace_children=frozenset(children),
        files=tuple(file for child in children.get("media", ()) for file in child.files),
        required=_required(draft),
        scope=Scope(store=context.get("store")),
        flaws=_cleared(draft.values, context),
    )


def delete_product(item: Json, context: Mapping[str, Json]) -> Delete:
    """`{"sku": "A"}` -> the end of the product A."""
    draft = Draft()
    sku = text(item, "sku", draft, shown="sku")
    draft.refuse_if_wrong()
    return Delete(entity="product", key=Reference("sku", sku))


_FIELDS: Final = tuple((name, *target, f"/product/{name}") for name, target in names.PRODUCT.items())
_PRICED: Final = (*names.PRODUCT_REQUIRED, "price_gross")
_KNOWN: Final = frozenset({*names.PRODUCT, *names.PRODUCT_PARTS, *names.PRODUCT_LISTS})


def _read_fields(product: Mapping[str, Json], draft: Draft) -> None:
    for name, field, kind, path in _FIELDS:
        if name not in product:
            continue
        value = scalar(product[name], kind, draft, field=name, path=path)
        if field:
            draft.values[field] = value
        elif name == "status":
            _read_status(value, draft)
        elif name == "attribute_set_id" and value is not None:
            draft.values["attribute_set"] = Reference("number", value)
    if product.get("options"):
        draft.refuse(unsupported("options"), path="/product/options")


def _read_status(value: Json, draft: Draft) -> None:
    if value is not None and value not in names.STATUSES:
        draft.refuse(invalid_value("status", value), path="/product/status")
    draft.values["active"] = None if value is None else names.STATUSES.get(value)


def _key(product: Mapping[str, Json], draft: Draft, context: Mapping[str, Json]) -> Reference | None:
    """Its SKU; its id where another SKU in the body renames it."""
    sku = _sku(product)
    path_sku = context.get("path", {}).get("sku", sku)
    if product.get("id") is not None and sku is not None and sku.strip() != str(path_sku).strip():
        draft.values["sku"] = sku
        number = scalar(product["id"], WHOLE, draft, field="id", path="/product/id")
        return Reference("number", number or 0)
    if sku is not None:
        draft.defaults["sku"] = sku
    return None if sku is None else Reference("sku", sku)


def _sku(product: Mapping[str, Json]) -> str | None:
    given = product.get("sku")
    if given is None or isinstance(given, list | dict):
        return None
    sku = str(TEXT.convert(given))
    return sku if sku.strip() else None


def _children(
    product: Mapping[str, Json], key: Reference, draft: Draft, context: Mapping[str, Json]
) -> Iterator[tuple[str, tuple[Upsert, ...]]]:
    """What a list of the product replaces as a whole; null and absent lists keep what is there."""
    if (given := product.get("media_gallery_entries")) is not None:
        path = "/product/media_gallery_entries"
        found = elements(given, draft, field="media_gallery_entries", path=path)
        entries = [media.read(each, draft, path=f"{path}/{n}") for n, each in enumerate(found)]
        yield (
            "media",
            tuple(
                replace(media.placed(entry, key, context, path=""), path=f"{path}/{n}")
                for n, entry in enumerate(entries)
            ),
        )
    if (given := product.get("product_links")) is not None:
        yield "links", relations.read_links(given, key, draft, field="product_links", path="/product/product_links")
    if (given := product.get("tier_prices")) is not None:
        yield "tier_prices", tier_prices.read(given, draft, path="/product/tier_prices")


def _cleared(values: Mapping[str, Json], context: Mapping[str, Json]) -> tuple[FieldError, ...]:
    """In a store null is the inherited name; below that one there is none. Told when it is processed."""
    clears = "name" in values and values["name"] is None and context.get("store") is None
    return (FieldError(path="/name", code=ErrorCode.REQUIRED),) if clears else ()


def _required(draft: Draft) -> tuple[str, ...]:
    return _PRICED if draft.values.get("type", "simple") in names.PRICED_TYPES else names.PRODUCT_REQUIRED
