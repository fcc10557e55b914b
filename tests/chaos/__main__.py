"""`make chaos`: thousands of operations while everything that can be killed is killed; then the books are checked."""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.acceptance.site import Site, prepared, wait_for
from tests.chaos import checking, fronts, sending
from tests.chaos.faults import Crew, Plan
from tests.foreign import Foreign, foreign_server
from tests.services import started_private_services

# Files of rows lie on this machine; batches wait for each other, since nobody retries for minutes.
SETTINGS: dict[str, Any] = {"BULKHEAD_FETCH_ALLOWED_HOSTS": "127.0.0.1:*", "BULKHEAD_SHOPTET_QUEUE_BATCHES": "1"}
CALM = 60.0  # seconds in which something ends, as long as anything is left, when nothing is killed any more


def main() -> int:
    options = _options()
    with (
        tempfile.TemporaryDirectory() as logs,
        started_private_services() as services,
        foreign_server() as files,
        prepared(services, Path(logs), **SETTINGS) as site,
    ):
        with site.database() as connection:
            connection.execute(checking.LEDGER)
        return _run(site, files, options)


def _run(site: Site, files: Foreign, options: argparse.Namespace) -> int:
    begun = time.monotonic()
    clients, crew = _storm(site, files, options, random.Random(options.seed))
    stormed = time.monotonic()
    _calm(site, crew)
    calmed = time.monotonic()
    breaches = dict(checking.check(site, accepted=clients.sent.accepted))
    breaches |= {"requests never accepted": len(clients.sent.refused), "invariants of the audit": _audit(site)}
    _say("seed", options.seed)
    _say("operations accepted", len(clients.sent.accepted))
    for front, number in sorted(clients.sent.by_front.items()):
        _say(f"  through {front}", number)
    _say("records in them", site.rows("SELECT count(*) FROM sent")[0][0])
    _say("requests sent again", clients.sent.repeated)
    for name, times in sorted(crew.done.items()):
        _say(name, times)
    _say("chunks claimed more than once", site.rows("SELECT count(*) FROM asyncops_chunk WHERE attempt > 1")[0][0])
    _say("seconds of chaos", f"{stormed - begun:.1f}")
    _say("seconds until everything had ended", f"{calmed - stormed:.1f}")
    for name, number in breaches.items():
        _say(name, number, bad=bool(number))
    for refused in clients.sent.refused[:5]:
        _say("never accepted", refused)
    return int(any(breaches.values()))


def _storm(
    site: Site, files: Foreign, options: argparse.Namespace, chance: random.Random
) -> tuple[sending.Clients, Crew]:
    crew = Crew(site, workers=options.workers)
    clients, writer = sending.Clients(site.url, number=8), sending.Writer(site.tokens, chance=chance)
    half = fronts.fronts(files, _half(site, clients, writer))
    wanted = writer.requests(half, operations=options.operations)
    plan = Plan(workers=options.kills, valkeys=options.valkeys, postgreses=options.postgreses, webs=options.webs)
    threads = clients.start(wanted, seconds=options.seconds)
    faults = plan.draw(chance, seconds=options.seconds)
    crew.suffer(faults, chance=chance, busy=lambda: any(thread.is_alive() for thread in threads))
    for thread in threads:
        thread.join()
    return clients, crew


def _half(site: Site, clients: sending.Clients, writer: sending.Writer) -> dict[str, str]:
    """Half of the products are there before the storm, for the dialect that only changes products; their ids."""
    [magento, *_] = fronts.fronts(Foreign(0), {})
    clients.send(writer.all_of(magento, range(fronts.SKUS // 2)))
    wait_for(lambda: site.states() == {"success": 1})
    return fronts.product_ids(site)


def _calm(site: Site, crew: Crew) -> None:
    """Wait for the end of everything, as long as anything ends. The checks will say what is left."""
    left, since = _open(site), time.monotonic()
    while left and time.monotonic() - since < CALM:
        crew.replace()
        time.sleep(0.1)
        if (now := _open(site)) < left:
            left, since = now, time.monotonic()
    site.stop()


def _open(site: Site) -> int:
    return sum(number for state, number in site.states().items() if state in {"new", "running"})


def _audit(site: Site) -> int:
    command = [sys.executable, "manage.py", "audit", "--grace", "0"]
    done = subprocess.run(command, env=site.environment, capture_output=True, check=False)
    sys.stdout.buffer.write(done.stdout if done.returncode else b"")
    return int(done.returncode != 0)


def _say(name: str, value: object, *, bad: bool = False) -> None:
    sys.stdout.write(f"{name:58} {value!s:>20}{'   BREACH' if bad else ''}\n")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    for name, default, meaning in (
        ("operations", 10_000, "requests to send"),
        ("seconds", 240, "over which they are spread"),
        ("workers", 2, "processes, replaced as they die"),
        ("kills", 50, "of workers or their work horses"),
        ("valkeys", 5, "kills of Valkey, which forgets everything"),
        ("postgreses", 3, "immediate restarts of PostgreSQL"),
        ("webs", 5, "kills of the web server"),
        ("seed", int(time.time()), "of the random plan"),
    ):
        parser.add_argument(f"--{name}", type=int, default=default, help=meaning)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
