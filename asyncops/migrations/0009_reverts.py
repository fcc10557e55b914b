"""A revert is an operation of a dialect of its own."""

from django.db import migrations, models

DIALECTS = [(name, name.title()) for name in ("magento", "shoptet", "shopware", "oro", "import", "revert")]


class Migration(migrations.Migration):
    dependencies = [("asyncops", "0008_downloads")]

    operations = [
        migrations.AlterField(
            model_name="operation", name="dialect", field=models.CharField(choices=DIALECTS, max_length=16)
        ),
    ]
