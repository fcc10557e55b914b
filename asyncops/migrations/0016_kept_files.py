"""Contents of files have rows by which a sweep finds them; those of today's images get theirs."""

from django.db import migrations, models

FILL = """
    INSERT INTO asyncops_keptfile (path, kept_at)
    SELECT DISTINCT path, statement_timestamp() FROM catalog_media WHERE path <> '' AND content_hash IS NOT NULL"""


class Migration(migrations.Migration):
    dependencies = [
        ("asyncops", "0015_list_filters"),
        ("catalog", "0006_integrations"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptFile",
            fields=[
                ("path", models.CharField(max_length=1024, primary_key=True, serialize=False)),
                ("kept_at", models.DateTimeField()),
                ("unused_since", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddIndex(
            model_name="keptfile",
            index=models.Index(
                condition=models.Q(("unused_since__isnull", False)), fields=["unused_since"], name="file_unused"
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
