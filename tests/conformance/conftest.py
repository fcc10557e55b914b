"""The callers and the catalog of the scenes, for the documents' samples."""

from __future__ import annotations

from tests.syncapi.conftest import admin, organization, program
from tests.syncapi.magento.conftest import _fresh_stores, magento, products

__all__ = ["_fresh_stores", "admin", "magento", "organization", "products", "program"]
