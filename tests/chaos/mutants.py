"""`make mutants`: each promise of the engine is broken in a copy of the code. A suite that stays green has a hole."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.acceptance.site import ROOT

COPIED: Final = (
    "asyncops",
    "catalog",
    "config",
    "syncapi",
    "templates",
    "tests",
    "docs",
    "manage.py",
    "pyproject.toml",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mutant:
    """`code`, which stands once in `file`, becomes `broken`; then one of `tests` must fail."""

    name: str
    file: str
    code: str
    broken: str
    tests: tuple[str, ...]


MUTANTS: Final = (
    Mutant(
        name="no fence: whoever lost its lease stores its outcome",
        file="asyncops/engine.py",
        code="if chunk.attempt == attempts[chunk.pk]]",
        broken="]",
        tests=("tests/asyncops/test_engine.py",),
    ),
    Mutant(
        name="no order: a chunk does not wait for earlier writes of its records",
        file="asyncops/claims.py",
        code="WHERE open AND writes && (w.writes || w.refers) OFFSET 0",
        broken="WHERE false OFFSET 0",
        tests=("tests/asyncops/test_order.py",),
    ),
    Mutant(
        name="no order: a delete does not wait for what refers to its records",
        file="asyncops/claims.py",
        code="WHERE open AND refers && w.writes OFFSET 0",
        broken="WHERE false OFFSET 0",
        tests=("tests/asyncops/test_order.py",),
    ),
    Mutant(
        name="no accept lock: places in the order are drawn before earlier ones are committed",
        file="asyncops/placing.py",
        code='f"pg_advisory_xact_lock({ACCEPT_LOCK})"',
        broken='"NULL"',
        tests=("tests/asyncops/test_order.py", "tests/asyncops/test_intake.py"),
    ),
    Mutant(
        name="no sweeper: a lost doorbell is lost for ever",
        file="asyncops/worker.py",
        code='with _own_connections("sweep_failed"):\n            sweeping.sweep()',
        broken='with _own_connections("sweep_failed"):\n            pass',
        tests=("tests/acceptance/test_crashes.py",),
    ),
    Mutant(
        name="no finalise by the sweeper",
        file="asyncops/sweeping.py",
        code="finishing.finalise(set(",
        broken="finishing.finalise(set() and set(",
        tests=("tests/asyncops/test_engine.py",),
    ),
    Mutant(
        name="no separate finalise: two last chunks do not see each other",
        file="asyncops/engine.py",
        code="finishing.complete(done, seconds=time.monotonic() - begun)\n",
        broken="finishing.complete(done); finishing.finalise({h.operation_id for h in held}); time.sleep(0.1)\n",
        tests=("tests/asyncops/test_engine.py",),
    ),
    Mutant(
        name="no idempotency insert: a repeated request is done again",
        file="asyncops/idempotency.py",
        code="    run(_KEEP, [",
        broken="    run if True else run(_KEEP, [",
        tests=("tests/syncapi/test_idempotency.py",),
    ),
    Mutant(
        name="no lock on an idempotency key: twins are both done",
        file="asyncops/idempotency.py",
        code="    _lock(key)\n    rows",
        broken="    rows",
        tests=("tests/syncapi/test_idempotency.py",),
    ),
    Mutant(
        name="a refusal that says when to try again is kept under its key",
        file="syncapi/idempotency.py",
        code="status not in TO_BE_REPEATED and not not_now",
        broken="status not in TO_BE_REPEATED",
        tests=("tests/syncapi/test_idempotency.py",),
    ),
    Mutant(
        name="streamed bodies wait until no chunk is left",
        file="asyncops/working.py",
        code="any([self._split(), self._lanes.next_claim(anyway=self._busy)])",
        broken="(self._lanes.next_claim(anyway=self._busy) or self._split())",
        tests=("tests/asyncops/test_splitting.py",),
    ),
    Mutant(
        name="a small list overtakes a body that is still to be split",
        file="syncapi/oro/lists.py",
        code="None if placing.is_awaited(request.caller.user.organization_id) else splitting.small(body)",
        broken="splitting.small(body)",
        tests=("tests/syncapi/oro/test_small_lists.py",),
    ),
    Mutant(
        name="a file is shown before its operation has ended",
        file="asyncops/exporting.py",
        code="operation.files.filter(written_at__isnull=False).first()",
        broken="operation.files.first()",
        tests=("tests/asyncops/test_exporting.py",),
    ),
    Mutant(
        name="errors of ours in webhooks are repeated for ever",
        file="asyncops/delivering.py",
        code="            return Sent(at=at, ended_at=_after(at, begun), headers=headers, error=OURS)",
        broken="            raise",
        tests=("tests/asyncops/test_delivering.py",),
    ),
    Mutant(
        name="no back-off: transient errors are repeated at once",
        file="asyncops/failing.py",
        code="available_at = statement_timestamp()\n                        +",
        broken="available_at = NULL +",
        tests=("tests/asyncops/test_failing.py",),
    ),
    Mutant(
        name="no end of a chunk that kills its workers",
        file="asyncops/failing.py",
        code="def give_up() -> None:",
        broken="def give_up() -> None:\n    return\n\n\ndef _give_up() -> None:",
        tests=("tests/asyncops/test_failing.py",),
    ),
    Mutant(
        name="failures in company count",
        file="asyncops/failing.py",
        code="run(_FREE, [int(alone),",
        broken="run(_FREE, [1,",
        tests=("tests/asyncops/test_failing.py",),
    ),
    Mutant(
        name="a cancelled operation becomes a success",
        file="asyncops/finishing.py",
        code="When(cancel_requested_at__isnull=False, then=Value(State.CANCELLED)),",
        broken="",
        tests=("tests/asyncops/test_cancelling.py",),
    ),
    Mutant(
        name="a final state is overwritten",
        file="asyncops/states.py",
        code="operations.filter(state__in=LIVE).update(state=to",
        broken="return operations.update(",
        tests=("tests/asyncops/test_states.py",),
    ),
    Mutant(
        name="Redis decides about the answer",
        file="asyncops/doorbell.py",
        code="except RedisError as reason:",
        broken="except ZeroDivisionError as reason:",
        tests=("tests/asyncops/test_intake.py",),
    ),
    Mutant(
        name="a Redis that hangs is waited for",
        file="asyncops/doorbell.py",
        code="socket_timeout=0.2, socket_connect_timeout=0.2",
        broken="socket_timeout=20, socket_connect_timeout=20",
        tests=("tests/asyncops/test_intake.py",),
    ),
    Mutant(
        name="a worker runs whatever Redis names",
        file="asyncops/worker.py",
        code="if self.func_name not in ALLOWED:",
        broken="if False:",
        tests=("tests/asyncops/test_jobs.py",),
    ),
    Mutant(
        name="a purge takes live operations",
        file="asyncops/retention.py",
        code="WHERE state = ANY(%b::text[]) AND expires_at <= %b AND (expires_at, id)",
        broken="WHERE state <> ALL(%b::text[]) IS NOT NULL AND expires_at <= %b AND (expires_at, id)",
        tests=("tests/asyncops/test_retention.py",),
    ),
    Mutant(
        name="one organization's import has all the workers",
        file="asyncops/turns.py",
        code="until = [turn.at + records[turn.organization] / _weight(turn) for turn in served]",
        broken="until = [turn.at for turn in served]",
        tests=("tests/asyncops/test_turns.py",),
    ),
    Mutant(
        name="waiting requests take every thread",
        file="asyncops/waiting.py",
        code="taken = _places().acquire(blocking=False)",
        broken="taken = _places().acquire(blocking=False) or True",
        tests=("tests/syncapi/test_preferences.py",),
    ),
    Mutant(
        name="an orphaned work horse lives on beside its replacement",
        file="asyncops/worker.py",
        code="_LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)",
        broken="pass",
        tests=("tests/acceptance/test_workers.py",),
    ),
)


def main(wanted: Sequence[str]) -> int:
    """Those whose name contains one of `wanted`, or all; the number of survivors decides about the exit code."""
    chosen = [mutant for mutant in MUTANTS if not wanted or any(word in mutant.name for word in wanted)]
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory)
        for name in COPIED:
            (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, copy / name)
        (copy / ".venv").symlink_to(ROOT / ".venv")
        if not _is_green(copy, sorted({test for mutant in chosen for test in mutant.tests})):
            sys.stdout.write("The suite is red without any mutant.\n")
            return 2
        survivors = [mutant for mutant in chosen if not _is_killed(mutant, copy)]
    sys.stdout.write(f"{len(chosen) - len(survivors)} of {len(chosen)} mutants turned a test red.\n")
    return int(bool(survivors))


def _is_green(copy: Path, tests: Sequence[str]) -> bool:
    return _pytest(copy, tests).returncode == 0


def _pytest(copy: Path, tests: Sequence[str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    return subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)


def _is_killed(mutant: Mutant, copy: Path) -> bool:
    file = copy / mutant.file
    text = file.read_text()
    file.write_text(text.replace(mutant.code, mutant.broken))
    done = _pytest(copy, mutant.tests)
    file.write_text(text)
    red = done.returncode == 1  # pytest's other codes mean that no test had a say
    last = next((line for line in done.stdout.splitlines() if line.startswith("FAILED")), done.stdout[-300:])
    sys.stdout.write(f"{'red     ' if red else 'SURVIVED'} {mutant.name}\n         {last[:150] if red else last}\n")
    sys.stdout.flush()
    return red


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
