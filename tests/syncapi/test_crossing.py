"""The view of /api: each request reaches the view of its dialect, and nobody else's."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from syncapi.crossing import Crossing
from syncapi.owners import Claims, Owner
from tests.syncapi.conftest import Program

REQUESTS = RequestFactory()


def crossing(*dialects: Owner) -> Crossing:
    def named(owner: Owner):
        def view(request: HttpRequest) -> HttpResponse:
            return HttpResponse(owner)

        return view

    claims = Claims(oro={"products"}, shopware={"product"})
    return Crossing(views={owner: named(owner) for owner in dialects}, claims=claims)


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        ("/api/system/jobs", {}, b"shoptet"),
        ("/api/products/", {}, b"oro"),
        ("/api/product", {}, b"shopware"),
        ("/api/x", {"Shoptet-Private-API-Token": "t"}, b"shoptet"),
        ("/api/x", {"Shoptet-Access-Token": "t"}, b"shoptet"),
        ("/api/x", {"Accept": "application/vnd.api+json"}, b"oro"),
        ("/api/products/ab/images", {"X-Integration-Type": "ext_id"}, b"oro"),
        ("/api", {}, b"shopware"),
    ],
)
def test_a_request_reaches_its_dialect(path: str, headers: dict[str, str], expected: bytes):
    answer = crossing(*Owner)(REQUESTS.get(path, headers=headers))
    assert isinstance(answer, HttpResponse)
    assert answer.content == expected


def test_a_dialect_that_is_not_there_answers_404_in_a_neutral_form():
    answer = crossing(Owner.ORO)(REQUESTS.get("/api/system/jobs"))
    assert isinstance(answer, HttpResponse)
    assert answer.status_code == 404
    assert answer.content == b'{"status": 404, "code": "no_route", "title": "No route has this path."}'


def test_a_path_that_only_begins_alike_is_not_below_api(db: None):
    assert Program().get("/apiary").status == 404
    assert Program().get("/apiary").headers["Content-Type"].startswith("text/html")
