"""How a state, a time and a progress look, in lists and on pages alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import orjson
from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince

from asyncops import jobids, redacting
from asyncops.models import Operation
from catalog.commands import Json
from catalog.outcomes import FieldError

NOTHING: Final = mark_safe('<span class="op-none">-</span>')
LONGEST_VALUE: Final = 200  # characters of a parameter

register = template.Library()


@register.filter
def badge(operation: Operation) -> SafeString:
    """The state, as a coloured word."""
    stopping = not operation.is_final and operation.cancel_requested_at is not None
    return outcome_badge("cancelling" if stopping else operation.state)


@register.filter
def outcome_badge(word: str) -> SafeString:
    return format_html('<span class="op-badge op-badge--{}">{}</span>', word, word)


def address(url: str) -> SafeString:
    """It breaks anywhere, so that it fits into a column."""
    return format_html('<span class="op-url">{}</span>', url)


def two_lines(first: object, second: object) -> SafeString:
    return format_html('{}<br><span class="op-quiet">{}</span>', first, second)


@register.filter
def ago(moment: datetime | None) -> SafeString:
    """A time as people say it; the exact one is in the tooltip."""
    if moment is None:
        return NOTHING
    now = timezone.now()
    if abs(now - moment).total_seconds() < 60:
        words = "just now"
    elif moment > now:
        words = f"in {timesince(now, moment, depth=1)}"
    else:
        words = f"{timesince(moment, now, depth=1)} ago"
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact(moment), words)


@register.filter
def since_exactly(moment: datetime, now: datetime) -> str:
    """How long ago, to the second while that matters: 12 s, 3 min 5 s, 2 hours."""
    seconds = max(0, int((now - moment).total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    return f"{seconds // 60} min {seconds % 60} s" if seconds < 3600 else timesince(moment, now, depth=2)


@register.filter
def rate(records: float) -> str:
    """Records a second."""
    return f"{records:,.1f}" if 0 < records < 10 else f"{records:,.0f}"


@register.filter
def lasting(seconds: float) -> str:
    """An estimate, as people say it."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} hours"


@register.filter
def job(number: int) -> str:
    return jobids.of(number)


@register.filter
def parameters(error: FieldError) -> Iterable[tuple[str, Json]]:
    """Without credentials."""
    return redacting.of_error(error.path, error.params).items()


@register.filter
def shown_of(thing: Json, name: str) -> Json:
    """Without credentials."""
    return redacting.redacted(thing, name)


@register.filter
def exact(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S %Z")


@register.filter
def progress(operation: Operation) -> SafeString:
    """A bar of what was written and what was refused, and the figures."""
    whole = max(operation.total, 1)
    return format_html(
        '<span class="op-progress"><span class="op-bar" aria-hidden="true">'
        '<span class="op-bar__written" style="width:{}%"></span><span class="op-bar__refused" style="width:{}%"></span>'
        "</span>{} of {}</span>",
        round(100 * written(operation) / whole, 2),
        round(100 * operation.refused / whole, 2),
        f"{operation.processed:,}",
        f"{operation.total:,}",
    )


@register.filter
def written(operation: Operation) -> int:
    """Items that were done, whether or not anything had to change."""
    return operation.processed - operation.refused


@register.filter
def refused(operation: Operation) -> SafeString:
    """How many, with a link to them."""
    if not operation.refused:
        return SafeString("0")
    address = reverse("admin:asyncops_operation_change", args=[operation.pk])
    return format_html(
        '<a class="op-refused" href="{}?outcome=refused#items">{}</a>', address, figure(operation.refused)
    )


@register.filter
def live_numbers(operations: Iterable[Operation]) -> str:
    """The numbers of those that have not ended, with commas between."""
    return ",".join(str(operation.pk) for operation in operations if not operation.is_final)


@register.simple_tag
def moving(operation: Operation, name: str, shown: str, *, swapped: bool = False) -> SafeString:
    """A part of a list's row that is shown anew while its operation is live. `swapped`: in the answer that does it."""
    swap = SafeString(' hx-swap-oob="true"') if swapped else ""
    return format_html('<span id="op-{}-{}"{}>{}</span>', operation.pk, name, swap, shown)


@register.filter
def figure(number: int) -> str:
    return f"{number:,}"


@register.filter
def value(thing: Json) -> str:
    """A JSON value as text, cut where it would fill the page."""
    text = thing if isinstance(thing, str) else orjson.dumps(thing, default=str).decode()
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"
