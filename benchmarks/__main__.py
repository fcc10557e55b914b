"""`make bench [ONLY=name]`: figures as ratios to a floor measured in the same run, since machines are noisy."""

from __future__ import annotations

import argparse
import os

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command

    from asyncops import memory
    from benchmarks import bulk_http, console, engine, growth, naive, network, oro, shopware_sync, snapshots, write_path
    from benchmarks.figures import Figure, store

    modules = (write_path, growth, naive, bulk_http, engine, shopware_sync, console, network, snapshots, oro)
    benchmarks = {module.__name__.removeprefix("benchmarks."): module.figures for module in modules}
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
