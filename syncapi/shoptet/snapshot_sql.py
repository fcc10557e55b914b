"""A product as one line of a snapshot, which PostgreSQL composes: it passes through Python as it is (contract 4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from catalog.entities import MANUFACTURER_CODE, SYSTEM_CURRENCY


def _moment(column: str) -> str:
    return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+0000"')"""


def _number(expression: str, decimals: int) -> str:
    """A text with so many decimals, as Shoptet writes amounts, prices and sizes."""
    return f"round(({expression})::numeric, {decimals})::text"


def _list(columns: str, tables: str, *, order: str) -> str:
    """What belongs to the product `p` or the variant `v`, as a list of objects. (json_agg would break the line.)"""
    return f"array_to_json(ARRAY(SELECT r FROM (SELECT {columns} FROM {tables} ORDER BY {order}) r))"


PICTURE_NAME: Final = "coalesce(m.custom_fields->>'name', f.file_name)"
_GALLERY: Final = "coalesce(m.custom_fields->>'gallery', 'shop')"

# The cover of a product, else the first of the shop's own gallery.
_MAIN: Final = f"""coalesce(p.cover_id, (SELECT m.id FROM catalog_productmedia m
    WHERE m.product_id = p.id AND {_GALLERY} = 'shop' ORDER BY m.position, m.number LIMIT 1))"""

# A product has changed when its row, a variant, an image or a price has: who asks for changes means what its line says.
CHANGED: Final = """greatest(p.updated_at,
    CASE WHEN NOT p.lonely THEN (
        SELECT greatest(max(y.updated_at), max(q.updated_at))
          FROM catalog_product y LEFT JOIN catalog_productprice q ON q.product_id = y.id WHERE y.parent_id = p.id) END,
    (SELECT max(q.updated_at) FROM catalog_productprice q WHERE q.product_id = p.id),
    (SELECT max(m.updated_at) FROM catalog_productmedia m WHERE m.product_id = p.id))"""
_VARIANT: Final = f"""
    v.sku AS code, v.ean, NULL AS unit, {_number("coalesce(v.weight, p.weight)", 3)} AS weight,
    {_number("coalesce(v.width, p.width)", 1)} AS width, {_number("coalesce(v.height, p.height)", 1)} AS height,
    {_number("coalesce(v.length, p.length)", 1)} AS depth, v.active AS visible,
    coalesce(v.manufacturer_number, p.manufacturer_number) AS "manufacturerCode",
    {_number("v.stock", 3)} AS stock, {_number("coalesce(v.price_gross, p.price_gross)", 2)} AS price,
    true AS "includingVat", {_number("coalesce(t.rate, 0)", 2)} AS "vatRate", s.currency AS "currencyCode",
    CASE WHEN v.special_price IS NOT NULL THEN json_build_object('price', {_number("v.special_price", 2)},
        'fromDate', to_char(v.special_from, 'YYYY-MM-DD'), 'toDate', to_char(v.special_to, 'YYYY-MM-DD'))
    END AS "actionPrice\""""

# By the name that asks for it: what it adds to a variant, and to a product.
_OF_VARIANTS: Final[Mapping[str, str]] = {
    "variantparameters": "{} AS parameters".format(
        _list(
            'g.name AS "nameIndex", o.name AS "valueIndex"',
            "catalog_productoption m JOIN catalog_propertygroupoption o ON o.id = m.option_id"
            " JOIN catalog_propertygroup g ON g.id = o.group_id WHERE m.product_id = v.id",
            order="g.position, g.number",
        )
    ),
    "measureunit": f"""json_build_object('packagingUnitId', NULL, 'packagingAmount', {_number("v.purchase_unit", 3)},
        'measureUnitId', NULL, 'measureAmount', {_number("v.reference_unit", 3)}) AS "measureUnit\"""",
    "perstockamounts": f"""json_build_array(json_build_object('stockId', 1, 'amount', {_number("v.stock", 3)},
        'claim', '0.000')) AS "perStockAmounts\"""",
    "perpricelistprices": '{} AS "perPricelistPrices"'.format(
        _list(
            f"""r.number AS "priceListId", r.name AS "priceListName", {_number("q.price_gross", 2)} AS price,
                q.quantity_start AS "minimumAmount\"""",
            "catalog_productprice q JOIN catalog_rule r ON r.id = q.rule_id WHERE q.product_id = v.id",
            order="r.number, q.quantity_start",
        )
    ),
    "recyclingfee": 'NULL AS "recyclingFee"',
    "consumptiontax": 'NULL AS "consumptionTax"',
}
_OF_PRODUCTS: Final[Mapping[str, str]] = {
    "images": "{} AS images".format(
        _list(
            f"""{PICTURE_NAME} AS name, m.position AS priority, m.label AS description,
                {_moment("m.updated_at")} AS "changeTime", {PICTURE_NAME} AS "seoName",
                {PICTURE_NAME} AS "cdnName", m.id = {_MAIN} AS "isMainImage", {_GALLERY} AS gallery""",
            "catalog_productmedia m JOIN catalog_media f ON f.id = m.media_id WHERE m.product_id = p.id",
            order="m.position, m.number",
        )
    ),
    "allcategories": '{} AS "allCategories"'.format(
        _list(
            "c.id AS guid, coalesce(ct.name, c.name) AS name",
            "catalog_productcategory m JOIN catalog_category c ON c.id = m.category_id LEFT JOIN"
            " catalog_categorytranslation ct ON ct.category_id = c.id AND ct.language_id = s.language"
            " WHERE m.product_id = p.id",
            order="m.position, c.number",
        )
    ),
    "flags": "{} AS flags".format(
        _list(
            "*",
            """(VALUES ('new', 'New', true, p.new_arrival), ('tip', 'Tip', true, p.featured),
                ('action', 'Action', true, p.special_price IS NOT NULL)) AS f (code, title, system, "isSet")
                WHERE "isSet\"""",
            order="code",
        )
    ),
    "descriptiveparameters": '{} AS "descriptiveParameters"'.format(
        _list(
            "g.name, o.name AS value, g.description, o.position AS priority",
            "catalog_productproperty m JOIN catalog_propertygroupoption o ON o.id = m.option_id"
            " JOIN catalog_propertygroup g ON g.id = o.group_id WHERE m.product_id = p.id",
            order="g.position, g.number, o.position, o.number",
        )
    ),
    "relatedproducts": '{} AS "relatedProducts"'.format(
        _list(
            "m.linked_product_id AS guid, m.position AS priority",
            "catalog_productlink m WHERE m.product_id = p.id AND m.type = 'related'",
            order="m.position, m.number",
        )
    ),
    "alternativeproducts": '{} AS "alternativeProducts"'.format(
        _list(
            "m.linked_product_id AS guid, m.position AS priority",
            "catalog_productlink m WHERE m.product_id = p.id AND m.type IN ('upsell', 'crosssell')",
            order="m.position, m.number",
        )
    ),
    "setitems": '{} AS "setItems"'.format(
        _list(
            "l.id AS guid, l.sku AS code, '1.000' AS amount",
            "catalog_productlink m JOIN catalog_product l ON l.id = m.linked_product_id"
            " WHERE m.product_id = p.id AND m.type = 'associated'",
            order="m.position, m.number",
        )
    ),
    # of what this catalog does not know there is none
    "filteringparameters": """'[]'::json AS "filteringParameters\"""",
    "surchargeparameters": """'[]'::json AS "surchargeParameters\"""",
    "gifts": "'[]'::json AS gifts",
    "relatedvideos": """'[]'::json AS "relatedVideos\"""",
    "relatedfiles": """'[]'::json AS "relatedFiles\"""",
    "warranty": "NULL AS warranty",
}
INCLUDES: Final = frozenset({*_OF_VARIANTS, *_OF_PRODUCTS, "sortvariants"})

BRAND_CODE: Final = MANUFACTURER_CODE.format(alias="b")
DEFAULT_CATEGORY: Final = """
    (SELECT row_to_json(r) FROM (
        SELECT c.id AS guid, c.name FROM catalog_productcategory m JOIN catalog_category c ON c.id = m.category_id
         WHERE m.product_id = p.id
         ORDER BY c.id::text IS NOT DISTINCT FROM p.custom_fields->>'defaultCategoryGuid' DESC, m.position, c.number
         LIMIT 1) r)"""

TYPE: Final = """CASE p.type WHEN 'virtual' THEN 'service' WHEN 'bundle' THEN 'product-set' WHEN 'bazar' THEN 'bazar'
    ELSE 'product' END"""
VISIBILITY: Final = "CASE WHEN NOT p.active THEN 'hidden' WHEN p.visibility = 1 THEN 'detail-only' ELSE 'visible' END"

_PRODUCT: Final = f"""
    p.id AS guid, {TYPE} AS type, {VISIBILITY} AS visibility,
    {_moment("p.created_at")} AS "creationTime", {_moment(CHANGED)} AS "changeTime",
    coalesce(pt.name, p.name) AS name, p.custom_fields->>'additionalName' AS "additionalName",
    p.short_description AS "shortDescription", coalesce(pt.description, p.description) AS description,
    coalesce(pt.meta_title, p.meta_title) AS "metaTitle",
    coalesce(pt.meta_description, p.meta_description) AS "metaDescription",
    p.custom_fields->>'internalNote' AS "internalNote", p.custom_fields->'adult' = 'true'::jsonb AS adult,
    p.url_key AS "indexName", NULL AS supplier,
    CASE WHEN b.id IS NOT NULL THEN json_build_object('code', {BRAND_CODE}, 'name', b.name)
    END AS brand, {DEFAULT_CATEGORY} AS "defaultCategory\""""

_FROM: Final = f"""
      FROM (SELECT x.*, NOT EXISTS (SELECT 1 FROM catalog_product y WHERE y.parent_id = x.id) AS lonely
              FROM catalog_product x WHERE x.parent_id IS NULL) p
     CROSS JOIN (SELECT iso_code AS currency, %s::uuid AS language FROM catalog_currency
                  WHERE id = '{SYSTEM_CURRENCY}') s
      LEFT JOIN catalog_producttranslation pt ON pt.product_id = p.id AND pt.language_id = s.language
      LEFT JOIN catalog_tax t ON t.id = p.tax_id
      LEFT JOIN catalog_manufacturer b ON b.id = p.manufacturer_id"""


# Of a product with variants each of them; of any other the product itself is its only variant.
_COLUMNS: Final = (
    "id", "number", "sku", "ean", "weight", "width", "height", "length", "active", "manufacturer_number", "stock",
    "price_gross", "special_price", "special_from", "special_to", "purchase_unit", "reference_unit",
)  # fmt: skip
_VARIANT_ROWS: Final = (
    f"SELECT {', '.join(f'c.{name}' for name in _COLUMNS)} FROM catalog_product c WHERE c.parent_id = p.id"
    f" UNION ALL SELECT {', '.join(f'p.{name}' for name in _COLUMNS)} WHERE p.lonely"
)


def products(where: str, include: Collection[str]) -> str:
    """The statement of the lines; its first parameter is a language, or null, then come those of `where`."""
    variant = ", ".join([_VARIANT, *(_OF_VARIANTS[name] for name in sorted(include) if name in _OF_VARIANTS)])
    variants = _list(variant, f"({_VARIANT_ROWS}) v", order="v.number")
    parts = [_PRODUCT, *(_OF_PRODUCTS[name] for name in sorted(include) if name in _OF_PRODUCTS)]
    columns = ", ".join([*parts, f"{variants} AS variants"])
    return f"SELECT row_to_json(r) FROM (SELECT {columns} {_FROM} WHERE {where} ORDER BY p.number) r"


PRICELISTS: Final = f"""
    SELECT row_to_json(r) FROM (
        SELECT coalesce(p.parent_id, p.id) AS guid, p.sku AS code, {_number("p.price_gross", 2)} AS price,
               true AS "includingVat", {_number("coalesce(t.rate, 0)", 2)} AS "vatRate",
               (SELECT iso_code FROM catalog_currency WHERE id = '{SYSTEM_CURRENCY}') AS "currencyCode",
               {_OF_VARIANTS["perpricelistprices"].replace("v.id", "p.id")}
          FROM catalog_product p LEFT JOIN catalog_tax t ON t.id = p.tax_id
         ORDER BY p.number) r"""
