"""The command line of make: serve, demo, run, reset."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from . import command, demo, ports
from .access import Access
from .errors import DevServicesError
from .progress import Progress
from .reset import reset
from .serve import announce, serve
from .signals import StopRequested, stop_requests

DEFAULT_PORT, DEFAULT_WORKERS = 8000, 2


def main(arguments: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    try:
        with stop_requests():
            return _do(given)
    except StopRequested as request:
        return 128 + request.number if given.verb == "run" else 0
    except PermissionError as problem:
        print(f"error: {problem}: another user has made it, who can remove it with: make reset", file=sys.stderr)
        return 1
    except (DevServicesError, OSError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1


def _do(given: argparse.Namespace) -> int:
    if given.verb == "run":
        return command.run(given.command)
    if given.verb == "reset":
        print("removed: " + ", ".join(reset()))
        return 0
    if given.verb == "demo":
        _demo(once=given.once)
    else:
        serve(port=given.port, workers=given.workers, say=Progress(), when_ready=announce)
    return 0


def _demo(*, once: bool) -> None:
    def when_ready(access: Access) -> bool:
        demo.play(access)
        print()
        return not once and announce(access)

    serve(port=ports.free(DEFAULT_PORT), workers=DEFAULT_WORKERS, say=Progress(), when_ready=when_ready)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m config.devservices", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    server = verbs.add_parser("serve", help="start everything and stay up")
    server.add_argument("--port", type=int, default=DEFAULT_PORT)
    server.add_argument("--workers", type=int, default=DEFAULT_WORKERS)
    demonstration = verbs.add_parser("demo", help="start everything and send the demo's requests")
    demonstration.add_argument("--once", action="store_true", help="end when they are done")
    runner = verbs.add_parser("run", help="run a command on servers of its own")
    runner.add_argument("command", nargs="+")
    verbs.add_parser("reset", help="throw all data away")
    return parser


if __name__ == "__main__":
    sys.exit(main())
