"""Every URL there is, and what each kind of caller gets. A URL without a row here fails the suite."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from syncapi.describing.documents import APIS
from syncapi.magento.urls import TABLE
from tests.syncapi.conftest import Program
from tests.syncapi.magento import samples
from tests.syncapi.magento.conftest import BAG, Magento

CALLERS = ("nobody", "expired", "limited", "other")

OPERATION = "^operations/(?P<uuid>[^/]+)/?$"
RESULTS = rf"{OPERATION[:-3]}/(?P<wanted>written|refused|untouched)\.jsonl$"
ACTIONS = {name: f"{OPERATION[:-3]}/{name}/?$" for name in ("events", "cancel", "retry", "revert")}
PATHS = {OPERATION: "operations/{uuid}", RESULTS: "operations/{uuid}/written.jsonl"}  # where a pattern has variables
IMAGE = "^media/catalog/product/[^/]+/[^/]+/(?P<name>[^/]+)$"
SHOPTET_RESULT = "^api-results/(?P<name>.*?)/?$"
CHANGES = rf"{OPERATION[:-3]}/changes\.jsonl$"
PATHS |= {"^docs/?$": "docs"} | {f"^docs/{name}/?$": f"docs/{name}" for name in APIS}
PATHS |= {rf"^docs/{name}/openapi\.json$": f"docs/{name}/openapi.json" for name in APIS}
PATHS |= {CHANGES: "operations/{uuid}/changes.jsonl"}
PATHS |= {
    "^operations/?$": "operations",
    SHOPTET_RESULT: "api-results/x",
    IMAGE: "media/catalog/product/x/y/xy.png",
} | {pattern: f"operations/{{uuid}}/{name}" for name, pattern in ACTIONS.items()}

# What is no Magento route, by its pattern: the statuses for nobody, an expired token, no rights, another organization.
# "admin" is the staff's site, which knows sessions and no tokens: everybody here is sent to its login.
URLS = {
    "admin/": (302, 302, 302, 302),
    "healthz": (200, 200, 200, 200),
    "readyz": (200, 200, 200, 200),
    IMAGE: (404, 404, 404, 404),  # public, as in a shop
    "^docs/?$": (200, 200, 200, 200),
    **{f"^docs/{name}/?$": (200, 200, 200, 200) for name in APIS},
    **{rf"^docs/{name}/openapi\.json$": (200, 200, 200, 200) for name in APIS},
    "metrics": (403, 403, 403, 403),  # the operator's, who sets a token for it
    "media/<path:path>": (404, 404, 404, 404),  # everybody's, under the hash of its content
    OPERATION: (401, 401, 403, 404),
    RESULTS: (401, 401, 403, 404),
    "^operations/?$": (401, 401, 403, 200),
    ACTIONS["events"]: (401, 401, 403, 404),
    ACTIONS["cancel"]: (401, 401, 403, 405),  # who may call it at all is told that it is a POST
    ACTIONS["retry"]: (401, 401, 403, 405),
    ACTIONS["revert"]: (401, 401, 403, 405),
    CHANGES: (401, 401, 403, 404),
    SHOPTET_RESULT: (404, 404, 404, 404),  # its name is the right to it
    "^rest(?=/|$)": (400, 400, 400, 400),  # without a route; the routes are below
    "^api(?=/|$)": (404, 404, 404, 404),  # without a path, as above
}
# The catalog is everybody's, an operation its organization's alone.
READS = (
    "GET products", "GET products/types", "GET products/links/types", "GET products/:sku", "GET products/:sku/media",
    "GET products/:sku/media/:entryId", "GET products/:sku/links/:type", "GET categories/:categoryId/products",
    "GET stockItems/:productSku", "GET categories", "GET categories/list", "GET categories/:categoryId",
    "GET store/storeViews", "GET store/websites", "GET store/storeGroups", "GET store/storeConfigs",
    "GET products/attributes", "GET products/attributes/:attributeCode",
    "GET products/attributes/:attributeCode/options", "GET products/attribute-sets/:attributeSetId/attributes",
    "GET products/attribute-sets/sets/list",
    "GET products/attribute-sets/:attributeSetId", "GET eav/attribute-sets/list",
    "GET eav/attribute-sets/:attributeSetId", "GET bulk", "GET bulk/:bulkUuid/operation-status/:status",
    "POST products/base-prices-information", "POST products/special-price-information",
    "POST products/tier-prices-information",
    "GET inventory/source-items", "GET inventory/sources", "GET inventory/sources/:sourceCode",
    "GET stockStatuses/:productSku", "GET customerGroups/search", "GET customerGroups/:groupId",
)  # fmt: skip
WRITES = (
    "POST products", "PUT products/:sku", "DELETE products/:sku", "POST products/:sku/media",
    "PUT products/:sku/media/:entryId", "DELETE products/:sku/media/:entryId", "POST categories", "PUT categories/:id",
    "DELETE categories/:categoryId", "PUT categories/:categoryId/move", "POST categories/:categoryId/products",
    "PUT categories/:categoryId/products", "DELETE categories/:categoryId/products/:sku", "POST products/:sku/links",
    "PUT products/:sku/links", "DELETE products/:sku/links/:type/:linkedProductSku", "POST products/:sku/websites",
    "PUT products/:sku/websites", "DELETE products/:sku/websites/:websiteId",
    "PUT products/:productSku/stockItems/:itemId", "POST products/base-prices", "POST products/special-price",
    "POST products/special-price-delete", "POST inventory/source-items",
    "POST inventory/source-items-delete", "POST products/tier-prices",
    "PUT products/tier-prices", "POST products/tier-prices-delete", "POST products/attributes",
    "PUT products/attributes/:attributeCode", "DELETE products/attributes/:attributeCode",
    "POST products/attributes/:attributeCode/options", "PUT products/attributes/:attributeCode/options/:optionId",
    "DELETE products/attributes/:attributeCode/options/:optionId", "POST products/attribute-sets/attributes",
)  # fmt: skip
ROUTES = {
    " POST integration/admin/token": (400, 400, 400, 400),
    " GET bulk/:bulkUuid/status": (401, 401, 403, 404),
    " GET bulk/:bulkUuid/detailed-status": (401, 401, 403, 404),
    **{f" {kind}": (401, 401, 403, 200) for kind in (*READS, *WRITES)},
    **{f"{form} {kind}": (401, 401, 403, 202) for kind in WRITES for form in ("async", "async/bulk")},
}
FORMS = {f"{form} {route.kind}": (form, route) for route in TABLE.routes for form in route.forms}


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern) or path == "admin/":
            yield path
        else:
            yield from patterns(entry, path)


@pytest.fixture
def callers(expired_program: Program, limited_program: Program, other_program: Program) -> tuple[Program, ...]:
    return Program(), expired_program, limited_program, other_program


def test_every_url_has_a_row():
    assert set(patterns(get_resolver())) == set(URLS)


def test_every_route_in_every_form_has_a_row():
    assert set(FORMS) == set(ROUTES)


@pytest.mark.parametrize("pattern", URLS)
def test_urls(pattern: str, callers: tuple[Program, ...], magento: Magento):
    plain = pattern.removeprefix("^").partition("(")[0]
    path = PATHS.get(pattern, plain).format(uuid=magento.accept("DELETE", f"products/{BAG}"))
    assert tuple(caller.get(f"/{path}").status for caller in callers) == URLS[pattern]


def test_every_page_of_the_admin_sends_strangers_to_its_login(callers: tuple[Program, ...]):
    from django.contrib import admin

    for model in admin.site._registry:
        path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert [caller.get(path).status for caller in callers] == [302] * 4


@pytest.mark.parametrize("name", ROUTES)
def test_routes(name: str, callers: tuple[Program, ...], magento: Magento):
    form, route = FORMS[name]
    samples.furnish()
    sent = {} if route.is_open else samples.body(route, form)
    answers = [Magento(program).call(route.method, samples.path(route, form), sent, form=form) for program in callers]
    assert tuple(answer.status for answer in answers) == ROUTES[name]


def test_nobody_counts_the_items_of_another_organization(callers: tuple[Program, ...], magento: Magento):
    uuid = magento.accept("PUT", f"products/{BAG}", {"product": {"price": 29}})
    assert magento.call("GET", f"bulk/{uuid}/operation-status/4").json == 1
    assert Magento(callers[-1]).call("GET", f"bulk/{uuid}/operation-status/4").json == 0
