"""Dry runs; what each item changed, and when its chunk was applied; the rights to retry and to revert."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("asyncops", "0003_endpoint")]

    operations = [
        migrations.AlterModelOptions(
            name="operation",
            options={
                "permissions": [
                    ("cancel_operation", "Can cancel operation"),
                    ("retry_operation", "Can retry operation"),
                    ("revert_operation", "Can revert operation"),
                ]
            },
        ),
        migrations.AddField(model_name="operation", name="dry_run", field=models.BooleanField(default=False)),
        migrations.AddField(model_name="chunk", name="applied_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="item", name="changes", field=models.JSONField(null=True)),
    ]
