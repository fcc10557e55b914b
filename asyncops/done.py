"""A chunk whose commands were applied: what the journal, the faults and the counters are written from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from asyncops.models import Chunk
from catalog.commands import Command
from catalog.outcomes import Outcome, OutcomeKind


@dataclass(frozen=True, kw_only=True)
class Done:
    """`outcomes`: what became of each item. `understood`: what each meant, () where nobody knows any more."""

    chunk: Chunk
    outcomes: Sequence[Outcome]
    understood: Sequence[Command | Outcome] = ()

    @cached_property
    def counts(self) -> Counter[str]:
        kinds = Counter([outcome.kind for outcome in self.outcomes])
        return Counter({kind.value: number for kind, number in kinds.items()})

    @property
    def unchanged(self) -> list[list[int]]:
        """[first, last] of the runs of unchanged items, which have no rows."""
        ranges: list[list[int]] = []
        for index, outcome in enumerate(self.outcomes, self.chunk.first):
            if outcome.kind is OutcomeKind.UNCHANGED:
                if ranges and ranges[-1][1] == index - 1:
                    ranges[-1][1] = index
                else:
                    ranges.append([index, index])
        return ranges
