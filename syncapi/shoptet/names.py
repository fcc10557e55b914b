"""Shoptet's own names: of kinds of requests, of statuses, of the fields of a product (contract 4 and 5). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

DIALECT: Final = "shoptet"
GALLERIES: Final = ("shop", "shop360")

# What an operation remembers of its route.
IMAGES: Final = "POST products/images"
IMAGE_SOURCES: Final = "PATCH products/images/source"
FILES: Final = "POST system/files"
SNAPSHOT: Final = "GET products/snapshot"
PRICELISTS: Final = "GET products/snapshot/pricelists"
CHANGE_IMAGES: Final = "PATCH products/images"
DROP_IMAGES: Final = "DELETE products/images"
FILE: Final = "POST system/file"
UPDATE_PRODUCTS: Final = "PATCH products/batch"
DELETE_PRODUCTS: Final = "DELETE products/batch"
DELETE_IMAGES: Final = "DELETE products/images/batch"
UPDATE_CATEGORIES: Final = "PATCH categories/batch"
CREATE_BRANDS: Final = "POST brands/batch"

FILE_URL: Final = "batchFileUrlPath"  # where a batch says where its rows are

EXPORTS: Final = frozenset({SNAPSHOT, PRICELISTS})
UPLOADS: Final = frozenset({IMAGES, IMAGE_SOURCES, FILES})
NAMED: Final = UPLOADS | {CHANGE_IMAGES, DROP_IMAGES}  # whose items are images and files, told by their names
# Batches have a log and no result file; each kind by the name that its errors carry.
BATCHES: Final[Mapping[str, str]] = {
    UPDATE_PRODUCTS: "products-batch-update",
    DELETE_PRODUCTS: "products-batch-delete",
    DELETE_IMAGES: "product-images-batch-delete",
    UPDATE_CATEGORIES: "categories-batch-update",
    CREATE_BRANDS: "brands-batch-create",
}


class Status(StrEnum):
    """Of a job (contract 5)."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    EXPIRED = "expired"  # it was completed, and its result can no longer be fetched
    KILLED = "killed"


def extension(dialect: str, kind: str) -> str:
    """Of the result file of such an operation, "" when it has none. What other dialects accepted has JSON Lines."""
    if dialect != DIALECT or kind not in UPLOADS | EXPORTS | BATCHES.keys():
        return "jsonl"
    if kind in UPLOADS:
        return "json"
    return "" if kind in BATCHES else "jsonl.gz"
