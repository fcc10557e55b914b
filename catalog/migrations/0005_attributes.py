"""The attributes that every product has, as clients of Magento expect to find them; staff add their own beside them."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# (code, label, type, height, required)
ATTRIBUTES = (
    ("name", "Product Name", "text", "store", True),
    ("sku", "SKU", "text", "global", True),
    ("description", "Description", "textarea", "store", False),
    ("short_description", "Short Description", "textarea", "store", False),
    ("price", "Price", "price", "website", True),
    ("special_price", "Special Price", "price", "website", False),
    ("special_from_date", "Special Price From Date", "date", "website", False),
    ("special_to_date", "Special Price To Date", "date", "website", False),
    ("cost", "Cost", "price", "website", False),
    ("weight", "Weight", "weight", "global", False),
    ("meta_title", "Meta Title", "text", "store", False),
    ("meta_keyword", "Meta Keywords", "textarea", "store", False),
    ("meta_description", "Meta Description", "textarea", "store", False),
    ("url_key", "URL Key", "text", "store", False),
    ("status", "Enable Product", "select", "website", False),
    ("visibility", "Visibility", "select", "store", False),
    ("tier_price", "Tier Price", "text", "website", False),
    ("category_ids", "Categories", "text", "global", False),
    ("media_gallery", "Media Gallery", "gallery", "global", False),
    ("tax_class_id", "Tax Class", "select", "website", False),
    ("quantity_and_stock_status", "Quantity", "select", "global", False),
    ("created_at", "Created At", "date", "global", False),
    ("updated_at", "Updated At", "date", "global", False),
)
OPTIONS = {
    "status": (("Enabled", "1"), ("Disabled", "2")),
    "visibility": (("Not Visible Individually", "1"), ("Catalog", "2"), ("Search", "3"), ("Catalog, Search", "4")),
    "quantity_and_stock_status": (("In Stock", "1"), ("Out of Stock", "0")),
}


def create(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    attribute, option = apps.get_model("catalog", "Attribute"), apps.get_model("catalog", "AttributeOption")
    for position, (code, label, type, height, required) in enumerate(ATTRIBUTES):
        made = attribute.objects.create(
            code=code, label=label, type=type, height=height, required=required, user_defined=False, position=position
        )
        for place, (name, value) in enumerate(OPTIONS.get(code, ())):
            option.objects.create(attribute=made, label=name, value=value, position=place)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0004_derived_data")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
