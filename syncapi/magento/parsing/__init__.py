"""From the body of a Magento call to a command. Pure: a worker does it again with the item as stored.

An item is the body of the single call with the path's variables beside it; `context` says what the request said:
`store` (None: all), whether it was `named`, and `path`, the URL's variables.
"""

from syncapi.magento.parsing.categories import delete_category, move_category, save_category
from syncapi.magento.parsing.declared import assign_attribute, create_attribute, delete_attribute, update_attribute
from syncapi.magento.parsing.inventory import delete_source_items, save_source_items
from syncapi.magento.parsing.media import create_entry, delete_entry, update_entry
from syncapi.magento.parsing.options import add_option, delete_option, update_option
from syncapi.magento.parsing.prices import remove_special_prices, save_base_prices, save_special_prices
from syncapi.magento.parsing.products import delete_product, save_product
from syncapi.magento.parsing.relations import (
    link_category,
    link_website,
    remove_link,
    save_link,
    set_links,
    unlink_category,
    unlink_website,
)
from syncapi.magento.parsing.requests import credentials, status_number
from syncapi.magento.parsing.stock import save_stock
from syncapi.magento.parsing.tier_prices import remove_tier_prices, replace_tier_prices, save_tier_prices

__all__ = [
    "add_option", "assign_attribute", "create_attribute", "create_entry", "credentials", "delete_attribute",
    "delete_category", "delete_entry", "delete_option", "delete_product", "delete_source_items", "link_category",
    "link_website", "move_category", "remove_link", "remove_special_prices", "remove_tier_prices",
    "replace_tier_prices", "save_base_prices", "save_category", "save_link", "save_product", "save_source_items",
    "save_special_prices", "save_stock", "save_tier_prices", "set_links", "status_number", "unlink_category",
    "unlink_website", "update_attribute", "update_entry", "update_option",
]  # fmt: skip
