"""Slow work of operations, and the files that some of them make."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("asyncops", "0010_console_search"),
    ]

    operations = [
        migrations.CreateModel(
            name="ResultFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("path", models.CharField(max_length=255, unique=True)),
                ("attempt", models.IntegerField()),
                ("begun_at", models.DateTimeField()),
                ("written_at", models.DateTimeField(null=True)),
                ("size", models.BigIntegerField(default=0)),
                ("lines", models.BigIntegerField(default=0)),
                (
                    "operation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="files", to="asyncops.operation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Errand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("attempt", models.IntegerField(default=0)),
                ("lease_until", models.DateTimeField(null=True)),
                ("lease_owner", models.CharField(blank=True, max_length=255)),
                ("purpose", models.CharField(choices=[("export", "export"), ("body", "body")], max_length=16)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("done", "done"), ("cancelled", "cancelled"), ("dead", "dead")],
                        default="open",
                        max_length=16,
                    ),
                ),
                ("failures", models.IntegerField(default=0)),
                ("available_at", models.DateTimeField(null=True)),
                ("last_error", models.TextField(blank=True)),
                (
                    "operation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="errand", to="asyncops.operation"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", "open")), fields=["purpose", "id"], name="errand_open")
                ],
            },
        ),
    ]
