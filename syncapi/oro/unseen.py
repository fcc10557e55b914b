"""What the catalog would tell of records that it never sees: a caller learns all that is wrong at once. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from catalog import validation
from catalog.commands import Json, Upsert
from catalog.outcomes import FieldError
from syncapi.oro import faults
from syncapi.oro.actions import Verb
from syncapi.oro.kinds import Resource


def of(command: Upsert, resource: Resource) -> Iterator[FieldError]:
    """Those of a record that is right so far, where others that come with it are not."""
    verb = Verb.CREATE if command.key is None else Verb.UPDATE  # what may be there already may lack what it has
    return errors(resource, command.values, verb)


def errors(
    resource: Resource, values: Mapping[str, Json], verb: Verb, *, told: Sequence[str] = ()
) -> Iterator[FieldError]:
    """`told`: the places of errors that are known already."""
    [(_, found)] = validation.clean(resource.entity, [_scalars(resource, values)])
    yield from found
    for name, source in zip(resource.required, resource.mandatory, strict=True):
        path = f"/attributes/{name}" if name in resource.attributes else f"/relationships/{name}/data"
        is_told = any(path.startswith(place) or place.startswith(path) for place in told)
        if verb in (Verb.CREATE, Verb.VALIDATE) and source not in values and not is_told:
            yield faults.not_blank(path)


def _scalars(resource: Resource, values: Mapping[str, Json]) -> dict[str, Json]:
    refs = {ref.name for ref in resource.spec.refs}
    return {name: value for name, value in values.items() if name not in refs}
