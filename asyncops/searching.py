"""Which operations are meant by a number, a name of a record, or words of an error. Each way is an index."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import F, Q, QuerySet, Value

from asyncops import jobids
from asyncops.chunking import hashed
from asyncops.models import Chunk, Fault, Item, Mention, Operation
from catalog.entities import ENTITIES
from catalog.naming import Name
from catalog.registry import EntitySpec, NaturalKey

MOST: Final = 1000  # operations found in one way, the newest ones
_NUMBER: Final = re.compile(r"#?[0-9]{1,18}")


def find(term: str) -> set[int]:
    """Ids of operations, of whatever organization. Six queries.

    `term`: an operation's number, UUID or jobId; a record's UUID or natural key, e.g. a SKU; or words of an error.
    """
    meant = term.replace("\0", "").strip()
    if not meant:
        return set()
    uuid = _uuid(meant)
    records = _records(meant) if uuid is None else {uuid}
    names = [hashed(name) for name in _names(meant, uuid)]
    return {
        *_operations(meant, uuid),
        *_that_wrote(records),
        *_that_named(names),
        *_that_will_write(names),
        *_of(meant),
    }


def _uuid(meant: str) -> UUID | None:
    try:
        return UUID(meant)
    except ValueError:
        return None


def _operations(meant: str, uuid: UUID | None) -> Iterable[int]:
    numbers = [int(meant.removeprefix("#"))] if _NUMBER.fullmatch(meant) else []
    if (job := jobids.number_of(meant)) is not None:
        numbers.append(job)
    wanted = Q(pk__in=numbers) if uuid is None else Q(uuid=uuid)
    return Operation.objects.filter(wanted).values_list("pk", flat=True)


def _keyed() -> Iterator[tuple[EntitySpec, NaturalKey]]:
    """Every natural key that is one field and unique, so that the database has an index of it."""
    for spec in ENTITIES.values():
        for key in spec.keys:
            if len(key.fields) == 1 and key.unique:
                yield spec, key


def _records(meant: str) -> set[UUID]:
    """The records that are called so now, of every entity: one query."""
    first, *rest = (_called(spec, key, meant) for spec, key in _keyed())
    return set(first.union(*rest, all=True))


def _called(spec: EntitySpec, key: NaturalKey, meant: str) -> QuerySet[Any, UUID]:
    rows: QuerySet[Any] = apps.get_model(spec.model)._default_manager.all()
    return rows.filter(**{key.column or key.fields[0]: key.fold(meant)}).values_list("pk", flat=True)


def _names(meant: str, uuid: UUID | None) -> Iterator[Name]:
    if uuid is not None:
        yield from ((entity, "id", uuid) for entity in ENTITIES)
    else:
        yield from ((spec.name, key.name, key.fold(meant)) for spec, key in _keyed())


def _that_wrote(records: set[UUID]) -> Iterable[int]:
    written = Item.objects.filter(record_id__in=records).order_by("-operation_id")
    return written.values_list("operation_id", flat=True)[:MOST] if records else ()


def _that_named(names: list[int]) -> Iterable[int]:
    """Those that were refused under this name, or deleted what had it."""
    return (
        Mention.objects.filter(name__in=names).order_by("-operation_id").values_list("operation_id", flat=True)[:MOST]
    )


def _that_will_write(names: list[int]) -> Iterable[int]:
    waiting = Chunk.objects.filter(writes__overlap=names, open=True)
    return waiting.values_list("operation_id", flat=True)[:MOST]


def _of(meant: str) -> Iterable[int]:
    """Those with an error that has all these words."""
    query = SearchQuery(Value(meant), config="simple", search_type="websearch")
    found = Fault.objects.annotate(found=SearchVector("words", config="simple")).filter(found=query)
    return found.order_by(F("operation_id").desc()).values_list("operation_id", flat=True)[:MOST]
