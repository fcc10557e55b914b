"""What local names of an operation stand for, and which chunks have such names."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("asyncops", "0011_errands"),
    ]

    operations = [
        migrations.AddField(
            model_name="chunk",
            name="shares",
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name="LocalRecord",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "operation_id", "entity", "name", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("entity", models.CharField(max_length=64)),
                ("name", models.TextField()),
                ("record_id", models.UUIDField()),
                (
                    "operation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="asyncops.operation",
                    ),
                ),
            ],
        ),
    ]
