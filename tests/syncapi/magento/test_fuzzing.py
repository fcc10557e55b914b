"""Any call at the running view: never a 5xx, always Magento's form, and nothing stored unless it was accepted."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from asyncops.models import Operation
from syncapi.magento.routes import Form, Route
from tests.syncapi.conftest import Answer, work_off
from tests.syncapi.magento import samples
from tests.syncapi.magento.conftest import BAG, Magento
from tests.syncapi.magento.mutations import EXAMPLES, FORMS, Mutant, mutants, well_formed
from tests.syncapi.magento.test_parsing import FIELD, JSON, PARTS

COMPLETE, FAILED, REJECTED = 1, 3, 5
BESIDE = {"User", "AccessToken", "Dirty", "ProductSearch"}  # signing in, and what follows from the rest
TABLES = [model._meta.db_table for model in apps.get_app_config("catalog").get_models() if model.__name__ not in BESIDE]
CATALOG = " UNION ALL ".join(f"SELECT '{table}', t::text FROM {table} t" for table in TABLES)
PRODUCT = st.dictionaries(FIELD, JSON, max_size=4) | PARTS
BODIES: st.SearchStrategy[Any] = (
    JSON | st.builds(dict, product=PRODUCT) | st.lists(st.builds(dict, product=PRODUCT), max_size=3)
)
CALLS = st.sampled_from(
    [
        ("PUT", f"/rest/V1/products/{BAG}"),
        ("PUT", f"/rest/fr/async/V1/products/{BAG}"),
        ("POST", "/rest/all/V1/products"),
        ("POST", "/rest/async/bulk/V1/products"),
        ("DELETE", "/rest/async/bulk/V1/products/bySku"),
        ("POST", "/rest/V1/integration/admin/token"),
    ]
)


@settings(max_examples=EXAMPLES // 4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(call=CALLS, body=BODIES | st.binary(max_size=20))
def test_every_answer_is_in_form(magento: Magento, call: tuple[str, str], body: Any):
    before = Operation.objects.count()
    answer = magento.program.call(*call, body)
    assert answer.status in {200, 202, 400, 401, 404}, answer
    if answer.status >= 400:
        well_formed(answer.json)
        assert Operation.objects.count() - before <= ("async" not in call[1])


@settings(max_examples=2 * EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mutant=mutants())
def test_every_route_takes_a_call_as_a_whole_or_not_at_all(magento: Magento, before: Any, mutant: Mutant):
    with transaction.atomic():
        note(str(mutant))
        answer = magento.call(mutant.method, mutant.path, mutant.body, store=mutant.store, form=mutant.form)
        assert answer.status in {200, 202, 400, 401, 404}, answer
        if answer.status >= 400:
            well_formed(answer.json)
            assert mutant.form is Form.SYNC or not Operation.objects.exists()
        if answer.status >= 400 or mutant.method == "GET":
            assert catalog() == before
        if answer.status == 202:
            assert catalog() == before
            worked_off(magento, answer, before)
        transaction.set_rollback(True)


def test_what_is_changed_at_random_is_good_at_first(magento: Magento, before: Any):
    statuses = {f"{form} {route.kind}": good(magento, route, form) for route, form in FORMS}
    assert {name: status for name, status in statuses.items() if status not in {200, 202}} == {
        " POST integration/admin/token": 400,
        **dict.fromkeys([f" GET bulk/:bulkUuid/{part}" for part in ("status", "detailed-status")], 404),
    }


def good(magento: Magento, route: Route, form: Form) -> int:
    """The status of the call, after which everything is as before."""
    with transaction.atomic():
        answer = magento.call(route.method, samples.path(route, form), samples.body(route, form), form=form)
        if answer.status == 202:
            work_off()
            status = magento.status(answer.json["bulk_uuid"])["operations_list"][0]
            assert status["status"] == COMPLETE, (route.kind, form, status)
        transaction.set_rollback(True)
    return answer.status


@pytest.fixture
def before(products: None) -> list[tuple[str, str]]:
    """The catalog to which each example comes back."""
    samples.furnish()
    return catalog()


def worked_off(magento: Magento, accepted: Answer, before: Any) -> None:
    """Each item has its end, of which those that failed have left nothing."""
    work_off()
    found = magento.status(accepted.json["bulk_uuid"], detail="detailed-status")["operations_list"]
    assert {each["status"] for each in found} <= {COMPLETE, FAILED, REJECTED}, found
    if all(each["status"] != COMPLETE for each in found):
        assert catalog() == before


def catalog() -> list[tuple[str, str]]:
    """Every row of the catalog."""
    with connection.cursor() as cursor:
        cursor.execute(CATALOG)
        return sorted(cursor.fetchall())
