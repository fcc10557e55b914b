"""Any body at the running view: never a 5xx, always Magento's form, and nothing stored unless it was accepted."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asyncops.models import Operation
from tests.syncapi.magento.conftest import BAG, Magento
from tests.syncapi.magento.test_parsing import FIELD, JSON, PARTS

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


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(call=CALLS, body=BODIES | st.binary(max_size=20))
def test_every_answer_is_in_form(magento: Magento, call: tuple[str, str], body: Any):
    before = Operation.objects.count()
    answer = magento.program.call(*call, body)
    assert answer.status in {200, 202, 400, 401, 404}, answer
    if answer.status >= 400:
        well_formed(answer.json)
        assert Operation.objects.count() - before <= ("async" not in call[1])


def well_formed(error: dict[str, Any]) -> None:
    """What real clients rely on: each placeholder has its parameter, and list parameters are texts."""
    for part in (error, *error.get("errors", ())):
        parameters = part.get("parameters", {})
        placeholders = re.findall(r"%(\w+)", part["message"])
        if isinstance(parameters, list):
            assert all(isinstance(parameter, str) for parameter in parameters)
            assert all(1 <= int(name) <= len(parameters) for name in placeholders)
        else:
            assert set(placeholders) <= set(parameters)
