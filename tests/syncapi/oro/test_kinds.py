"""What JSON:API demands of every type: its fields share one namespace, with the type and the id."""

from __future__ import annotations

import pytest

from syncapi.oro.kinds import Resource
from syncapi.oro.names import RESOURCES


@pytest.mark.parametrize("resource", RESOURCES.values(), ids=RESOURCES)
def test_no_field_is_called_as_another_or_as_what_names_the_record(resource: Resource):
    names = [*resource.attributes, *resource.relations]
    assert len(names) == len(set(names))
    assert {"type", "id", "lid"}.isdisjoint(names)
