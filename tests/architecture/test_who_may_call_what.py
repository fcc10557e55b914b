"""Every URL there is, and what each kind of caller gets. A URL without a row here fails the suite."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from syncapi.magento.routes import Form
from syncapi.magento.urls import TABLE
from tests.syncapi.conftest import Program
from tests.syncapi.magento.conftest import BAG, Magento

CALLERS = ("nobody", "expired", "limited", "other")

OPERATION = "^operations/(?P<uuid>[^/]+)/?$"
RESULTS = rf"{OPERATION[:-3]}/(?P<wanted>written|refused|untouched)\.jsonl$"
ACTIONS = {name: f"{OPERATION[:-3]}/{name}/?$" for name in ("events", "cancel", "retry", "revert")}
PATHS = {OPERATION: "operations/{uuid}", RESULTS: "operations/{uuid}/written.jsonl"}  # where a pattern has variables
SHOPTET_RESULT = "^api-results/(?P<name>[^/]+)$"
CHANGES = rf"{OPERATION[:-3]}/changes\.jsonl$"
PATHS |= {CHANGES: "operations/{uuid}/changes.jsonl"}
PATHS |= {"^operations/?$": "operations", SHOPTET_RESULT: "api-results/x"} | {
    pattern: f"operations/{{uuid}}/{name}" for name, pattern in ACTIONS.items()
}

# What is no Magento route, by its pattern: the statuses for nobody, an expired token, no rights, another organization.
# "admin" is the staff's site, which knows sessions and no tokens: everybody here is sent to its login.
URLS = {
    "admin/": (302, 302, 302, 302),
    "healthz": (200, 200, 200, 200),
    "readyz": (200, 200, 200, 200),
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
ROUTES = {
    " POST integration/admin/token": (400, 400, 400, 400),
    " GET products/:sku": (401, 401, 403, 200),
    " POST products": (401, 401, 403, 200),
    "async POST products": (401, 401, 403, 202),
    "async/bulk POST products": (401, 401, 403, 202),
    " PUT products/:sku": (401, 401, 403, 200),
    "async PUT products/:sku": (401, 401, 403, 202),
    "async/bulk PUT products/:sku": (401, 401, 403, 202),
    " DELETE products/:sku": (401, 401, 403, 200),
    "async DELETE products/:sku": (401, 401, 403, 202),
    "async/bulk DELETE products/:sku": (401, 401, 403, 202),
    " GET bulk/:bulkUuid/status": (401, 401, 403, 404),
    " GET bulk/:bulkUuid/detailed-status": (401, 401, 403, 404),
    " GET bulk/:bulkUuid/operation-status/:status": (401, 401, 403, 200),
}
FORMS = {f"{form} {route.kind}": (form, route) for route in TABLE.routes for form in route.forms}
PRODUCT = {"product": {"sku": BAG, "price": 1}}
BODIES: dict[str, Any] = {"POST products": PRODUCT, "PUT products/:sku": PRODUCT, "DELETE products/:sku": {"sku": BAG}}


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
@pytest.mark.parametrize("caller", CALLERS)
def test_routes(name: str, caller: str, magento: Magento, callers: tuple[Program, ...]):
    form, route = FORMS[name]
    uuid = magento.accept("PUT", f"products/{BAG}", {"product": {"price": 29}})
    values = {":sku": BAG, ":bulkUuid": uuid, ":status": "4"}
    path = "/".join(values.get(part, part) for part in route.segments(form))
    body = BODIES.get(route.kind)
    program = callers[CALLERS.index(caller)]
    sent = [body] if form is Form.BULK else body
    answer = Magento(program).call(route.method, path, sent, form=form)
    assert answer.status == ROUTES[name][CALLERS.index(caller)]
    if "operation-status" in name and answer.status == 200:
        assert answer.json == 0
