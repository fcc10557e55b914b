"""What is wrong with a record as an object of Shopware's: code, text, parameters, and the place in the request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from catalog.commands import Json
from catalog.outcomes import ErrorCode, FieldError
from syncapi.shopware import languages, pointers, words
from syncapi.shopware.faults import FaultyError
from syncapi.shopware.schema import ALL, Resource
from syncapi.shopware.words import Record, Words


def errors(found: Iterable[FieldError], record: Record) -> list[dict[str, Json]]:
    """One object per error; what is missing is not told where something else is wrong."""
    told = [(error, pointers.pointer(error, record.entity)) for error in found]
    wrong = {pointer for error, pointer in told if error.code is not ErrorCode.REQUIRED}
    kept = {
        (pointer, error.code, str(error.params.get("code", ""))): error
        for error, pointer in told
        if error.code is not ErrorCode.REQUIRED or pointer not in wrong
    }
    shown = [_shown(error, pointer, record) for (pointer, _, _), error in kept.items()]
    return list({(each["code"], str(each.get("source", each))): each for each in shown}.values())


def status(objects: Iterable[Mapping[str, Json]]) -> int:
    """Of the answer to a request that these errors refuse."""
    found = {int(entry["status"]) for entry in objects}
    return next((code for code in (403, 503, 409, 404, 400) if code in found), 400)


def _shown(error: FieldError, pointer: str, record: Record) -> dict[str, Json]:
    told = _words(error, pointer, record)
    if told.code == words.NO_SYSTEM_TEXT:
        pointer = pointer.rpartition("/")[0]  # the language is missing, not one of its texts
    shown: dict[str, Json] = {
        "code": told.code,
        "status": str(told.status),
        "detail": told.detail,
        "template": told.template,
        "meta": {"parameters": dict(told.parameters) or []},
    }
    if told.title:
        shown["title"] = told.title
    if not told.title or pointer:
        shown["source"] = {"pointer": record.place + pointer}
    return shown


def _words(error: FieldError, pointer: str, record: Record) -> Words:
    if error.code is ErrorCode.REQUIRED and _is_spoken(record, pointer):
        return words.no_system_translation()
    if record.entity == "language" and error.code is ErrorCode.REQUIRED and pointer == "/translationCodeId":
        return words.code_required()
    return words.of(error.code, record.entity)({**error.params, "_pointer": pointer, "_record": record})


def _is_spoken(record: Record, pointer: str) -> bool:
    """Whether an absent text of the system language was, or may have been, sent in another one."""
    own = f"/translations/{languages.SYSTEM}/"
    if record.other_language:
        return own in pointer
    return pointer.startswith(own) and ("translations" in record.payload or _has_maps(record))


def _has_maps(record: Record) -> bool:
    described = ALL[record.entity]
    texts = described.translated if isinstance(described, Resource) else {}
    return any(isinstance(record.payload.get(name), dict) for name in texts)


class Refused(FaultyError):
    """A record was refused, and these are its errors as they are told."""

    def __init__(self, told: list[dict[str, Json]]) -> None:
        super().__init__(status=status(told))
        self.told = told
