"""Every dialect below its own prefix, and what a load balancer asks."""

from __future__ import annotations

from django.urls import include, path

from syncapi import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("syncapi.operations.urls")),
    path("", include("syncapi.magento.urls")),
]
