"""The one rule by which two JSON objects are merged: key by key, and null removes a key."""

from django.db import migrations

CREATE = """
CREATE FUNCTION catalog_merge(old jsonb, new jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (coalesce(old, '{}') || coalesce(new, '{}'))
         - ARRAY(SELECT key FROM jsonb_each(coalesce(new, '{}')) WHERE value = 'null')
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION catalog_merge(jsonb, jsonb)")]
