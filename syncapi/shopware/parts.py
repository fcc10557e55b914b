"""`fields`: the parts of records that are wanted and no others, on paths that load what they lead through. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from syncapi.shopware.criteria import Criteria
from syncapi.shopware.schema import Anything, related

# What Shopware shows of a part of a record too.
_OF_EACH: Final = ("id", "translated", "extensions", "versionId", "createdAt", "updatedAt", "_uniqueIdentifier")
Names = dict[str, set[str]]  # by entity


def expand(asked: Criteria, described: Anything) -> Criteria:
    """The same question in associations and `includes`. A kind of record is shown alike wherever it stands."""
    if not asked.fields:
        return asked
    shown: Names = defaultdict(set)
    for path in asked.fields:
        asked = _follow(path.split("."), described, asked, shown)
    return replace(asked, includes={**asked.includes, **_kept(shown, asked.includes)})


def _follow(path: Sequence[str], described: Anything, asked: Criteria, shown: Names) -> Criteria:
    """Notes the first segment, loads what it leads to, and goes on from there. An association alone is shown whole."""
    name, *rest = path
    shown[described.name].add(name)
    if name not in (relations := related(described)):
        return asked
    inner = asked.associations.get(name, Criteria())
    if rest:
        inner = _follow(rest, relations[name][0], inner, shown)
    return replace(asked, associations={**asked.associations, name: inner})


def _kept(shown: Names, included: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {
        entity: sorted({*names, *_OF_EACH} & set(included.get(entity, {*names, *_OF_EACH})))
        for entity, names in shown.items()
    }
