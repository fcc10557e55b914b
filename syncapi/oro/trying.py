"""What would become of records, and then all of it is undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from asyncops import intake, understanding
from asyncops.submissions import Submission
from catalog import writing
from catalog.commands import Indexing
from catalog.outcomes import Outcome
from syncapi.exchange import ApiRequest


@contextmanager
def tried(request: ApiRequest, wanted: Submission) -> Iterator[list[Outcome]]:
    """The outcome of each item. Until the end of the block what was written is there. Raises like intake."""
    understood = intake.understand(wanted)
    commands, rights = understanding.commands(understood), request.caller.rights
    with transaction.atomic():
        done = writing.apply(commands, policy=wanted.policy, rights=rights, indexing=Indexing.OFF)
        yield understanding.outcomes(understood, iter(done))
        transaction.set_rollback(True)
