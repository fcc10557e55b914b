"""The console is a dialect of its own: acting on many operations is an operation."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("asyncops", "0013_tally"),
    ]

    operations = [
        migrations.AlterField(
            model_name="operation",
            name="dialect",
            field=models.CharField(
                choices=[
                    ("magento", "Magento"),
                    ("shoptet", "Shoptet"),
                    ("shopware", "Shopware"),
                    ("oro", "Oro"),
                    ("import", "Import"),
                    ("revert", "Revert"),
                    ("console", "Console"),
                ],
                max_length=16,
            ),
        ),
    ]
