"""What the admin's list of operations is searched and narrowed down by."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("asyncops", "0009_reverts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Fault",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "operation_id", "fault", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("operation_id", models.BigIntegerField()),
                ("fault", models.BigIntegerField()),
                ("path", models.TextField(blank=True)),
                ("code", models.CharField(max_length=16)),
                ("params", models.JSONField(default=dict)),
                ("index", models.IntegerField()),
                ("count", models.IntegerField()),
                ("words", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "name", "operation_id", "index", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.BigIntegerField()),
                ("operation_id", models.BigIntegerField()),
                ("index", models.IntegerField()),
            ],
        ),
        migrations.RemoveIndex(
            model_name="item",
            name="item_record",
        ),
        migrations.AlterField(
            model_name="operation",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["record_id", "-operation_id"], name="item_record"),
        ),
        migrations.AddIndex(
            model_name="operation",
            index=models.Index(fields=["accepted_at"], name="operation_accepted"),
        ),
        migrations.AddIndex(
            model_name="operation",
            index=models.Index(condition=models.Q(("state", "failed")), fields=["-seq"], name="operation_failed"),
        ),
        migrations.AddIndex(
            model_name="operation",
            index=models.Index(condition=models.Q(("state", "cancelled")), fields=["-seq"], name="operation_cancelled"),
        ),
        migrations.AddIndex(
            model_name="operation",
            index=models.Index(fields=["user", "-seq"], name="operation_of_user"),
        ),
        migrations.AddIndex(
            model_name="operation",
            index=models.Index(fields=["dialect", "-seq"], name="operation_of_dialect"),
        ),
        migrations.AddIndex(
            model_name="operation",
            index=models.Index(fields=["entity", "-seq"], name="operation_of_entity"),
        ),
        migrations.AddIndex(
            model_name="fault",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector("words", config="simple"), name="fault_words"
            ),
        ),
        migrations.AddIndex(
            model_name="mention",
            index=models.Index(fields=["operation_id", "index"], name="mention_of_item"),
        ),
    ]
