"""writing.apply in process, in chunks as a worker sends them, with the journal's rows in the same transactions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import count

from django.conf import settings
from django.db import transaction

from asyncops import journal
from asyncops.done import Done
from asyncops.models import Chunk
from benchmarks.figures import Figure, median
from benchmarks.records import Product, empty, floor, products, settle
from catalog.changes import Recording
from catalog.commands import Command, Reference, Upsert
from catalog.writing import apply

RECORDS = 10_000


def commands(records: Sequence[Product]) -> list[Command]:
    return [
        Upsert(
            entity="product",
            key=Reference("sku", record["sku"]),
            values={name: value for name, value in record.items() if name != "sku"},
        )
        for record in records
    ]


_operations = count(1)


def write(records: Sequence[Command], *, recording: Recording = Recording.CHANGES) -> None:
    operation = next(_operations)
    for first in range(0, len(records), settings.CHUNK_RECORDS):
        with transaction.atomic():
            outcomes = apply(records[first : first + settings.CHUNK_RECORDS], recording=recording)
            journal.record([Done(chunk=Chunk(operation_id=operation, first=first), outcomes=outcomes)])


def figures() -> Iterator[Figure]:
    base = products(RECORDS)
    lowest = floor(base)
    yield Figure(name=f"floor: COPY {RECORDS:,}", median_s=lowest, records=RECORDS, ratio=1.0)
    figure = partial(_figure, lowest)
    yield figure("write new", median(partial(write, commands(base)), before=empty))
    settle()
    yield figure("write unchanged", median(partial(write, commands(base))))
    versions = iter([commands(products(RECORDS, salt="x" * n)) for n in range(1, 11)])
    yield figure("write changed", median(lambda: write(next(versions))))
    yield figure("write changed, no changes journalled", median(lambda: write(next(versions), recording=Recording.OFF)))
    mixed = iter([[_partial(record, turn) for record in base] for turn in range(5)])
    yield figure("write partial, mixed fields", median(lambda: write(next(mixed))))
    mixed = iter([[_partial(record, turn) for record in base] for turn in range(5, 10)])
    yield figure("write partial, no changes journalled", median(lambda: write(next(mixed), recording=Recording.OFF)))
    bad = [record | ({"stock": "many"} if index % 100 == 0 else {}) for index, record in enumerate(base)]
    yield figure("write new, 1 % bad", median(partial(write, commands(bad)), before=empty))


def _partial(record: Product, turn: int) -> Command:
    names = sorted(set(record) - {"sku"})
    number = int(record["sku"][-7:]) * 2654435761 + turn
    chosen = [name for bit, name in enumerate(names) if number >> bit & 1] or ["stock"]
    values = {name: record[name] for name in chosen} | {"stock": turn + 5000}
    return Upsert(entity="product", key=Reference("sku", record["sku"]), values=values)


def _figure(lowest: float, name: str, seconds: float) -> Figure:
    return Figure(name=f"{name} {RECORDS:,}", median_s=seconds, records=RECORDS, ratio=seconds / lowest)
