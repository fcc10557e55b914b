"""No dialect can forget the Idempotency-Key or the Prefer header: every URL and every module is looked at."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from asyncops.models import IdempotencyKey, Operation
from syncapi.crossing import Crossing
from syncapi.idempotency import RepeatableView
from syncapi.magento.routes import Form, WriteRoute
from syncapi.magento.urls import TABLE
from tests.syncapi.magento import samples
from tests.syncapi.magento.conftest import Magento

SYNCAPI = Path(__file__).resolve().parents[2] / "syncapi"
FUNCTIONS_THAT_WRITE_NOTHING = {"healthz", "image", "media", "metrics", "readyz"}
KEEP_NO_ANSWERS = {"POST integration/admin/token"}  # Magento's routes that answer with a secret
ONLY_READ = {
    "POST products/base-prices-information", "POST products/special-price-information",
    "POST products/tier-prices-information",
}  # fmt: skip
SAME = ("dispatch", "_once", "_answered", "_waited")  # what makes it repeatable, which nobody may override

WRITES = {
    f"{form} {route.kind}": (form, route) for route in TABLE.routes for form in route.forms if route.method != "GET"
}


def views(resolver: URLResolver) -> Iterator[Any]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern) and isinstance(entry.callback, Crossing):
            yield from entry.callback.views.values()
        elif isinstance(entry, URLPattern):
            yield entry.callback
        elif str(entry.pattern) != "admin/":
            yield from views(entry)


CLASSES = {view.cls for view in views(get_resolver()) if hasattr(view, "cls")}
FUNCTIONS = {view.__name__ for view in views(get_resolver()) if not hasattr(view, "cls")}


def writes(view: type[Any]) -> bool:
    return any(hasattr(view, method) for method in ("post", "put", "patch", "delete"))


def test_the_urls_are_really_walked():
    assert {view.__name__ for view in CLASSES if writes(view)} >= {"Rest"}


def test_no_function_writes():
    assert FUNCTIONS == FUNCTIONS_THAT_WRITE_NOTHING


@pytest.mark.parametrize("view", sorted((view for view in CLASSES if writes(view)), key=str))
def test_every_view_that_writes_is_repeatable(view: type[Any]):
    assert issubclass(view, RepeatableView)
    assert all(getattr(view, name) is getattr(RepeatableView, name) for name in SAME)


def calls_of_intake(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "intake":
            yield node.attr
        if isinstance(node, ast.ImportFrom) and node.module == "asyncops.intake":
            yield from (name.name for name in node.names)


@pytest.mark.parametrize("module", sorted(SYNCAPI.rglob("*.py")), ids=lambda path: str(path.relative_to(SYNCAPI)))
def test_only_the_preferences_ask_the_intake_to_write(module: Path):
    names = {"accept", "accept_stream", "accept_body", "accept_errand", "run_now", "perform", "one_commit"}
    writing = names & set(calls_of_intake(module))
    allowed = {
        "preferences.py": {"accept_errand", "accept", "accept_body", "perform"},
        "idempotency.py": {"one_commit"},
    }
    assert writing == (allowed.get(module.name, set()) if module.parent == SYNCAPI else set())


@pytest.mark.parametrize("name", WRITES)
def test_every_magento_route_that_writes_answers_a_repeated_request_alike(name: str, magento: Magento):
    form, route = WRITES[name]
    if not isinstance(route, WriteRoute):
        assert route.kind in KEEP_NO_ANSWERS | ONLY_READ
        return
    samples.furnish()
    path, sent = samples.path(route, form), samples.body(route, form)
    first, second = (magento.call(route.method, path, sent, form=form, HTTP_IDEMPOTENCY_KEY="again") for _ in range(2))
    assert first.status in {200, 202}
    assert second == first
    assert (Operation.objects.count(), IdempotencyKey.objects.count()) == (1, 1)


@pytest.mark.parametrize("name", [name for name, (form, route) in WRITES.items() if form is Form.SYNC])
def test_every_synchronous_write_can_be_promised(name: str, magento: Magento):
    _, route = WRITES[name]
    if not isinstance(route, WriteRoute):
        assert route.kind in KEEP_NO_ANSWERS | ONLY_READ
        return
    samples.furnish()
    answer = magento.call(route.method, samples.path(route), samples.body(route), HTTP_PREFER="respond-async")
    assert (answer.status, list(answer.json)) == (202, ["operation"])
    assert Operation.objects.get().state == "new"
