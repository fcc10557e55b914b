"""What a dialect hands to intake: who asks, and for what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from catalog.commands import Indexing, Json, Policy
from catalog.models import User
from catalog.rights import Rights


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """A user, through one token. Its organization owns what it sends."""

    user: User
    rights: Rights
    interactive: bool = False  # a login's token, not an integration's


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """A request to write: `items` as sent, all of one `kind` of one dialect, with what was said for all of them."""

    dialect: str
    kind: str
    entity: str
    items: Sequence[Json]
    context: Mapping[str, Json] = field(default_factory=dict)
    policy: Policy = Policy.EACH
    endpoint: str = ""  # the path of the request
    dry_run: bool = False  # only tell what would happen
    lenient: bool = False  # an item that cannot be understood is refused, not the whole request
    indexing: Indexing = Indexing.NOW  # when derived data follow what is done in the request
    withheld: Mapping[str, int] = field(default_factory=dict)  # derivations by entity that do not, see writing.apply
