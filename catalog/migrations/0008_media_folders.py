"""Folders of media, with those that shops have from the first minute: clients look for them by name."""

from __future__ import annotations

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import catalog.identity
import catalog.models.entity

FOLDERS = ("Product Media", "Category Media", "Product Manufacturer Media")


def create(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    configuration = apps.get_model("catalog", "MediaFolderConfiguration").objects.create()
    for name in FOLDERS:
        apps.get_model("catalog", "MediaFolder").objects.create(name=name, configuration=configuration)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0007_available")]

    operations = [
        migrations.CreateModel(
            name="MediaFolderConfiguration",
            fields=[
                (
                    "id",
                    models.UUIDField(default=catalog.identity.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("number", catalog.models.entity.NumberField(editable=False, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("custom_fields", models.JSONField(blank=True, default=dict)),
                ("create_thumbnails", models.BooleanField(default=True)),
                ("keep_aspect_ratio", models.BooleanField(default=True)),
                ("thumbnail_quality", models.IntegerField(default=80)),
                ("private", models.BooleanField(default=False)),
                ("no_association", models.BooleanField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MediaFolder",
            fields=[
                (
                    "id",
                    models.UUIDField(default=catalog.identity.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("number", catalog.models.entity.NumberField(editable=False, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("custom_fields", models.JSONField(blank=True, default=dict)),
                ("name", models.CharField(max_length=255)),
                ("use_parent_configuration", models.BooleanField(default=True)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="children",
                        to="catalog.mediafolder",
                    ),
                ),
                (
                    "configuration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.mediafolderconfiguration",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="media",
            name="media_folder",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="media",
                to="catalog.mediafolder",
            ),
        ),
        migrations.RunPython(create, migrations.RunPython.noop),
    ]
