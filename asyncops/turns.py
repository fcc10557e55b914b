"""Whose turn it is: organizations share the workers by the records that they had, so none waits for another's import.

Start-time fair queueing: an organization's turn is at what it was served so far, or now if it was idle meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.conf import settings

from catalog.sql import run


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    organization: UUID
    number: int  # the organization's number, by which the settings name it
    at: float  # the smallest is next


_NEXT: Final = """
    SELECT g.id, g.number, greatest(t.served, (SELECT max(began) FROM asyncops_turn), 0) AS at
      FROM catalog_organization g
      LEFT JOIN asyncops_turn t ON t.organization_id = g.id
     WHERE EXISTS (SELECT 1 FROM asyncops_operation o
                    WHERE o.organization_id = g.id AND o.state IN ('new', 'running') AND o.cancel_requested_at IS NULL)
       AND NOT EXISTS (SELECT 1 FROM asyncops_pause p WHERE p.organization_id = g.id OR p.organization_id IS NULL)
     ORDER BY at, t.served NULLS FIRST, g.number
     LIMIT %b::int"""

_CHARGE: Final = """
    INSERT INTO asyncops_turn (organization_id, began, served)
    SELECT * FROM unnest(%b::uuid[], %b::float8[], %b::float8[])
        ON CONFLICT (organization_id) DO UPDATE SET began = EXCLUDED.began, served = EXCLUDED.served"""


def waiting(most: int) -> list[Turn]:
    """Organizations with live operations that are not paused, the next one first."""
    return [Turn(organization=id, number=number, at=at) for id, number, at in run(_NEXT, [most])]


def charge(turns: Sequence[Turn], records: dict[UUID, int]) -> None:
    """Move on those organizations that were given work: the more weight, the less far."""
    served = [turn for turn in turns if turn.organization in records]
    until = [turn.at + records[turn.organization] / _weight(turn) for turn in served]
    run(_CHARGE, [[turn.organization for turn in served], [turn.at for turn in served], until])


def _weight(turn: Turn) -> float:
    return float(settings.ORGANIZATION_WEIGHTS.get(turn.number, 1))
