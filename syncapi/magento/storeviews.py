"""Stores, websites, store groups and what is configured for them: read only, with Magento's invisible admin first."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from catalog.commands import Json
from catalog.entities import SYSTEM_CURRENCY
from catalog.models import Currency, Store, StoreGroup, Website

_ADMIN_STORE: Final = {"id": 0, "code": "admin", "name": "Admin", "website_id": 0, "store_group_id": 0, "is_active": 1}
_ADMIN_WEBSITE: Final = {"id": 0, "code": "admin", "name": "Admin", "default_group_id": 0}


def views() -> list[dict[str, Json]]:
    rows = Store.objects.order_by("number").values_list(
        "number", "code", "name", "website__number", "group__number", "active"
    )
    return [_ADMIN_STORE, *(dict(zip(_ADMIN_STORE, (*row[:-1], int(row[-1])), strict=True)) for row in rows)]


def websites() -> list[dict[str, Json]]:
    groups = StoreGroup.objects.order_by("-number").values_list("website_id", "number")
    first = dict(groups)  # the oldest of a website comes last
    rows = Website.objects.order_by("number").values_list("number", "code", "name", "id")
    return [
        _ADMIN_WEBSITE,
        *(dict(zip(_ADMIN_WEBSITE, (*row[:-1], first.get(row[-1], 0)), strict=True)) for row in rows),
    ]


def groups() -> list[dict[str, Json]]:
    stores = dict(Store.objects.order_by("is_default", "-number").values_list("group_id", "number"))
    rows = StoreGroup.objects.order_by("number").values_list(
        "id", "number", "website__number", "root_category__number", "name", "code"
    )
    return [
        {
            "id": number,
            "website_id": website,
            "root_category_id": root or 0,
            "default_store_id": stores.get(id, 0),
            "name": name,
            "code": code,
        }
        for id, number, website, root, name, code in rows
    ]


def configs(codes: Collection[str], *, base_url: str) -> list[dict[str, Json]]:
    """Of the stores with these codes, or of all. `base_url` ends with a slash."""
    stores = Store.objects.filter(**({"code__in": codes} if codes else {})).order_by("number")
    rows = stores.values_list("number", "code", "website__number", "language__locale__code")
    currency = Currency.objects.values_list("iso_code", flat=True).get(pk=SYSTEM_CURRENCY)
    return [_config(*row, currency=currency, base_url=base_url) for row in rows]


def _config(number: int, code: str, website: int, locale: str, *, currency: str, base_url: str) -> dict[str, Json]:
    urls = {
        "base_url": base_url,
        "base_link_url": base_url,
        "base_static_url": f"{base_url}static/",
        "base_media_url": f"{base_url}media/",
    }
    return {
        "id": number,
        "code": code,
        "website_id": website,
        "locale": locale.replace("-", "_"),
        "base_currency_code": currency,
        "default_display_currency_code": currency,
        "timezone": "UTC",
        "weight_unit": "kgs",
        **urls,
        **{f"secure_{name}": url for name, url in urls.items()},
    }
