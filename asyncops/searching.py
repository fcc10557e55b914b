"""Which operations are meant by a number, a name of a record, or words of an error. Each way is an index."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value

from asyncops import jobids
from asyncops.chunking import hashed
from asyncops.models import Chunk, Fault, Item, Mention, Operation
from catalog.entities import ENTITIES
from catalog.models import Organization
from catalog.naming import Name
from catalog.registry import EntitySpec, NaturalKey

Rows = QuerySet[Any]  # each of an operation

MOST: Final = 1000  # operations found in one way, the newest ones
_NUMBER: Final = re.compile(r"#?[0-9]{1,18}")


def find(term: str, *, organization: Organization | None) -> set[int]:
    """Ids of an organization's operations (None: of all). Six queries.

    `term`: an operation's number, UUID or jobId; a record's UUID or natural key, e.g. a SKU; or words of an error.
    Operations that left a record as it was have no item of it, and are not found by it once they have ended.
    """
    meant = term.replace("\0", "").strip()
    if not meant:
        return set()
    uuid = _uuid(meant)
    records = _records(meant) if uuid is None else {uuid}
    names = [hashed(name) for name in _names(meant, uuid)]
    rows = (_that_wrote(records), _that_named(names), _that_will_write(names), _of(meant))
    newest = (_newest(some, organization) for some in rows if some is not None)
    return set(_operations(meant, uuid, organization)).union(*newest)


def _uuid(meant: str) -> UUID | None:
    try:
        return UUID(meant)
    except ValueError:
        return None


def _operations(meant: str, uuid: UUID | None, organization: Organization | None) -> Iterable[int]:
    numbers = [int(meant.removeprefix("#"))] if _NUMBER.fullmatch(meant) else []
    if (job := jobids.number_of(meant)) is not None:
        numbers.append(job)
    wanted = Q(pk__in=numbers) if uuid is None else Q(uuid=uuid)
    own = Q() if organization is None else Q(organization=organization)
    return Operation.objects.filter(wanted, own).values_list("pk", flat=True)


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


def _that_wrote(records: set[UUID]) -> Rows | None:
    return Item.objects.filter(record_id__in=records) if records else None


def _that_named(names: list[int]) -> Rows:
    """Those that were refused under this name, or deleted what had it."""
    return Mention.objects.filter(name__in=names)


def _that_will_write(names: list[int]) -> Rows:
    return Chunk.objects.filter(writes__overlap=names, open=True)


def _of(meant: str) -> Rows:
    """Those with an error that has all these words."""
    query = SearchQuery(Value(meant), config="simple", search_type="websearch")
    return Fault.objects.annotate(found=SearchVector("words", config="simple")).filter(found=query)


def _newest(rows: Rows, organization: Organization | None) -> Iterable[int]:
    """The operations of the rows."""
    if organization is not None:
        rows = rows.filter(Exists(Operation.objects.filter(pk=OuterRef("operation_id"), organization=organization)))
    return rows.order_by(F("operation_id").desc()).values_list("operation_id", flat=True)[:MOST]
