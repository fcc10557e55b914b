"""The product's own processes: manage.py, the web server and the workers, with the environment that they need."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path

from . import directories
from .children import Child, dies_with, tail
from .errors import CommandFailed
from .ports import HOST

THREADS = 4  # of each web process
STALLED = 5  # seconds that a request may still take when the web server is asked to stop


def environment(urls: dict[str, str]) -> dict[str, str]:
    """Ours, and what the settings demand; what the user has set stays."""
    defaults = {
        "BULKHEAD_SECRET_KEY": _secret_key(),
        "BULKHEAD_ALLOWED_HOSTS": f"{HOST},localhost",
        "BULKHEAD_SERVE_MEDIA": "1",
        "BULKHEAD_FETCH_ALLOWED_HOSTS": "127.0.0.1:*",  # image servers and webhook receivers of whoever tries it out
    }
    return defaults | dict(os.environ) | urls | {"PYTHONUNBUFFERED": "1"}


def join() -> None:
    """For manage.py by hand: the servers that run now, unless the environment names others. Makes nothing."""
    here = directories.CHECKOUT / ".local"
    if not os.access(here / "access.json", os.R_OK):
        return
    running = json.loads((here / "access.json").read_text())
    os.environ.setdefault("DATABASE_URL", running["database_url"])
    os.environ.setdefault("REDIS_URL", running["redis_url"])
    os.environ.setdefault("BULKHEAD_SECRET_KEY", (here / "secret").read_text())


def manage(*arguments: str, env: dict[str, str], log: Path) -> str:
    """What it printed. Raises CommandFailed."""
    with log.open("ab") as errors:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=directories.CHECKOUT,
            env=env,
            preexec_fn=dies_with(os.getpid(), signal.SIGKILL),
        )
        errors.write(done.stdout if done.returncode else b"")
    if done.returncode:
        raise CommandFailed(command=f"manage.py {arguments[0]}", code=done.returncode, log=log, tail=tail(log))
    return done.stdout.decode()


def web(*, port: int, env: dict[str, str], logs: Path) -> Child:
    options = {
        "worker-class": "gthread",
        "workers": env.get("WEB_PROCESSES") or "2",
        "threads": str(THREADS),
        "bind": f"{HOST}:{port}",
        "graceful-timeout": str(STALLED),
    }
    words = [f"--{name}={value}" for name, value in options.items()]
    return Child(
        name="web",
        argv=[sys.executable, "-m", "gunicorn", "config.wsgi:application", "--no-control-socket", *words],
        log=logs / "web.log",
        cwd=directories.CHECKOUT,
        env=env,
        patience=STALLED + 3,
    )


def worker(number: int, *, env: dict[str, str], logs: Path) -> Child:
    return Child(
        name=f"worker-{number}",
        argv=[sys.executable, "manage.py", "rqworker"],
        log=logs / f"worker-{number}.log",
        cwd=directories.CHECKOUT,
        env=env,
        death_signal=signal.SIGKILL,  # on SIGTERM it would wait for its job, whose database is going away
    )


def _secret_key() -> str:
    path = directories.local() / "secret"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
            stream.write(secrets.token_urlsafe(48))
        directories.adopt(path)
    return path.read_text()
