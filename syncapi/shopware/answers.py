"""The answers of the sync routes: three shapes of success and two of failure (contract 5 and 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asyncops.intake import Performed
from catalog.commands import Json, Policy
from catalog.outcomes import ErrorCode, Outcome, OutcomeKind
from syncapi.jsontext import token
from syncapi.shopware import touched, wording, words
from syncapi.shopware.operations import SyncRequest
from syncapi.shopware.touched import Lookups, Row

Answer = tuple[int, Json]  # status and body


@dataclass(frozen=True, kw_only=True)
class Done:
    """A sync request that was done."""

    request: SyncRequest
    items: Sequence[Mapping[str, Json]]
    performed: Performed
    known: Lookups
    policy: Policy
    other_language: bool = False

    @property
    def results(self) -> Iterator[tuple[Mapping[str, Json], Any, Outcome]]:
        return zip(self.items, self.performed.understood, self.performed.outcomes, strict=True)

    @property
    def failed(self) -> bool:
        return any(outcome.errors for outcome in self.performed.outcomes)

    @property
    def nothing_stays(self) -> bool:
        return self.failed and self.policy is Policy.ALL

    def record(self, item: Mapping[str, Json], place: str) -> words.Record:
        return words.Record(
            entity=item["entity"], payload=item["payload"], place=place, other_language=self.other_language
        )


Shape = Callable[["Done"], Answer]


def each_record(done: Done) -> Answer:
    """V3, each record by itself: a result per record, in its operation (contract 5.1)."""
    results: dict[str, list[Json]] = {operation.key: [] for operation in done.request.operations}
    for item, command, outcome in done.results:
        rows = () if done.nothing_stays else _rows(item, command, outcome, done.known)
        errors = wording.errors(outcome.errors, done.record(item, f"/{item['index']}"))
        results[item["operation"]].append({"entities": touched.by_entity(rows), "errors": errors})
    shown = {key: {"result": result, "extensions": []} for key, result in results.items()}
    data: Json = list(shown.values()) if done.request.is_list else shown or []
    body = {"success": not done.failed, "data": data, "extensions": []}
    return (400 if done.nothing_stays else 200), body


def one_operation(done: Done) -> Answer:
    """V3 with `single-operation`: all rows by entity (contract 5.2)."""
    if done.nothing_stays:
        return refusal(done)
    rows = (row for result in done.results for row in _rows(*result, done.known))
    body: dict[str, Json] = {"success": not done.failed, "data": touched.by_entity(rows), "extensions": []}
    return 200, body | _partial(done)


def current(done: Done) -> Answer:
    """The current API (contract 6.1)."""
    if done.nothing_stays:
        return refusal(done)
    written: list[Row] = []
    deleted: list[Row] = []
    absent: list[Row] = []
    for item, command, outcome in done.results:
        if item["action"] != "delete":
            written += touched.written(item, command, outcome, done.known) if touched.is_written(outcome) else ()
        elif outcome.kind in (OutcomeKind.DELETED, OutcomeKind.UPDATED):
            deleted += touched.deleted(item, command, outcome)
            written += touched.beside_deleted(item, command, outcome, done.known)
        elif outcome.kind is OutcomeKind.UNCHANGED:
            absent.append((item["entity"], touched.key_sent(item)))
    gone = set(deleted)
    data = touched.by_entity(row for row in written if row not in gone)
    shown = {"notFound": touched.by_entity(absent), "deleted": touched.by_entity(deleted)}
    return 200, {"extensions": [], "data": data, **shown} | _partial(done)


def refusal(done: Done) -> Answer:
    """Nothing was written: every error of every record."""
    errors = list(_errors(done))
    return wording.status(errors), {"errors": _resolvers_together(errors)}


def _partial(done: Done) -> dict[str, Json]:
    """With the policy `each`, what was not stored is told beside what was."""
    return {"errors": list(_errors(done))} if done.failed else {}


def _errors(done: Done) -> Iterator[dict[str, Json]]:
    for item, _, outcome in done.results:
        if outcome.errors:
            place = f"/{token(item['operation'])}/{item['index']}"
            yield from wording.errors(outcome.errors, done.record(item, place))


def _resolvers_together(errors: list[dict[str, Json]]) -> list[dict[str, Json]]:
    """Foreign keys that could not be resolved are one error, with a line for each."""
    code = "FRAMEWORK__API_INVALID_SYNC_RESOLVERS"
    mine = [error for error in errors if error["code"] == code]
    if len(mine) < 2:
        return errors
    together = {**mine[0], "detail": "\n".join(error["detail"] for error in mine)}
    return [*(error for error in errors if error["code"] != code), together]


def _rows(item: Mapping[str, Json], command: Any, outcome: Outcome, known: Lookups) -> Iterator[Row]:
    if item["action"] != "delete":
        if touched.is_written(outcome):
            yield from touched.written(item, command, outcome, known)
    elif outcome.kind in (OutcomeKind.DELETED, OutcomeKind.UPDATED):
        yield from touched.deleted(item, command, outcome)
        yield from touched.beside_deleted(item, command, outcome, known)


def missing_privileges(outcomes: Sequence[Outcome]) -> list[str]:
    """What the caller may not do, of all that was refused for it."""
    rights = {
        str(error.params.get("right", ""))
        for outcome in outcomes
        for error in outcome.errors
        if error.code is ErrorCode.FORBIDDEN
    }
    return sorted(map(words.privilege, rights))
