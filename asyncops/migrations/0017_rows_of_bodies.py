"""Bodies go to rows that fill a page each, and what tells requests apart stays with the request."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("asyncops", "0016_kept_files"),
    ]

    operations = [
        migrations.RemoveField(model_name="body", name="digest"),
        migrations.RunSQL(
            "ALTER TABLE asyncops_bodypart ALTER COLUMN content SET STORAGE PLAIN",
            "ALTER TABLE asyncops_bodypart ALTER COLUMN content SET STORAGE EXTERNAL",
        ),
    ]
