"""Throws all data away."""

from __future__ import annotations

import shutil
from contextlib import ExitStack

from . import directories
from .locking import exclusive
from .places import supervisor_lock


def reset() -> list[str]:
    """What was removed. Raises AlreadyRunning while servers run."""
    roots = [root for root in (directories.local(), directories.relocated()) if root.is_dir()]
    with ExitStack() as stack:
        stack.enter_context(exclusive(supervisor_lock()))
        for root in roots:
            for base in (root / "data", *root.glob("test/*/")):
                if base.is_dir():
                    stack.enter_context(exclusive(base / "lock", patience=1))
        for root in roots:
            shutil.rmtree(root)
    return [str(root) for root in roots]
