"""Run as a process of its own: decodes 60 MB of JSON, writes it, and prints the peak of its memory in MiB."""

from __future__ import annotations

import os
import resource

import django
import orjson


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from benchmarks.records import empty, products
    from benchmarks.write_path import commands, write

    body = orjson.dumps(products(100_000))
    empty()
    write(commands(orjson.loads(body)))
    empty()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
