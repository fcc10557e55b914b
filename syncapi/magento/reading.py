"""The calls that read: each asks one module and answers what it says, as the store of the call shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rest_framework.response import Response

from catalog.sql import run
from syncapi.exchange import ApiRequest
from syncapi.magento import (
    attributelists,
    categories,
    media,
    products,
    rendering,
    searches,
    sources,
    stores,
    storeviews,
)
from syncapi.magento.names import LINK_TYPES, SOURCE, snake_case
from syncapi.magento.parsing import requests, searching
from syncapi.magento.parsing.searching import Criteria
from syncapi.magento.routes import Call
from syncapi.problems import BadText, NotFound

_STORE_CODES: Final = re.compile(r"store_?[cC]odes(?:\[[^\[\]]*\])?")
_TYPES: Final = ("simple", "virtual", "downloadable", "configurable", "grouped", "bundle")


def criteria_of(request: ApiRequest) -> Criteria:
    return searching.criteria(_pairs(request))


def _pairs(request: ApiRequest) -> Iterator[tuple[str, str]]:
    """Of the query string. Raises BadText for what no database text can hold."""
    for name, values in request.query_params.lists():
        for value in values:
            if "\0" in value:
                raise BadText(pointer=name)
            yield name, value


def product(request: ApiRequest, call: Call) -> Response:
    return Response(products.one(call.path["sku"], store=_store_shown(request, call)))


def _store_shown(request: ApiRequest, call: Call) -> str | None:
    """`storeId` counts more than the path; 0 is the base. Raises NotFound."""
    number = _optional(request, "storeId")
    if number is None:
        return call.store
    codes = {its_number: code for code, its_number in stores.current().numbers.items()}
    if number and number not in codes:
        raise NotFound(entity="store", field="storeId", value=number)
    return codes.get(number)


def product_list(request: ApiRequest, call: Call) -> Response:
    criteria = criteria_of(request)
    page = searches.find(sources.products(call.store), criteria)
    shown = products.show(page.ids, store=call.store)
    return Response(searches.answer([shown[id] for id in page.ids if id in shown], criteria, page.total))


def product_types(request: ApiRequest, call: Call) -> Response:
    return Response([rendering.type_id(name) for name in _TYPES])


def entry_list(request: ApiRequest, call: Call) -> Response:
    id = products.find(call.path["sku"])
    return Response(media.of_products([id], store=call.store).get(id, []))


def entry(request: ApiRequest, call: Call) -> Response:
    id = products.find(call.path["sku"])
    return Response(media.one(id, requests.number(call.path["entryId"], "entryId"), store=call.store))


def link_types(request: ApiRequest, call: Call) -> Response:
    return Response([{"code": number, "name": name} for name, number in LINK_TYPES.items()])


def links(request: ApiRequest, call: Call) -> Response:
    kind = call.path["type"]
    if kind not in LINK_TYPES:
        raise NotFound(entity="link type", value=kind)
    id = products.find(call.path["sku"])
    return Response([link for link in products.links_of([id]).get(id, []) if link["link_type"] == kind])


def stock_item(request: ApiRequest, call: Call) -> Response:
    return Response(products.stock_item(call.path["productSku"]))


def stock_status(request: ApiRequest, call: Call) -> Response:
    return Response(rendering.stock_status(products.stock_item(call.path["productSku"])))


def customer_groups(request: ApiRequest, call: Call) -> Response:
    criteria = criteria_of(request)
    page = searches.find(sources.CUSTOMER_GROUPS, criteria)
    return Response(searches.answer([rendering.customer_group(number) for number in page.ids], criteria, page.total))


def customer_group(request: ApiRequest, call: Call) -> Response:
    number = requests.number(call.path["groupId"], "groupId")
    if number not in rendering.GROUPS:
        raise NotFound(entity="customer group", field="id", value=number)
    return Response(rendering.customer_group(number))


def source_items(request: ApiRequest, call: Call) -> Response:
    criteria = criteria_of(request)
    page = searches.find(sources.SOURCE_ITEMS, criteria)
    rows = run("SELECT id, sku, stock FROM catalog_product WHERE id = ANY(%b::uuid[])", [page.ids])
    known = {id: rendering.source_item(sku, stock) for id, sku, stock in rows}
    items = [known[id] for id in page.ids if id in known]
    return Response(searches.answer(items, criteria, page.total))


def inventory_sources(request: ApiRequest, call: Call) -> Response:
    criteria = criteria_of(request)
    page = searches.find(sources.INVENTORY_SOURCES, criteria)
    return Response(searches.answer([rendering.inventory_source(code) for code in page.ids], criteria, page.total))


def inventory_source(request: ApiRequest, call: Call) -> Response:
    code = call.path["sourceCode"]
    if code != SOURCE:
        raise NotFound(entity="source", value=code)
    return Response(rendering.inventory_source(code))


def base_prices(request: ApiRequest, call: Call) -> Response:
    found = products.prices(requests.skus(request.data))
    return Response([rendering.price(*each) for each in found if each[2].get("price_gross") is not None])


def special_prices(request: ApiRequest, call: Call) -> Response:
    found = products.prices(requests.skus(request.data))
    return Response([rendering.special_price(*each) for each in found if each[2].get("special_price") is not None])


def tier_prices(request: ApiRequest, call: Call) -> Response:
    found = products.tier_prices_of(requests.skus(request.data))
    return Response([rendering.listed_tier_price(*each) for each in found])


def category(request: ApiRequest, call: Call) -> Response:
    return Response(categories.one(requests.number(call.path["categoryId"], "categoryId"), store=call.store))


def category_tree(request: ApiRequest, call: Call) -> Response:
    root, depth = (_optional(request, name) for name in ("rootCategoryId", "depth"))
    return Response(categories.tree(root, depth=depth, store=call.store))


def category_list(request: ApiRequest, call: Call) -> Response:
    criteria = criteria_of(request)
    page = searches.find(sources.categories(call.store), criteria)
    shown = categories.show(page.ids, store=call.store)
    return Response(searches.answer([shown[id] for id in page.ids if id in shown], criteria, page.total))


def category_products(request: ApiRequest, call: Call) -> Response:
    return Response(categories.products(requests.number(call.path["categoryId"], "categoryId")))


def store_views(request: ApiRequest, call: Call) -> Response:
    return Response(storeviews.views())


def websites(request: ApiRequest, call: Call) -> Response:
    return Response(storeviews.websites())


def store_groups(request: ApiRequest, call: Call) -> Response:
    return Response(storeviews.groups())


def store_configs(request: ApiRequest, call: Call) -> Response:
    codes = [value for name, value in _pairs(request) if _STORE_CODES.fullmatch(name) and value]
    return Response(storeviews.configs(codes, base_url=request.build_absolute_uri("/")))


def attribute_list(request: ApiRequest, call: Call) -> Response:
    criteria = criteria_of(request)
    page = searches.find(sources.ATTRIBUTES, criteria)
    shown = attributelists.show(page.ids, store=call.store)
    return Response(searches.answer([shown[id] for id in page.ids if id in shown], criteria, page.total))


def attribute(request: ApiRequest, call: Call) -> Response:
    return Response(attributelists.one(call.path["attributeCode"], store=call.store))


def attribute_options(request: ApiRequest, call: Call) -> Response:
    return Response(attributelists.options(call.path["attributeCode"], store=call.store))


def attribute_sets(request: ApiRequest, call: Call) -> Response:
    criteria = criteria_of(request)
    page = searches.find(sources.ATTRIBUTE_SETS, criteria)
    return Response(searches.answer(attributelists.sets(page.ids), criteria, page.total))


def attribute_set(request: ApiRequest, call: Call) -> Response:
    return Response(attributelists.one_set(requests.number(call.path["attributeSetId"], "attributeSetId")))


def attributes_in_set(request: ApiRequest, call: Call) -> Response:
    number = requests.number(call.path["attributeSetId"], "attributeSetId")
    return Response(attributelists.in_set(number, store=call.store))


def _optional(request: ApiRequest, name: str) -> int | None:
    """A number of the query, whose name may be written in either spelling."""
    given = request.query_params.get(name, request.query_params.get(snake_case(name)))
    return None if given in (None, "") else requests.number(given, name)
