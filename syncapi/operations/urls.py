"""Below /operations: this product's own view of every operation."""

from __future__ import annotations

from django.urls import re_path

from asyncops.results import ResultSet
from syncapi.operations.views import OneOperation, Results

_UUID = r"^operations/(?P<uuid>[^/]+)"
_SETS = "|".join(ResultSet)

urlpatterns = [
    re_path(rf"{_UUID}/?$", OneOperation.as_view(), name="operation"),
    re_path(rf"{_UUID}/(?P<wanted>{_SETS})\.jsonl$", Results.as_view(), name="operation-results"),
]
