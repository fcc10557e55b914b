"""What connects a product with others: links between products, its categories, its websites. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from catalog.commands import Change, Delete, Json, Link, LinkSet, Reference, Upsert
from syncapi.magento.coercion import TEXT, WHOLE
from syncapi.magento.drafts import Draft, elements, scalar
from syncapi.magento.messages import Message, required
from syncapi.magento.names import LINK_TYPES
from syncapi.magento.parsing.bodies import existing, inner, member, object_of, text, whole

_LINK: Final = frozenset(
    {"sku", "link_type", "linked_product_sku", "linked_product_type", "position", "extension_attributes"}
)
_LINK_TYPE: Final = "Magento\\Catalog\\Api\\Data\\ProductLinkInterface"
_CATEGORY_LINK: Final = frozenset({"sku", "position", "category_id", "extension_attributes"})
_CATEGORY_TYPE: Final = "Magento\\Catalog\\Api\\Data\\CategoryProductLinkInterface"
_WEBSITE_LINK: Final = frozenset({"sku", "website_id"})
_WEBSITE_TYPE: Final = "Magento\\Catalog\\Api\\Data\\ProductWebsiteLinkInterface"


def set_links(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"sku": "A", "items": [link, ...]}` -> A with these links and no others of their types."""
    draft = Draft()
    sku = text(item, "sku", draft, shown="sku")
    given = member(item, "items")
    if given is None:
        draft.refuse(required("items"), path="/items")
    links = read_links(given or [], Reference("sku", sku), draft, field="items", path="/items")
    draft.refuse_if_wrong()
    types = tuple(dict.fromkeys(str(link.values["type"]) for link in links))
    return replace(existing(sku), children={"links": links}, replace_only={"links": ("type", types)})


def save_link(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"entity": link}` -> the product with this link, added or changed."""
    draft = Draft()
    given = object_of(item, "entity", type_name=_LINK_TYPE)
    sku = text(given, "sku", draft, shown="sku", path="/entity")
    link = _link(given, Reference("sku", sku), draft, field="entity", path="/entity")
    draft.refuse_if_wrong()
    return replace(existing(sku), children={"links": (link,)})


def remove_link(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"sku": "A", "type": "related", "linkedProductSku": "B"}` -> A without this link."""
    draft = Draft()
    sku, kind = text(item, "sku", draft, shown="sku"), text(item, "type", draft, shown="type")
    other = text(item, "linked_product_sku", draft, shown="linkedProductSku")
    draft.refuse_if_wrong()
    if (flaw := _unknown(kind)) is not None:
        return replace(existing(sku), flaws=(flaw.error("/type"),))
    gone = Delete(entity="product_link", key=_named(Reference("sku", sku), other, kind))
    return replace(existing(sku), beside=(gone,))


def read_links(given: Json, product: Reference, draft: Draft, *, field: str, path: str) -> tuple[Upsert, ...]:
    """The links of a product, as commands."""
    found = elements(given, draft, field=field, path=path)
    return tuple(_link(link, product, draft, field=field, path=f"{path}/{index}") for index, link in enumerate(found))


def link_category(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"productLink": {"sku": "A", "category_id": "3", "position": 1}}` -> A in the category 3, at this position."""
    draft = Draft()
    given = object_of(item, "product_link", type_name=_CATEGORY_TYPE, shown="productLink")
    link = inner(given, draft, field="productLink", path="/productLink", known=_CATEGORY_LINK)
    sku = text(link, "sku", draft, shown="sku", path="/productLink")
    number = whole(link, "category_id", draft, shown="category_id", path="/productLink")
    position = scalar(link.get("position"), WHOLE, draft, field="position", path="/productLink/position")
    draft.refuse_if_wrong()
    values = {} if position is None else {"position": position}
    links = (Link(target=Reference("number", number), values=values),)
    return replace(existing(sku), links={"categories": LinkSet(links=links)})


def unlink_category(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"categoryId": 3, "sku": "A"}` -> A out of the category 3, in which it must be."""
    draft = Draft()
    number, sku = whole(item, "category_id", draft, shown="categoryId"), text(item, "sku", draft, shown="sku")
    draft.refuse_if_wrong()
    links = (Link(target=Reference("number", number)),)
    return replace(existing(sku), links={"categories": LinkSet(links=links, change=Change.REMOVE, demanded=True)})


def link_website(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"productWebsiteLink": {"sku": "A", "website_id": 2}}` -> A in the website 2 as well."""
    draft = Draft()
    given = object_of(item, "product_website_link", type_name=_WEBSITE_TYPE, shown="productWebsiteLink")
    link = inner(given, draft, field="productWebsiteLink", path="/productWebsiteLink", known=_WEBSITE_LINK)
    sku = text(link, "sku", draft, shown="sku", path="/productWebsiteLink")
    number = whole(link, "website_id", draft, shown="website_id", path="/productWebsiteLink")
    draft.refuse_if_wrong()
    links = (Link(target=Reference("number", number)),)
    return replace(existing(sku), links={"websites": LinkSet(links=links)})


def unlink_website(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"sku": "A", "websiteId": 2}` -> A out of the website 2."""
    draft = Draft()
    sku, number = text(item, "sku", draft, shown="sku"), whole(item, "website_id", draft, shown="websiteId")
    draft.refuse_if_wrong()
    links = (Link(target=Reference("number", number)),)
    return replace(existing(sku), links={"websites": LinkSet(links=links, change=Change.REMOVE)})


def _link(given: Json, product: Reference, draft: Draft, *, field: str, path: str) -> Upsert:
    link = inner(given, draft, field=field, path=path, known=_LINK, demanded=("link_type", "linked_product_sku"))
    kind, other, _ = (
        scalar(link.get(name), TEXT, draft, field=name, path=f"{path}/{name}") or ""
        for name in ("link_type", "linked_product_sku", "linked_product_type")
    )
    position = scalar(link.get("position"), WHOLE, draft, field="position", path=f"{path}/position")
    if (flaw := _unknown(kind)) is not None:
        kind = "related"  # so that nothing else is wrong with it
    values = {"linked_product": Reference("sku", other), "type": kind}
    return Upsert(
        entity="product_link",
        key=_named(product, other, kind),
        values=values if position is None else {**values, "position": position},
        flaws=() if flaw is None else (flaw.error(f"{path}/link_type"),),
        path=path,
    )


def _named(product: Reference, other: str, kind: str) -> Reference:
    return Reference("product,linked_product,type", (product, Reference("sku", other), kind))


def _unknown(kind: str) -> Message | None:
    """Told when it is processed, as everything that concerns other records is."""
    if kind in LINK_TYPES:
        return None
    return Message('The "%1" link type wasn\'t found. Verify the type and try again.', (kind,), status=404)
