"""Snapshots: lines from PostgreSQL to a packed file, against PostgreSQL that does it by itself; and their memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from django.db import connection

from benchmarks.figures import Figure, median

SIZE = 100_000
LARGE = 1_000_000
RUNS = 3


def figures() -> Iterator[Figure]:
    from benchmarks.growth import fill
    from benchmarks.records import empty

    fill(SIZE)
    seconds, floor = median(export, runs=RUNS), median(copy_to_gzip, runs=RUNS)
    yield Figure(name=f"snapshot of {SIZE:,}", median_s=seconds, records=SIZE, ratio=seconds / floor)
    fill(LARGE)
    done = subprocess.run([sys.executable, "-m", "benchmarks.snapshots"], capture_output=True, text=True, check=True)
    took, mib = (float(word) for word in done.stdout.split())
    yield Figure(name=f"snapshot of {LARGE:,}", median_s=took, records=LARGE)
    print(f"{f'memory of a snapshot of {LARGE:,}':44} {mib:10.0f} MiB")
    empty()


def export() -> None:
    from asyncops import exporting
    from syncapi.shoptet import names, snapshots

    with tempfile.TemporaryFile() as target:
        exporting.write(snapshots.export(names.SNAPSHOT, {}), target)


def copy_to_gzip() -> None:
    """The floor: the same statement, packed by gzip at the same level, without any of our code."""
    from asyncops.exporting import LEVEL
    from syncapi.shoptet import names, snapshots

    query = snapshots.export(names.SNAPSHOT, {})
    with connection.cursor() as cursor:
        cursor.execute(f"COPY ({query.statement}) TO PROGRAM 'gzip -{LEVEL} > /dev/null'", list(query.parameters))


def main() -> None:
    """A process of its own: seconds of the export, and the peak of its memory in MiB."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    seconds = median(export, runs=1)
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
