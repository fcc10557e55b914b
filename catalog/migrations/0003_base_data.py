"""What every installation has from the first minute, with the ids that clients know from the systems we speak like."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SYSTEM_LANGUAGE = UUID("2fbb5fe2e29a4d70aa5854ce7ce3e20b")
SYSTEM_CURRENCY = UUID("b7d2554b0ce847cd82f3ac9bd1c0dfca")
NUMBERED = ("website", "store", "storegroup", "category", "attributeset")


def create(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    def add(model: str, **values: Any) -> Any:
        return apps.get_model("catalog", model).objects.create(**values)

    english = add("Locale", code="en-GB", name="English", territory="United Kingdom")
    german = add("Locale", code="de-DE", name="German", territory="Germany")
    system = add("Language", id=SYSTEM_LANGUAGE, name="English", locale=english, translation_code=english)
    deutsch = add("Language", name="Deutsch", locale=german, translation_code=german)
    add("Currency", id=SYSTEM_CURRENCY, iso_code="EUR", name="Euro", short_name="EUR", symbol="€")
    base = add("Website", number=1, code="base", name="Main Website")
    second = add("Website", number=2, code="second", name="Second Website")
    root = add("Category", number=2, name="Default Category")
    first = add("StoreGroup", number=1, code="base_stores", name="Main Stores", website=base, root_category=root)
    other = add("StoreGroup", number=2, code="second_stores", name="Second Stores", website=second, root_category=root)
    add("Store", number=1, code="default", name="Default", website=base, group=first, language=system, is_default=True)
    add("Store", number=2, code="fr", name="French", website=base, group=first, language=system)
    add("Store", number=3, code="de", name="German", website=second, group=other, language=deutsch)
    add("AttributeSet", number=4, name="Default")
    for table in NUMBERED:
        schema_editor.execute(
            f"SELECT setval(pg_get_serial_sequence('catalog_{table}', 'number'), (SELECT max(number) FROM catalog_{table}))"
        )


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_merge_function")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
