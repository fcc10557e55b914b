"""The columns of the list of operations."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html

from asyncops import jobids
from asyncops.models import Operation
from asyncops.templatetags import operation_cells as cells


@admin.display(description="Operation")
def number(operation: Operation) -> str:
    return format_html('<span title="{} {}">#{}</span>', jobids.of(operation.pk), operation.uuid, operation.pk)


@admin.display(description="State")
def state(operation: Operation) -> str:
    return cells.moving(operation, "state", cells.badge(operation))


@admin.display(description="Request")
def request(operation: Operation) -> str:
    dialect, entity = operation.get_dialect_display(), operation.entity
    return cells.two_lines(dialect, entity)


@admin.display(description="Progress")
def progress(operation: Operation) -> str:
    return cells.moving(operation, "progress", cells.progress(operation))


@admin.display(description="Written")
def written(operation: Operation) -> str:
    return cells.moving(operation, "written", cells.figure(cells.written(operation)))


@admin.display(description="Refused")
def refused(operation: Operation) -> str:
    return cells.moving(operation, "refused", cells.refused(operation))


@admin.display(description="Owner")
def owner(operation: Operation) -> str:
    return cells.two_lines(operation.user, operation.organization)


@admin.display(description="Accepted")
def accepted(operation: Operation) -> str:
    return cells.ago(operation.accepted_at)
