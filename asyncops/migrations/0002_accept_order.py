"""The sequence of the accept order, and payloads stored as they are: compressing 6 MB took four times as long."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("asyncops", "0001_initial")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE asyncops_accept_order", "DROP SEQUENCE asyncops_accept_order"),
        migrations.RunSQL(
            "ALTER TABLE asyncops_chunk ALTER COLUMN payload SET STORAGE EXTERNAL", migrations.RunSQL.noop
        ),
        # Room on each page for the leased version of its rows: that update then touches no index.
        migrations.RunSQL("ALTER TABLE asyncops_chunk SET (fillfactor = 60)", migrations.RunSQL.noop),
    ]
