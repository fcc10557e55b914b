"""Bodies that are stored as they arrive, the stage that splits them, and what was wrong with a whole request."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("asyncops", "0004_changes"),
    ]

    operations = [
        migrations.CreateModel(
            name="BodyPart",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "body_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("body_id", models.BigIntegerField()),
                ("number", models.IntegerField()),
                ("content", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Body",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("size", models.BigIntegerField(default=0)),
                ("digest", models.BinaryField(default=bytes)),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["received_at"], name="body_received")],
            },
        ),
        migrations.CreateModel(
            name="OperationError",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("path", models.TextField(blank=True)),
                ("code", models.CharField(max_length=16)),
                ("params", models.JSONField(default=dict)),
                (
                    "operation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="errors", to="asyncops.operation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Split",
            fields=[
                (
                    "operation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="split",
                        serialize=False,
                        to="asyncops.operation",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("queued", "queued"),
                            ("leased", "leased"),
                            ("done", "done"),
                            ("cancelled", "cancelled"),
                            ("dead", "dead"),
                        ],
                        default="waiting",
                        max_length=16,
                    ),
                ),
                ("attempt", models.IntegerField(default=0)),
                ("failures", models.IntegerField(default=0)),
                ("available_at", models.DateTimeField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("lease_owner", models.CharField(blank=True, max_length=255)),
                ("last_error", models.TextField(blank=True)),
                (
                    "body",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="splits",
                        to="asyncops.body",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["leased", "queued", "waiting"])),
                        fields=["operation"],
                        name="split_open",
                    )
                ],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE asyncops_bodypart ALTER COLUMN content SET STORAGE EXTERNAL", migrations.RunSQL.noop
        ),
    ]
