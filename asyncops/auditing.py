"""What must always be true of the engine's tables, as SQL: run by operators, and at the end of the chaos."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from catalog.sql import run

EXAMPLES: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Invariant:
    """`breaches`: a query of the ids of operations for which it does not hold. `%b`, once: a grace in seconds."""

    name: str
    breaches: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    invariant: str
    count: int
    operations: tuple[int, ...]  # the first few


_OLD: Final = "< statement_timestamp() - make_interval(secs => %b::float8)"

INVARIANTS: Final = (
    Invariant(
        name="an operation without an open chunk is final",
        breaches=f"""
            SELECT o.id FROM asyncops_operation o
             WHERE o.state IN ('new', 'running') AND coalesce(o.started_at, o.accepted_at) {_OLD}
               AND NOT EXISTS (SELECT 1 FROM asyncops_chunk c WHERE c.operation_id = o.id AND c.open)
               AND NOT EXISTS (SELECT 1 FROM asyncops_split s
                                WHERE s.operation_id = o.id AND s.state IN ('waiting', 'queued', 'leased'))
               AND NOT EXISTS (SELECT 1 FROM asyncops_errand e WHERE e.operation_id = o.id AND e.state = 'open')""",
    ),
    Invariant(
        name="a final operation has no open chunk, and the time of its end",
        breaches="""
            SELECT o.id FROM asyncops_operation o
             WHERE o.state NOT IN ('new', 'running')
               AND (o.finished_at IS NULL
                    OR EXISTS (SELECT 1 FROM asyncops_chunk c WHERE c.operation_id = o.id AND c.open)
                    OR EXISTS (SELECT 1 FROM asyncops_errand e WHERE e.operation_id = o.id AND e.state = 'open')
                    OR EXISTS (SELECT 1 FROM asyncops_split s
                                WHERE s.operation_id = o.id AND s.state IN ('waiting', 'queued', 'leased')))""",
    ),
    Invariant(
        name="an operation that is to be split has chunks only when its split is done",
        breaches="""
            SELECT s.operation_id FROM asyncops_split s
             WHERE s.state <> 'done'
               AND EXISTS (SELECT 1 FROM asyncops_chunk c WHERE c.operation_id = s.operation_id)""",
    ),
    Invariant(
        name="an operation whose split was given up has failed, and says why",
        breaches=f"""
            SELECT o.id FROM asyncops_operation o JOIN asyncops_split s ON s.operation_id = o.id AND s.state = 'dead'
             WHERE coalesce(o.started_at, o.accepted_at) {_OLD}
               AND (o.state NOT IN ('failed', 'cancelled')
                    OR NOT EXISTS (SELECT 1 FROM asyncops_operationerror e WHERE e.operation_id = o.id))""",
    ),
    Invariant(
        name="no lease is long over",
        breaches=f"""
            SELECT operation_id FROM asyncops_chunk WHERE open AND state = 'leased' AND lease_until {_OLD}""",
    ),
    Invariant(
        name="no lease of an errand is long over",
        breaches=f"SELECT operation_id FROM asyncops_errand WHERE state = 'open' AND lease_until {_OLD}",
    ),
    Invariant(
        name="no lease of a split is long over",
        breaches=f"SELECT operation_id FROM asyncops_split WHERE state = 'leased' AND lease_until {_OLD}",
    ),
    Invariant(
        name="the chunks of an operation are its items, each once",
        breaches="""
            SELECT o.id FROM asyncops_operation o
              LEFT JOIN (SELECT operation_id, sum(size) AS items,
                                bool_and(follows) AS gapless
                           FROM (SELECT operation_id, size,
                                        first = coalesce(lag(first + size) OVER (PARTITION BY operation_id
                                                                                 ORDER BY first), 0) AS follows
                                   FROM asyncops_chunk) c
                          GROUP BY operation_id) c ON c.operation_id = o.id
             WHERE coalesce(c.items, 0) <> o.total OR NOT coalesce(c.gapless, true)""",
    ),
    Invariant(
        name="the counters of an operation are its rows",
        breaches="""
            SELECT o.id FROM asyncops_operation o
              LEFT JOIN (SELECT operation_id,
                                count(*) FILTER (WHERE outcome = 'created') AS created,
                                count(*) FILTER (WHERE outcome = 'updated') AS updated,
                                count(*) FILTER (WHERE outcome = 'deleted') AS deleted,
                                count(*) FILTER (WHERE outcome = 'refused') AS refused
                           FROM asyncops_item GROUP BY operation_id) i ON i.operation_id = o.id
              LEFT JOIN (SELECT c.operation_id, sum((r->>1)::int - (r->>0)::int + 1) AS unchanged
                           FROM asyncops_chunk c CROSS JOIN jsonb_array_elements(c.unchanged) r
                          GROUP BY c.operation_id) u ON u.operation_id = o.id
             WHERE (o.created, o.updated, o.deleted, o.refused, o.unchanged)
                <> (coalesce(i.created, 0), coalesce(i.updated, 0), coalesce(i.deleted, 0), coalesce(i.refused, 0),
                    coalesce(u.unchanged, 0))""",
    ),
    Invariant(
        name="the counters of a final operation add up to its items",
        breaches="""
            SELECT id FROM asyncops_operation
             WHERE state NOT IN ('new', 'running')
               AND created + updated + unchanged + deleted + refused + untouched <> total""",
    ),
    Invariant(
        name="every item of a done or dead chunk is decided, unless policy `all` wrote nothing",
        breaches="""
            SELECT o.id FROM asyncops_operation o
              JOIN asyncops_chunk c ON c.operation_id = o.id AND c.state IN ('done', 'dead')
             WHERE NOT (o.policy = 'all' AND o.refused > 0)
             GROUP BY o.id
            HAVING sum(c.size) <> o.created + o.updated + o.unchanged + o.deleted + o.refused""",
    ),
    Invariant(
        name="no item has two outcomes, or lies outside of its operation",
        breaches="""
            SELECT i.operation_id FROM asyncops_item i JOIN asyncops_operation o ON o.id = i.operation_id
             WHERE i.index NOT BETWEEN 0 AND o.total - 1
             UNION ALL
            SELECT c.operation_id FROM asyncops_chunk c CROSS JOIN jsonb_array_elements(c.unchanged) r
              JOIN asyncops_item i
                ON i.operation_id = c.operation_id AND i.index BETWEEN (r->>0)::int AND (r->>1)::int""",
    ),
    Invariant(
        name="an item has errors if, and only if, it is refused",
        breaches="""
            SELECT i.operation_id FROM asyncops_item i
             WHERE i.outcome = 'refused' AND NOT EXISTS (
                   SELECT 1 FROM asyncops_itemerror e WHERE e.operation_id = i.operation_id AND e.index = i.index)
             UNION ALL
            SELECT e.operation_id FROM asyncops_itemerror e
              LEFT JOIN asyncops_item i ON i.operation_id = e.operation_id AND i.index = e.index
             WHERE i.outcome IS DISTINCT FROM 'refused'""",
    ),
    Invariant(
        name="a chunk that waits for images has some to wait for, and no lease of one is long over",
        breaches=f"""
            SELECT c.operation_id FROM asyncops_chunk c
             WHERE c.fetching AND c.open AND NOT EXISTS (
                   SELECT 1 FROM asyncops_download d
                    WHERE d.operation_id = c.operation_id AND d.index >= c.first AND d.index < c.first + c.size
                      AND d.state = 'waiting')
             UNION ALL
            SELECT d.operation_id FROM asyncops_download d
              JOIN asyncops_operation o ON o.id = d.operation_id AND o.state = 'running'
             WHERE d.state = 'waiting' AND d.lease_until {_OLD}""",
    ),
    Invariant(
        name="who listens is told of every end",
        breaches="""
            SELECT o.id FROM asyncops_operation o
              JOIN asyncops_webhookendpoint e ON e.organization_id = o.organization_id AND e.event = 'job:finished'
             WHERE o.finished_at > greatest(e.created_at + interval '5 seconds', now() - interval '1 day')
               AND NOT EXISTS (SELECT 1 FROM asyncops_webhookdelivery d
                                WHERE d.operation_id = o.id AND d.endpoint_id = e.id)""",
    ),
    Invariant(
        name="no webhook that is due waits for long",
        breaches=f"""
            SELECT coalesce(d.operation_id, 0) FROM asyncops_webhookdelivery d
              JOIN asyncops_webhookendpoint e ON e.id = d.endpoint_id AND e.enabled
             WHERE d.due_at {_OLD}""",
    ),
)


def audit(*, grace: float) -> Iterator[Finding]:
    """The invariants that do not hold. `grace`: seconds that a sweeper or a holder of a lease may take."""
    for invariant in INVARIANTS:
        parameters = [grace] if "%b" in invariant.breaches else []
        found = f"SELECT DISTINCT id FROM ({invariant.breaches}) b (id)"
        statement = f"SELECT count(*), (array_agg(id ORDER BY id))[1:{EXAMPLES}] FROM ({found}) f"
        [(count, operations)] = run(statement, parameters)
        if count:
            yield Finding(invariant=invariant.name, count=count, operations=tuple(operations))
