"""The answers of the sync routes: three shapes of success and two of failure (contract 5 and 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from asyncops.intake import Performed
from catalog.commands import Json, Policy
from catalog.outcomes import ErrorCode, Outcome, OutcomeKind
from syncapi.jsontext import token
from syncapi.shopware import touched, wording, words
from syncapi.shopware.operations import SyncRequest
from syncapi.shopware.touched import Lookups, Rows

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

    @cached_property
    def failed(self) -> bool:
        return any(outcome.errors for outcome in self.performed.outcomes)

    @cached_property
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
    nothing_stays = done.nothing_stays
    for item, command, outcome in done.results:
        rows = Rows()
        if not nothing_stays:
            _touch(item, command, outcome, done.known, rows)
        record = done.record(item, f"/{item['index']}") if outcome.errors else None
        errors = wording.errors(outcome.errors, record) if record else []
        results[item["operation"]].append({"entities": rows.shown, "errors": errors})
    shown = {key: {"result": result, "extensions": []} for key, result in results.items()}
    data: Json = list(shown.values()) if done.request.is_list else shown or []
    body = {"success": not done.failed, "data": data, "extensions": []}
    return (400 if done.nothing_stays else 200), body


def one_operation(done: Done) -> Answer:
    """V3 with `single-operation`: all rows by entity (contract 5.2)."""
    if done.nothing_stays:
        return refusal(done)
    rows = Rows()
    for item, command, outcome in done.results:
        _touch(item, command, outcome, done.known, rows)
    body: dict[str, Json] = {"success": not done.failed, "data": rows.shown, "extensions": []}
    return 200, body | _partial(done)


def current(done: Done) -> Answer:
    """The current API (contract 6.1). A row that was written and then deleted is told as deleted alone."""
    if done.nothing_stays:
        return refusal(done)
    written, deleted, absent, beside = Rows(), Rows(), Rows(), Rows()
    for item, command, outcome in done.results:
        if item["action"] != "delete":
            if touched.is_written(outcome):
                touched.written(item, command, outcome, done.known, written)
        elif outcome.kind in (OutcomeKind.DELETED, OutcomeKind.UPDATED):
            gone = Rows()
            touched.deleted(item, command, outcome, gone)
            written.drop(gone)
            deleted.update_with(gone)
            touched.beside_deleted(item, command, outcome, done.known, beside)
        elif outcome.kind is OutcomeKind.UNCHANGED:
            absent.add(item["entity"], touched.key_sent(item))
    written.update_with(beside.without(deleted))
    told = {"data": written.shown, "notFound": absent.shown, "deleted": deleted.shown}
    return 200, {"extensions": [], **told} | _partial(done)


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


def _touch(item: Mapping[str, Json], command: Any, outcome: Outcome, known: Lookups, rows: Rows) -> None:
    if item["action"] != "delete":
        if touched.is_written(outcome):
            touched.written(item, command, outcome, known, rows)
    elif outcome.kind in (OutcomeKind.DELETED, OutcomeKind.UPDATED):
        touched.deleted(item, command, outcome, rows)
        touched.beside_deleted(item, command, outcome, known, rows)


def missing_privileges(outcomes: Sequence[Outcome]) -> list[str]:
    """What the caller may not do, of all that was refused for it."""
    rights = {
        str(error.params.get("right", ""))
        for outcome in outcomes
        for error in outcome.errors
        if error.code is ErrorCode.FORBIDDEN
    }
    return sorted(map(words.privilege, rights))
