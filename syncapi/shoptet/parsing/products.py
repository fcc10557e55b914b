"""A row of a product batch: the product that its guid names, and its variants (contract 4). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from catalog.commands import Change, Json, Link, LinkSet, Mode, Reference, Upsert
from catalog.outcomes import FieldError
from catalog.registry import folded
from syncapi.shoptet import fields
from syncapi.shoptet.parsing.drafts import GUID, LANGUAGE, NUMBER, Draft, checked, scope
from syncapi.shoptet.refusals import INVALID_DATA
from syncapi.shoptet.rows import DATA
from syncapi.shoptet.schema import Schema
from syncapi.shoptet.wording import refused

OWN: Final = "own"  # what the split adds to a row: the product's own code, if it has no variants beside itself
TYPES: Final = {"product": "simple", "service": "virtual", "product-set": "bundle", "bazar": "bazar"}
VISIBILITIES: Final[Mapping[str, Mapping[str, Json]]] = {
    "visible": {"active": True, "visibility": 4},
    "hidden": {"active": False},
    "detail-only": {"active": True, "visibility": 1},
}
FLAGS: Final = {"new": "new_arrival", "tip": "featured"}
UNTRANSLATED: Final = ("shortDescription", "indexName", "additionalName")
KEPT: Final = ("additionalName", "internalNote", "adult", "defaultCategoryGuid")
NOT_KEPT: Final = (
    "conditionGrade", "conditionDescription", "supplierGuid", "warrantyId", "descriptiveParameters",
    "filteringParameters", "surchargeParameters", "relatedVideos", "preauthorizationRequired", "setItems", "gifts",
)  # fmt: skip
_VARIANTS_NOT_KEPT: Final = (
    "unitId", "pluCode", "isbn", "serialNo", "mpn", "availabilityId", "availabilityWhenSoldOutId", "image",
    "parameters", "minStockSupply", "stocksLocations", "negativeStockAllowed", "measureUnit", "recyclingFeeId",
    "consumptionTaxId", "amountDecimalPlaces", "atypicalBilling", "atypicalShipping",
)  # fmt: skip

_TEXT: Final[Schema] = {"type": ["string", "null"]}
_SIZE: Final[Schema] = {**NUMBER, "type": ["string", "number", "null"]}
_PIECES: Final[Schema] = {"type": ["integer", "string"], "pattern": r"-?[0-9]{1,9}(\.0+)?"}  # as a snapshot shows them
_CODE: Final[Schema] = {"type": "string", "minLength": 1, "maxLength": 64}
VARIANT: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "minProperties": 1,
    "properties": {
        "code": _CODE,
        "newCode": _CODE,
        "ean": {**_TEXT, "maxLength": 255},
        "weight": _SIZE,
        "width": _SIZE,
        "height": _SIZE,
        "depth": _SIZE,
        "visible": {"type": "boolean"},
        "manufacturerCode": {**_TEXT, "maxLength": 32},
        "price": NUMBER,
        "stock": _PIECES,
        **{name: {} for name in _VARIANTS_NOT_KEPT},
    },
}
PRODUCT: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["guid"],
    "properties": {
        "guid": GUID,
        "language": LANGUAGE,
        "type": {"type": "string", "enum": list(TYPES)},
        "visibility": {"type": "string", "enum": list(VISIBILITIES)},
        "name": {"type": "string", "minLength": 1, "maxLength": 250},
        "shortDescription": _TEXT,
        "description": _TEXT,
        "additionalName": {**_TEXT, "maxLength": 150},
        "metaTitle": {**_TEXT, "maxLength": 255},
        "metaDescription": _TEXT,
        "internalNote": _TEXT,
        "adult": {"type": ["boolean", "null"]},
        "indexName": {"type": "string", "minLength": 1, "maxLength": 255},
        "brandCode": _TEXT,
        "defaultCategoryGuid": GUID,
        "categoryGuids": {"type": "array", "minItems": 1, "items": GUID},
        "flags": {
            "type": ["array", "null"],
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["code"],
                "properties": {"code": {"type": "string"}, "dateFrom": {"type": "null"}, "dateTo": {"type": "null"}},
            },
        },
        "variants": {"type": "array", "minItems": 1, "items": VARIANT},
    },
}


def update(data: Mapping[str, Json], row: Mapping[str, Json]) -> Upsert:
    """Raises NotUnderstoodError."""
    draft = checked(data, PRODUCT, not_kept=NOT_KEPT)
    variants = list(_variants(data.get("variants", ()), draft, own=row.get(OWN)))
    draft.take(data, fields.PRODUCT)
    draft.keep(data, KEPT)
    if "type" in data:
        draft.values["type"] = TYPES[data["type"]]
    draft.values.update(VISIBILITIES.get(data.get("visibility", ""), {}))
    if "brandCode" in data:
        code = data["brandCode"]
        draft.values["manufacturer"] = None if code is None else Reference("code", code)
    if "flags" in data:
        _flags(data["flags"] or (), draft)
    _categories(data, draft)
    draft.refuse_if_wrong()
    return Upsert(
        entity="product",
        key=Reference("id", data["guid"]),
        values=draft.values,
        links=draft.links,
        children={"variants": tuple(variants)} if variants else {},
        scope=scope(data.get("language")),
        untranslated=_untranslated(data),
        mode=Mode.UPDATE,
    )


def place(pointer: str, row: Mapping[str, Json]) -> str:
    """Where in its row an error of the record stands: a product without variants says some of its values in one."""
    *above, name = pointer.split("/")[1:] or [""]
    own, variants = row.get(OWN), row[DATA].get("variants", ())
    if own is not None and not above and name in {*fields.VARIANT.values(), "sku"}:
        codes = [folded(variant.get("code", own)) for variant in variants]
        above = ["variants", str(codes.index(folded(own)))] if folded(own) in codes else []
    if name == "sku" and above and "newCode" in variants[int(above[1])]:
        name = "newCode"
    return "/".join(["", *above, name]) if pointer else ""


def _untranslated(data: Mapping[str, Json]) -> dict[str, FieldError]:
    """Texts that Shoptet has in each language, and this catalog once: another language would overwrite them."""
    return {
        fields.PRODUCT.get(name, "custom_fields"): refused(
            INVALID_DATA, f"The property {name} has one value for all languages", path=f"/{name}"
        )
        for name in UNTRANSLATED
        if name in data
    }


def _flags(given: Json, draft: Draft) -> None:
    """The flags are replaced as a whole."""
    codes = [flag["code"] for flag in given]
    for index, code in enumerate(codes):
        if code not in FLAGS:
            draft.refuse("flag-not-found", f'Flag with identificator "{code}" not found.', path=f"/flags/{index}/code")
    draft.values.update({field: code in codes for code, field in FLAGS.items()})


def _categories(data: Mapping[str, Json], draft: Draft) -> None:
    """A list replaces the product's categories; the default one alone is added to them."""
    guids = [*data.get("categoryGuids", ())]
    if (default := data.get("defaultCategoryGuid")) and default not in guids:
        guids.insert(0, default)
    if guids:
        change = Change.REPLACE if "categoryGuids" in data else Change.ADD
        places = [_place(data, guid) for guid in guids]
        links = [Link(target=Reference("id", guid), path=place) for guid, place in zip(guids, places, strict=True)]
        draft.links["categories"] = LinkSet(links=tuple(links), change=change)


def _place(data: Mapping[str, Json], guid: str) -> str:
    listed = data.get("categoryGuids", ())
    return f"/categoryGuids/{listed.index(guid)}" if guid in listed else "/defaultCategoryGuid"


def _variants(given: Json, draft: Draft, *, own: str | None) -> Iterator[Upsert]:
    """A product without variants is its own only one, whose values go to it; any other is a record below it."""
    for index, variant in enumerate(given):
        code = variant.get("code", own if len(given) == 1 else None)
        values = _values(variant, index, draft)
        if code is None:
            draft.refuse("", "The property code is required", path=f"/variants/{index}/code")
        elif own is not None and folded(code) == folded(own):
            draft.values.update(values)
        else:
            used = refused("duplicate", f'The value "{code}" is already used.', path="/code")
            yield Upsert(
                entity="product",
                key=Reference("sku", code),
                values=values,
                defaults={"sku": code},
                settled={"parent": used},
                path=f"/variants/{index}",
            )


def _values(variant: Mapping[str, Json], index: int, draft: Draft) -> dict[str, Json]:
    for name in _VARIANTS_NOT_KEPT:
        if variant.get(name) not in (None, [], False, ""):
            message = f"The property {name} is not kept by this catalog"
            draft.refuse("", message, path=f"/variants/{index}/{name}")
    found = {ours: variant[theirs] for theirs, ours in fields.VARIANT.items() if theirs in variant}
    if isinstance(pieces := variant.get("stock"), str):
        found["stock"] = int(pieces.partition(".")[0])
    if "newCode" in variant:
        found["sku"] = variant["newCode"]
    return found
