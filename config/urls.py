"""The root of all URLs: the admin for staff, everything else for programs."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("syncapi.urls")),
]
