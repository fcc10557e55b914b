"""The HTTP APIs by which other systems synchronise with this catalog."""

from __future__ import annotations

from django.apps import AppConfig


class SyncapiConfig(AppConfig):
    name = "syncapi"

    def ready(self) -> None:
        from asyncops import dialects
        from syncapi.magento import stores
        from syncapi.magento.dialect import MAGENTO
        from syncapi.oro.dialect import ORO
        from syncapi.shoptet.dialect import SHOPTET
        from syncapi.shopware.dialect import SHOPWARE

        dialects.register(MAGENTO)
        dialects.register(ORO)
        dialects.register(SHOPTET, notifier=SHOPTET)
        dialects.register(SHOPWARE)
        stores.watch()
