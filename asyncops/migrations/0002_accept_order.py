"""The sequence of the accept order, and payloads stored as they are: compressing 6 MB took four times as long."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("asyncops", "0001_initial")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE asyncops_accept_order", "DROP SEQUENCE asyncops_accept_order"),
        migrations.RunSQL(
            "ALTER TABLE asyncops_chunk ALTER COLUMN payload SET STORAGE EXTERNAL", migrations.RunSQL.noop
        ),
    ]
