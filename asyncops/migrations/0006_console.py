"""What the admin's dashboard reads, and the right to the queue's own pages."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("asyncops", "0005_streamed_bodies")]

    operations = [
        migrations.AlterModelOptions(
            name="pause",
            options={
                "permissions": [
                    ("pause_queue", "Can pause and resume the queue"),
                    ("manage_queue", "Can see the queue's own pages and act there"),
                ]
            },
        ),
        migrations.AddIndex(
            model_name="operation", index=models.Index(fields=["finished_at"], name="operation_finished")
        ),
    ]
