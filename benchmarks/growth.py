"""The write path as it grows: with the size of a request, with the size of the table, and in memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import partial

from django.db import connection

from benchmarks.figures import Figure, median
from benchmarks.records import empty, floor, products, settle
from benchmarks.write_path import commands, write
from catalog.models import Product

SIZES = (1_000, 10_000, 100_000)
TABLE = 1_000_000


def figures() -> Iterator[Figure]:
    for size in SIZES:
        records = products(size)
        seconds = median(partial(write, commands(records)), before=empty, runs=3)
        yield Figure(name=f"write new {size:,}", median_s=seconds, records=size, ratio=seconds / floor(records))
    yield from _in_a_large_table()
    print(f"{'memory of 100,000 records in one process':44} {_peak_mib():10.0f} MiB")


def _in_a_large_table() -> Iterator[Figure]:
    fresh = commands(products(10_000))
    in_empty = median(partial(write, fresh), before=empty, runs=3)
    fill(TABLE)
    in_large = median(partial(write, fresh), before=_remove_fresh, runs=3)
    yield Figure(name="write new 10,000, empty table", median_s=in_empty, records=10_000, ratio=1.0)
    yield Figure(name=f"write new 10,000, {TABLE:,} rows", median_s=in_large, records=10_000, ratio=in_large / in_empty)
    empty()


def fill(rows: int) -> None:
    empty()
    with connection.cursor() as cursor:
        write(commands(products(1)))
        cursor.execute(
            """CREATE TEMPORARY TABLE pattern AS SELECT * FROM catalog_product;
                ALTER TABLE pattern DROP number, DROP id, DROP sku, DROP sku_key""",
        )
        skipped = {"number", "id", "sku", "sku_key"}
        columns = [
            field for field in Product._meta.concrete_fields if field.column not in skipped and not field.generated
        ]
        kept = ", ".join(f'"{field.column}"' for field in columns)
        cursor.execute(
            f"""INSERT INTO catalog_product (id, sku, sku_key, {kept})
                SELECT gen_random_uuid(), 'FILL-' || n, 'fill-' || n, {kept} FROM pattern, generate_series(1, {rows}) n;
                DROP TABLE pattern""",
        )
    settle()


def _remove_fresh() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """DELETE FROM catalog_productwebsite w USING catalog_product p
                WHERE p.id = w.product_id AND p.sku LIKE 'BENCH-%';
               DELETE FROM catalog_product WHERE sku LIKE 'BENCH-%';
               TRUNCATE asyncops_item""",
        )


def _peak_mib() -> float:
    """Peak memory of a process of its own that decodes 60 MB of JSON and writes it."""
    done = subprocess.run([sys.executable, "-m", "benchmarks.memory"], capture_output=True, text=True, check=True)
    return float(done.stdout)
