"""What an entity's declaration says about its pages: columns, search, groups of fields. It knows no entity by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from catalog.registry import Document, EntitySpec, FieldSpec, Flag, Integer, Number, Ref, Text

NAMING: Final = (
    "sku",
    "code",
    "iso_code",
    "name",
    "label",
    "short_code",
    "title",
    "file_name",
    "first_name",
    "last_name",
)
RECORD: Final = ("number", "id", "created_at", "updated_at")  # read-only everywhere
_COLUMNS: Final = 7
_FILTERS: Final = 4


def options(spec: EntitySpec) -> dict[str, Any]:
    """The options of a ModelAdmin."""
    shown = columns(spec)
    return {
        "list_display": shown,
        "list_select_related": [ref.name for ref in spec.refs if ref.name in shown] or False,
        "list_filter": filters(spec),
        "search_fields": search(spec),
        "autocomplete_fields": references(spec),
    }


def columns(spec: EntitySpec) -> tuple[str, ...]:
    """What names the record, its number, then what fits: references, figures and flags in the order declared."""
    plain = [field.name for field in spec.fields if _is_column(field)]
    names = names_of(spec)[:2]
    first = names or ["number"]
    rest = [name for name in dict.fromkeys(("number", *plain)) if name not in first]
    return (*first, *rest[: _COLUMNS - len(first)], "updated_at")


def names_of(spec: EntitySpec) -> list[str]:
    """The fields by which people know a record, the most exact first."""
    found = [name for name in NAMING if isinstance(spec.by_name.get(name), Text)]
    keys = [field for key in spec.keys[:1] if len(key.fields) == 1 for field in key.fields]
    return list(dict.fromkeys((*keys, *found)))


def search(spec: EntitySpec) -> tuple[str, ...]:
    """Where a search looks. What has no name of its own is found by the product that it belongs to."""
    own = tuple(names_of(spec))
    by_product = tuple(f"{ref.name}__sku_key__startswith" for ref in spec.refs if ref.entity == "product")
    return own or by_product or ("id__iexact",)


def filters(spec: EntitySpec) -> tuple[str, ...]:
    """Flags only: to offer the values of anything else Django would read the whole table."""
    flags = [field.name for field in spec.fields if isinstance(field, Flag)]
    return tuple(sorted(flags, key=lambda name: name != "active")[:_FILTERS])


def references(spec: EntitySpec) -> tuple[str, ...]:
    """Fields with a search box in the place of a list of all there are."""
    return (*(ref.name for ref in spec.refs), *spec.links_by_name)


def groups(spec: EntitySpec) -> Iterator[tuple[str | None, tuple[str, ...]]]:
    """Titles and their fields; every declared field is in one."""
    texts = [field.name for field in spec.fields if isinstance(field, Text) and field.max_length is None]
    documents = [field.name for field in spec.fields if isinstance(field, Document)]
    plain = [field.name for field in spec.fields if field.name not in (*texts, *documents)]
    yield None, tuple(plain)
    yield "Belongs to", tuple(spec.links_by_name)
    yield "Texts", tuple(texts)
    yield "Documents", tuple(documents)


def _is_column(field: FieldSpec) -> bool:
    return isinstance(field, Ref | Number | Integer | Flag) or (isinstance(field, Text) and bool(field.choices))
