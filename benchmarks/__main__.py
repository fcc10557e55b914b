"""`make bench [ONLY=name]`: figures as ratios to a floor measured in the same run, since machines are noisy."""

from __future__ import annotations

import argparse
import os
from importlib import import_module

import django

NAMES = (
    "write_path", "growth", "naive", "bulk_http", "single_puts", "engine", "shopware_sync", "console", "network",
    "snapshots", "oro",
)  # fmt: skip


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command

    from asyncops import memory
    from benchmarks.figures import Figure, store

    benchmarks = {name: import_module(f"benchmarks.{name}").figures for name in NAMES}
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=sorted(benchmarks))
    chosen = parser.parse_args().only
    call_command("migrate", verbosity=0)
    memory.settle()
    found: list[Figure] = []
    for name, benchmark in benchmarks.items():
        if chosen in (None, name):
            for figure in benchmark():
                print(figure, flush=True)
                found.append(figure)
    store(found)


if __name__ == "__main__":
    main()
