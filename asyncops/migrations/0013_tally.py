"""Totals for monitoring, in a few slots that are rewritten in place."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("asyncops", "0012_local_records")]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "slot", "name", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("slot", models.SmallIntegerField()),
                ("name", models.CharField(max_length=64)),
                ("value", models.FloatField(default=0)),
            ],
        ),
        migrations.RunSQL("ALTER TABLE asyncops_tally SET (fillfactor = 50)", migrations.RunSQL.noop),
    ]
