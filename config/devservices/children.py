"""A child process that cannot outlive its supervisor, with a log file and a bounded end."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .account import Account

PR_SET_PDEATHSIG = 1
ROUNDS = 200  # a process may fork while the list of processes is being read
LIBC = ctypes.CDLL(None)  # loaded here: a forked child that has changed its user may not be able to read it any more


@dataclass(kw_only=True)
class Child:
    name: str
    argv: Sequence[str]
    log: Path
    cwd: Path
    env: Mapping[str, str] | None = None
    account: Account = Account()  # noqa: RUF009 frozen
    death_signal: signal.Signals = signal.SIGTERM  # what the kernel sends it when the supervisor dies
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 10.0  # seconds between stop_signal and SIGKILL
    holds: Sequence[int] = ()  # descriptors of locks that live as long as the child does
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    code: int | None = field(default=None, init=False)  # how the last process ended

    def start(self) -> None:
        """A session of its own keeps a terminal's Ctrl-C for the supervisor, which stops things in order."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                list(self.argv),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.cwd,
                env=None if self.env is None else dict(self.env),
                pass_fds=tuple(self.holds),
                start_new_session=True,
                preexec_fn=dies_with(os.getpid(), self.death_signal),  # noqa: PLW1509 no thread runs here
                user=self.account.uid,
                group=self.account.gid,
                extra_groups=self.account.groups,
            )

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        self._send(self.stop_signal)

    def stop(self) -> None:
        self.ask_to_stop()
        self.wait_or_kill()

    def wait_or_kill(self, *, until: float | None = None) -> None:
        if self.process is None:
            return
        left = self.patience if until is None else max(until - time.monotonic(), 0.0)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=left)
        self.kill()

    def kill(self) -> None:
        """End it at once, and what it has left behind in its session. Does nothing the second time."""
        if self.process is None:
            return
        self._send(signal.SIGKILL)
        self.code = self.process.wait()
        end_session(self.process.pid)
        self.process = None  # its number may become somebody else's

    def ending(self) -> str:
        if self.alive():
            return "it does not answer"
        return f"it ended with code {self.code if self.process is None else self.process.returncode}"

    def log_tail(self) -> str:
        return tail(self.log)

    def _send(self, number: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(number)


def dies_with(parent: int, number: signal.Signals) -> Callable[[], None] | None:
    """Runs in the child after it has changed its user, because that change would clear the setting."""
    if sys.platform != "linux":
        return None

    def prepare() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # the supervisor died before prctl
            os._exit(1)

    return prepare


def end_session(session: int) -> None:
    for _ in range(ROUNDS):
        members = members_of_session(session)
        if not members:
            return
        for pid in members:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def members_of_session(session: int) -> list[int]:
    """Grandchildren count too: a work horse has its own process group, but not its own session."""
    members = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            after_name = entry.read_text(errors="replace").rpartition(")")[2].split()
            if int(after_name[3]) == session and after_name[0] != "Z":
                members.append(int(entry.parent.name))
    return members


def tail(log: Path, *, lines: int = 15) -> str:
    if not log.exists():
        return "  (no log)"
    return "\n".join("  " + line for line in log.read_text(errors="replace").splitlines()[-lines:])
