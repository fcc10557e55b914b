"""A list that ends after 1,000 rows and goes on below the last one that it shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from django.contrib.admin.views.main import PAGE_VAR, ChangeList

from asyncops.models import Operation
from catalog.admin.reading import CappedPaginator

BELOW = "seq__lt"


class OperationList(ChangeList):
    def older(self) -> str:
        """The query string of what comes after this page; nothing where the pages reach it."""
        rows = cast(Sequence[Operation], self.result_list)
        if not rows or not cast(CappedPaginator, self.paginator).is_capped:
            return ""
        return self.get_query_string({BELOW: str(rows[len(rows) - 1].seq)}, remove=[PAGE_VAR])

    def newest(self) -> str:
        return self.get_query_string(remove=[BELOW, PAGE_VAR]) if BELOW in self.filter_params else ""
