"""Below /operations: this product's own view of every operation."""

from __future__ import annotations

from django.urls import re_path

from asyncops.results import ResultSet
from syncapi.operations.views import (
    AllOperations,
    Cancel,
    Changes,
    OneOperation,
    OperationEvents,
    Results,
    Retry,
    Revert,
)

_UUID = r"^operations/(?P<uuid>[^/]+)"
_SETS = "|".join(ResultSet)

urlpatterns = [
    re_path(r"^operations/?$", AllOperations.as_view(), name="operations"),
    re_path(rf"{_UUID}/?$", OneOperation.as_view(), name="operation"),
    re_path(rf"{_UUID}/(?P<wanted>{_SETS})\.jsonl$", Results.as_view(), name="operation-results"),
    re_path(rf"{_UUID}/changes\.jsonl$", Changes.as_view(), name="operation-changes"),
    re_path(rf"{_UUID}/events/?$", OperationEvents.as_view(), name="operation-events"),
    re_path(rf"{_UUID}/cancel/?$", Cancel.as_view(), name="operation-cancel"),
    re_path(rf"{_UUID}/retry/?$", Retry.as_view(), name="operation-retry"),
    re_path(rf"{_UUID}/revert/?$", Revert.as_view(), name="operation-revert"),
]
