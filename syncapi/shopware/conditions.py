"""Filters of criteria, from JSON to conditions (contract 9.5). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from catalog.commands import Filter, Json
from syncapi.shopware.faults import Fault, FaultyError

DEEPEST: Final = 10
_OPERATORS: Final = ("equals", "contains", "prefix", "suffix")
_GROUPS: Final = ("and", "or", "xor")
_SIGNS: Final = {"&&": "and", "||": "or"}
_BOUNDS: Final = frozenset({"gt", "gte", "lt", "lte"})


def read_all(given: Json, path: str) -> list[Filter]:
    """A list of filters, one alone, or an object of values by field. Raises FaultyError."""
    if given is None:
        return []
    if isinstance(given, dict):
        if isinstance(given.get("type"), str) and not given.keys().isdisjoint({"field", "queries"}):
            given = [given]
        elif all(name.isdecimal() for name in given):
            given = list(given.values())
        else:
            return [_simple(name, value, path) for name, value in given.items()]
    if not isinstance(given, list):
        raise _bad(path, "The filter parameter has to be a list of filters.")
    return [read(each, f"{path}/{index}") for index, each in enumerate(given)]


def read(given: Json, path: str, *, depth: int = 0) -> Filter:
    """Raises FaultyError."""
    if not isinstance(given, dict) or depth > DEEPEST:
        raise _bad(path, "A filter must be an object.")
    kind, name, value = given.get("type"), given.get("field"), given.get("value")
    if not isinstance(kind, str):
        raise _bad(f"{path}/type", 'Parameter "type" for filter is missing.')
    if kind in ("multi", "not", "nand", "nor", *_GROUPS):
        return _joined(given, kind, path, depth)
    if not isinstance(name, str) or not name:
        raise _bad(f"{path}/field", 'Parameter "field" for filter is missing.')
    if kind == "equalsAny":
        return Filter(operator="any", field=name, value=_several(value, path))
    if kind == "range":
        return Filter(operator="range", field=name, value=_bounds(given.get("parameters"), path))
    if kind not in _OPERATORS:
        raise _bad(f"{path}/type", f"Unsupported filter type: {kind[:50]}.")
    if isinstance(value, dict | list) or (kind != "equals" and value in (None, "")):
        raise _bad(f"{path}/value", f'Parameter "value" for {kind} filter is missing.')
    return Filter(operator=kind, field=name, value=value if kind == "equals" else str(value))


def says_something(where: Filter) -> bool:
    """An empty group would fit everything."""
    if where.operator in (*_GROUPS, "not"):
        return bool(where.parts) and all(says_something(part) for part in where.parts)
    return True


def _simple(name: str, value: Json, path: str) -> Filter:
    if not name or value == "" or isinstance(value, dict | list):
        raise _bad(f"{path}/{name}", f'The value for filter "{name[:100]}" must not be blank.')
    return Filter(operator="equals", field=name, value=value)


def _several(value: Json, path: str) -> tuple[Json, ...]:
    values = [part for part in value.split("|") if part] if isinstance(value, str) else value
    values = values if isinstance(values, list) else [values]
    if values in ([], [None]) or any(isinstance(each, dict | list) for each in values):
        raise _bad(f"{path}/value", 'Parameter "value" for equalsAny filter is missing.')
    return tuple(values)


def _joined(given: Mapping[str, Json], kind: str, path: str, depth: int) -> Filter:
    queries = given.get("queries")
    if not isinstance(queries, list):
        raise _bad(f"{path}/queries", 'Parameter "queries" for filter is missing.')
    parts = tuple(read(each, f"{path}/queries/{i}", depth=depth + 1) for i, each in enumerate(queries))
    how = kind if kind in _GROUPS else str(given.get("operator", "and")).lower()
    how = {"nand": "and", "nor": "or"}.get(kind, _SIGNS.get(how, how))
    inner = Filter(operator=how if how in _GROUPS else "and", parts=parts)
    return Filter(operator="not", parts=(inner,)) if kind in ("not", "nand", "nor") else inner


def _bounds(given: Json, path: str) -> dict[str, Json]:
    found = (
        {k: v for k, v in given.items() if k in _BOUNDS and not isinstance(v, dict | list)}
        if isinstance(given, dict)
        else {}
    )
    if not found or None in found.values():
        raise _bad(f"{path}/parameters", 'Parameter "parameters" for range filter is missing.')
    return found


def _bad(path: str, detail: str) -> FaultyError:
    return FaultyError(Fault(code="FRAMEWORK__INVALID_FILTER_QUERY", detail=detail, pointer=path))
