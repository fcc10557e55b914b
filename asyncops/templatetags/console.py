"""What the admin's own pages ask of the operations."""

from __future__ import annotations

from typing import Any

from django import template

from asyncops.admin import dashboard as dashboards
from asyncops.admin.dashboard import Dashboard

register = template.Library()


@register.simple_tag(takes_context=True)
def dashboard(context: dict[str, Any]) -> Dashboard | None:
    """None for those who may not see operations."""
    request = context["request"]
    return dashboards.of(request) if dashboards.may_see(request) else None
