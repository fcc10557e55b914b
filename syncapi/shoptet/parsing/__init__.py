"""From an item of a Shoptet operation to a command. Pure: a worker does it again with the item as stored.

An item of a batch is a row of its file (see `rows`), which the split has completed with what only the database knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from catalog.commands import Command, Json
from catalog.outcomes import NotUnderstoodError
from syncapi.shoptet import names, rows
from syncapi.shoptet.parsing import brands, categories, deletions, products, uploads
from syncapi.shoptet.wording import refused

Row = Mapping[str, Json]

_BATCHES: Final[Mapping[str, Callable[[Row, Row], Command]]] = {
    names.UPDATE_PRODUCTS: products.update,
    names.DELETE_PRODUCTS: deletions.product,
    names.DELETE_IMAGES: deletions.images,
    names.UPDATE_CATEGORIES: categories.update,
    names.CREATE_BRANDS: brands.create,
}

_UPLOADS: Final[Mapping[str, Callable[[Row, Row], Command]]] = {
    names.IMAGES: uploads.promised_image,
    names.IMAGE_SOURCES: uploads.change,
    names.FILES: uploads.promised_file,
    names.CHANGE_IMAGES: uploads.change,
    names.DROP_IMAGES: uploads.drop,
    names.FILE: uploads.file,
}


def command(kind: str, item: Json, context: Mapping[str, Json]) -> Command:
    """What an item of an operation of this kind means. Raises NotUnderstoodError."""
    row = item if isinstance(item, dict) else {}
    if kind in _UPLOADS:
        return _UPLOADS[kind](row, context)
    understand = _BATCHES.get(kind)
    if understand is None:
        raise LookupError(f"no operation of this dialect is called {kind!r}")
    if rows.UNREADABLE in row:
        raise NotUnderstoodError(refused("invalid-row", str(row[rows.UNREADABLE])))
    data = row.get(rows.DATA)
    return understand(data if isinstance(data, dict) else {}, row)
