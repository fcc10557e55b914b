"""A product is available whether it is active or not: only the stock of a closeout decides."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0006_integrations")]

    operations = [
        migrations.RemoveField(model_name="product", name="available"),
        migrations.AddField(
            model_name="product",
            name="available",
            field=models.GeneratedField(
                expression=models.ExpressionWrapper(
                    models.Q(("is_closeout", False), ("stock__gte", models.F("min_purchase")), _connector="OR"),
                    output_field=models.BooleanField(),
                ),
                output_field=models.BooleanField(),
                db_persist=True,
            ),
        ),
    ]
