"""A supervisor to kill: starts both servers, prints their URLs and waits. Arguments: base, cache, logs."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from config.devservices import account, places, servers
from config.devservices.directories import CHECKOUT


def main() -> None:
    base, cache, logs = map(Path, sys.argv[1:])
    with (
        places.opened(base, account=account.for_servers(CHECKOUT), cache=cache, logs=logs) as place,
        servers.embedded(place) as own,
    ):
        sys.stdout.write(" ".join(own.environment.values()) + "\n")
        sys.stdout.flush()
        signal.pause()


if __name__ == "__main__":
    main()
