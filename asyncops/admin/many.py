"""Acting on many operations: the question, and the operation that then does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.utils import timezone

from asyncops import acting
from asyncops.acting import Kind
from asyncops.admin.cancelling import named
from asyncops.models import Operation, OperationQuerySet
from catalog.admin.reading import MOST_COUNTED, staff

MOST_SHOWN: Final = 20
WORDS: Final = {
    Kind.CANCEL: ("Cancel", "What was written stays. What has not begun is never done."),
    Kind.RETRY_REFUSED: ("Retry the refused items of", "Each is sent again, as it was, in your name."),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    kind: Kind
    count: int  # no more than MOST_COUNTED
    is_more: bool  # there are more than that
    shown: Sequence[Operation]
    numbers: str  # of those that were selected one by one; "" for all that the filter matches
    newest: int  # seq: what is accepted later is not meant
    filters: str  # the query string of the list

    @property
    def title(self) -> str:
        return f"{WORDS[self.kind][0]} {'more than ' if self.is_more else ''}{self.count:,} operations"

    @property
    def remark(self) -> str:
        return WORDS[self.kind][1]

    @property
    def slug(self) -> str:
        return slug(self.kind)


def slug(kind: Kind) -> str:
    return kind.value.replace(" ", "-")


def kind_of(slug: str) -> Kind:
    """Raises Http404."""
    try:
        return Kind(slug.replace("-", " "))
    except ValueError:
        raise Http404 from None


def may(request: HttpRequest, kind: Kind) -> bool:
    return staff(request).has_perm(acting.RIGHTS[kind])


def question(request: HttpRequest, kind: Kind, operations: OperationQuerySet) -> Question:
    is_all = request.POST.get("select_across") == "1"
    found = acting.candidates(operations, kind).order_by("-seq")
    some = list(found[:MOST_SHOWN])
    count = found.order_by()[: MOST_COUNTED + 1].count()
    selected = request.POST.getlist("_selected_action")
    return Question(
        kind=kind,
        count=min(count, MOST_COUNTED),
        is_more=count > MOST_COUNTED,
        shown=some,
        numbers="" if is_all else ",".join(selected),
        newest=some[0].seq if some else 0,
        filters=request.GET.urlencode() if is_all else "",
    )


def accept(request: HttpRequest, kind: Kind, *, among: OperationQuerySet) -> Operation | None:
    """The operation that does it; None when there is nothing to do, which is told.

    `among`: what the reader sees with the filters of the question.
    """
    if numbers := named(request.POST.get("operations", "")):
        meant = among.filter(pk__in=numbers)
    else:
        [newest] = named(request.POST.get("newest", ""))[:1] or [0]
        meant = among.filter(seq__lte=newest)
    uuids = acting.candidates(meant, kind).order_by("seq").values_list("uuid", flat=True)
    targets = list(uuids[: settings.MAX_ITEMS + 1])
    if not targets:
        messages.warning(request, "There is nothing to do.")
        return None
    if len(targets) > settings.MAX_ITEMS:
        messages.warning(request, f"These are the oldest {settings.MAX_ITEMS:,}; ask again for the others.")
    return acting.accept(kind, targets[: settings.MAX_ITEMS], by=staff(request), now=timezone.now())
