"""The queue of records whose derived data are behind; what follows from a product's row alone is generated in it."""

import django.db.models.functions.datetime
from django.db import migrations, models

import catalog.models.dirty

GENERATED = {
    "available_stock": models.GeneratedField(
        db_persist=True,
        expression=models.ExpressionWrapper(models.F("stock"), output_field=models.IntegerField()),
        output_field=models.IntegerField(),
    ),
    "available": models.GeneratedField(
        db_persist=True,
        expression=models.ExpressionWrapper(
            models.Q(
                ("active", True),
                models.Q(("is_closeout", False), ("stock__gte", models.F("min_purchase")), _connector="OR"),
            ),
            output_field=models.BooleanField(),
        ),
        output_field=models.BooleanField(),
    ),
}
BREADCRUMBS = "UPDATE catalog_category SET breadcrumb = jsonb_build_array(name) WHERE parent_id IS NULL"
# A queue is vacuumed by what went through it, not by how long it is.
VACUUM = "ALTER TABLE catalog_dirty SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000)"

# The words that are searched, without tags; what the parser would take for one (a host, a path, a signed number) is split.
WORDS = r"""
CREATE FUNCTION catalog_words(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT regexp_replace(value, '<[^>]*>|[-/._@:+=<>\\]+', ' ', 'g')
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_base_data")]

    operations = [
        migrations.CreateModel(
            name="Dirty",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "held", "place", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("held", models.BooleanField(default=False)),
                ("place", catalog.models.dirty.PlaceField(editable=False)),
                ("entity", models.CharField(max_length=32)),
                ("record_id", models.UUIDField()),
                ("derivations", models.SmallIntegerField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.RunSQL(VACUUM, migrations.RunSQL.noop),
        *(migrations.RemoveField("product", name) for name in GENERATED),
        *(migrations.AddField("product", name, field) for name, field in GENERATED.items()),
        migrations.RunSQL(WORDS, "DROP FUNCTION catalog_words(text)"),
        migrations.RunSQL(BREADCRUMBS, migrations.RunSQL.noop),
    ]
