"""The SQL of the write path, as text, built once per entity from its plan. Nothing here is executed.

A record comes in as its id, its sort key and one JSON document of the columns that were sent. PostgreSQL turns the
document into a row with jsonb_populate_record over the row as it stands, so one statement serves any mix of fields.
"""

from __future__ import annotations

from functools import cache

from catalog.plans import OWN_COLUMNS, Plan, plan
from catalog.sql import names


@cache
def lock_differing(entity: str) -> str:
    """ids uuid[], documents text[], forced bool[] -> (id, whether it differs), now locked.

    Only rows that differ from their document (or are forced, because their links change) are locked: a lock is a
    write, and 10,000 unchanged rows would cost 75 MB of WAL. Everybody takes locks in one order, that of the keys.
    """
    current = plan(entity)
    differs = f"jsonb_populate_record(p, {_merged_document(current, 'p')}) IS DISTINCT FROM p"
    return f"""
        SELECT p.id, NOT u.forced OR {differs}
          FROM {_incoming(id="uuid", document="text", forced="bool")}
          JOIN {current.table} p ON p.id = u.id
         WHERE u.forced OR {differs}
         ORDER BY p."{current.order}"
           FOR NO KEY UPDATE OF p"""


@cache
def update(entity: str) -> str:
    """ids uuid[], documents text[] -> (id). The rows must be locked: values are merged from the row as it is now."""
    current = plan(entity)
    values = ", ".join(f'"{column}" = {_value(current, column)}' for column in current.columns)
    return f"""
        UPDATE {current.table} p
           SET {values}, updated_at = now()
          FROM {_incoming(id="uuid", document="text")}
          JOIN {current.table} q ON q.id = u.id,
               LATERAL jsonb_populate_record(q, {_merged_document(current, "q")}) m
         WHERE p.id = u.id
        RETURNING p.id"""


@cache
def insert(entity: str) -> str:
    """blank text (a JSON document), ids uuid[], documents text[] -> (id) of those that were inserted.

    What is not returned met a record that appeared meanwhile, and is done again as an update.
    """
    current = plan(entity)
    columns = [*current.columns, *current.derived]
    values = ", ".join(_value(current, column) for column in columns)
    return f"""
        INSERT INTO {current.table} AS p ({names(OWN_COLUMNS)}, {names(columns)})
        SELECT u.id, now(), now(), {values}
          FROM (SELECT jsonb_populate_record(NULL::{current.table}, %b::text::jsonb) AS row OFFSET 0) blank,
               {_incoming(id="uuid", document="text")},
               LATERAL jsonb_populate_record(blank.row, u.document) m
         ORDER BY {"u.id" if current.order == "id" else f'm."{current.order}"'}
            ON CONFLICT DO NOTHING
        RETURNING p.id"""


@cache
def touch(entity: str) -> str:
    """ids uuid[]: of records whose links or store values changed."""
    return f"UPDATE {plan(entity).table} SET updated_at = now() WHERE id = ANY(%b::uuid[])"


@cache
def merge_store_values(entity: str) -> str:
    """owners uuid[], stores uuid[], documents text[] -> (owner) of those that changed. Null removes an override."""
    current = plan(entity)
    table, owner = current.store_table, current.owner
    return f"""
        INSERT INTO {table} AS s ("{owner}", store_id, "values")
        SELECT u.owner, u.store, CASE WHEN e.store_id IS NULL THEN catalog_merge('{{}}', u.document) ELSE u.document END
          FROM {_incoming(owner="uuid", store="uuid", document="text")}
          LEFT JOIN {table} e ON e."{owner}" = u.owner AND e.store_id = u.store
         WHERE catalog_merge(e."values", u.document) IS DISTINCT FROM coalesce(e."values", '{{}}')
         ORDER BY u.owner, u.store
            ON CONFLICT ("{owner}", store_id) DO UPDATE SET "values" = catalog_merge(s."values", excluded."values")
        RETURNING s."{owner}" """


@cache
def merge_translations(entity: str) -> str:
    """owners uuid[], languages uuid[], documents text[] -> (owner) of those that changed. The records are locked."""
    current = plan(entity)
    table, owner = current.translation_table, current.owner
    texts = [field.column for field in current.spec.translated]
    given = ", ".join(f'"{column}" = excluded."{column}"' for column in texts)
    return f"""
        INSERT INTO {table} AS t ("{owner}", language_id, {names(texts)})
        SELECT u.owner, u.language, {names(texts, "m")}
          FROM {_incoming(owner="uuid", language="uuid", document="text")}
          LEFT JOIN {table} e ON e."{owner}" = u.owner AND e.language_id = u.language,
               LATERAL jsonb_populate_record(e, u.document) m
         WHERE e.language_id IS NULL OR ({names(texts, "m")}) IS DISTINCT FROM ({names(texts, "e")})
         ORDER BY u.owner, u.language
            ON CONFLICT ("{owner}", language_id) DO UPDATE SET {given}
        RETURNING t."{owner}" """


@cache
def remove_translations(entity: str) -> str:
    """owners uuid[], languages uuid[] -> (owner) of those that are gone."""
    current = plan(entity)
    return f"""
        DELETE FROM {current.translation_table} t
         USING unnest(%b::uuid[], %b::uuid[]) AS u (owner, language)
         WHERE t."{current.owner}" = u.owner AND t.language_id = u.language
        RETURNING t."{current.owner}" """


@cache
def unlink_others(entity: str, name: str) -> str:
    """owners uuid[], kept owners uuid[], kept targets uuid[] -> (owner) of the links that are gone."""
    mapping = plan(entity).mappings[name]
    return f"""
        DELETE FROM {mapping.table} m
         USING unnest(%b::uuid[]) AS o (owner)
         WHERE m."{mapping.owner}" = o.owner
           AND NOT EXISTS (SELECT 1 FROM unnest(%b::uuid[], %b::uuid[]) AS k (owner, target)
                            WHERE k.owner = m."{mapping.owner}" AND k.target = m."{mapping.target}")
        RETURNING m."{mapping.owner}" """


@cache
def unlink(entity: str, name: str) -> str:
    """owners uuid[], targets uuid[] -> (owner) of the links that are gone."""
    mapping = plan(entity).mappings[name]
    return f"""
        DELETE FROM {mapping.table} m
         USING unnest(%b::uuid[], %b::uuid[]) AS k (owner, target)
         WHERE m."{mapping.owner}" = k.owner AND m."{mapping.target}" = k.target
        RETURNING m."{mapping.owner}" """


@cache
def link_initially(entity: str, name: str) -> str:
    """owners uuid[], targets uuid[] (null: all there are): for records that are new."""
    mapping = plan(entity).mappings[name]
    return f"""
        INSERT INTO {mapping.table} ("{mapping.owner}", "{mapping.target}")
        SELECT u.owner, t.id
          FROM unnest(%b::uuid[], %b::uuid[]) AS u (owner, target)
          JOIN {plan(mapping.links.entity).table} t ON t.id = u.target OR u.target IS NULL"""


@cache
def link(entity: str, name: str) -> str:
    """owners uuid[], targets uuid[], then an int[] per further column (null: keep, or 0) -> (owner) of the changes."""
    mapping = plan(entity).mappings[name]
    extra = mapping.links.columns
    new = "".join(f', coalesce(u."{column}", 0)' for column in extra)
    changed = " OR ".join(f'u."{column}" <> e."{column}"' for column in extra)
    given = ", ".join(f'"{column}" = excluded."{column}"' for column in extra)
    return f"""
        INSERT INTO {mapping.table} ("{mapping.owner}", "{mapping.target}"{"".join(f', "{c}"' for c in extra)})
        SELECT u.owner, u.target{new}
          FROM unnest(%b::uuid[], %b::uuid[]{", %b::int[]" * len(extra)}) AS u (owner, target{"".join(f', "{c}"' for c in extra)})
          LEFT JOIN {mapping.table} e ON e."{mapping.owner}" = u.owner AND e."{mapping.target}" = u.target
         WHERE e."{mapping.owner}" IS NULL{f" OR {changed}" if extra else ""}
         ORDER BY u.owner, u.target
            ON CONFLICT ("{mapping.owner}", "{mapping.target}") DO {f"UPDATE SET {given}" if extra else "NOTHING"}
        RETURNING "{mapping.owner}" """


def _incoming(**columns: str) -> str:
    """The arrays of a chunk as a table `u`. Documents are parsed here, once; OFFSET 0 keeps it so."""
    arrays = ", ".join(f"%b::{kind}[]" for kind in columns.values())
    chosen = ", ".join("document::jsonb AS document" if name == "document" else name for name in columns)
    return f"(SELECT {chosen} FROM unnest({arrays}) AS t ({', '.join(columns)}) OFFSET 0) u"


def _merged_document(current: Plan, row: str) -> str:
    """The document, its merged objects (custom_fields) first joined with those of `row`."""
    document = "u.document"
    for column in sorted(current.merged):
        merged = f"""jsonb_build_object('{column}', catalog_merge({row}."{column}", u.document -> '{column}'))"""
        document = f"CASE WHEN u.document ? '{column}' THEN {document} || {merged} ELSE {document} END"
    return document


def _value(current: Plan, column: str) -> str:
    """What a column becomes: its value in the merged row `m`, or derived from another that was sent without it."""
    spec = next((field for field in current.spec.fields if field.column == column), None)
    if spec is None or not spec.derived_from:
        return f'm."{column}"'
    formula = spec.derived_sql.format_map({name: f'm."{name}"' for name in current.columns})
    sent = f"u.document ? '{spec.derived_from}' AND NOT u.document ? '{column}'"
    return f"""CASE WHEN {sent} THEN {formula} ELSE m."{column}" END"""
