"""The path of the request that an operation came with: Shoptet's jobs show it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("asyncops", "0002_accept_order")]

    operations = [
        migrations.AddField(
            model_name="operation",
            name="endpoint",
            field=models.TextField(blank=True, default=""),
        ),
    ]
