"""The SQL of the write path beside the base rows, as text, built once per entity from its plan."""

from __future__ import annotations

from functools import cache

from catalog.plans import MappingTable, plan
from catalog.sql import names


@cache
def touch(entity: str) -> str:
    """ids uuid[]: of records whose links or store values changed."""
    return f"UPDATE {plan(entity).table} SET updated_at = now() WHERE id = ANY(%b::uuid[])"


@cache
def merge_store_values(entity: str) -> str:
    """owners uuid[], stores uuid[], documents text[] -> (owner, store, before, after) of those that changed.

    Null removes an override.
    """
    current = plan(entity)
    table, owner = current.store_table, current.owner
    return f"""
          WITH given AS (
        SELECT u.owner, u.store, e."values" AS before,
               CASE WHEN e.store_id IS NULL THEN catalog_merge('{{}}', u.document) ELSE u.document END AS document
          FROM {_incoming(owner="uuid", store="uuid", document="text")}
          LEFT JOIN {table} e ON e."{owner}" = u.owner AND e.store_id = u.store
         WHERE catalog_merge(e."values", u.document) IS DISTINCT FROM coalesce(e."values", '{{}}')),
               written AS (
        INSERT INTO {table} AS s ("{owner}", store_id, "values")
        SELECT owner, store, document FROM given ORDER BY owner, store
            ON CONFLICT ("{owner}", store_id) DO UPDATE SET "values" = catalog_merge(s."values", excluded."values")
        RETURNING s."{owner}" AS owner, store_id AS store, "values" AS after)
        SELECT owner, store, before, after FROM written JOIN given USING (owner, store)"""


@cache
def merge_translations(entity: str) -> str:
    """owners uuid[], languages uuid[], documents text[] -> (owner, language, texts before and after) of the changes.

    The records are locked.
    """
    current = plan(entity)
    table, owner = current.translation_table, current.owner
    texts = [field.column for field in current.spec.translated]
    given = ", ".join(f'"{column}" = excluded."{column}"' for column in texts)
    return f"""
          WITH given AS (
        SELECT u.owner, u.language, {names(texts, "m")}, {_texts(entity, "e")} AS before
          FROM {_incoming(owner="uuid", language="uuid", document="text")}
          LEFT JOIN {table} e ON e."{owner}" = u.owner AND e.language_id = u.language,
               LATERAL jsonb_populate_record(e, u.document) m
         WHERE e.language_id IS NULL OR ({names(texts, "m")}) IS DISTINCT FROM ({names(texts, "e")})),
               written AS (
        INSERT INTO {table} AS t ("{owner}", language_id, {names(texts)})
        SELECT owner, language, {names(texts)} FROM given ORDER BY owner, language
            ON CONFLICT ("{owner}", language_id) DO UPDATE SET {given}
        RETURNING t."{owner}" AS owner, language_id AS language, {_texts(entity, "t")} AS after)
        SELECT owner, language, before, after FROM written JOIN given USING (owner, language)"""


@cache
def remove_translations(entity: str) -> str:
    """owners uuid[], languages uuid[] -> (owner, language, texts before, null) of those that are gone."""
    current = plan(entity)
    return f"""
        DELETE FROM {current.translation_table} t
         USING unnest(%b::uuid[], %b::uuid[]) AS u (owner, language)
         WHERE t."{current.owner}" = u.owner AND t.language_id = u.language
        RETURNING t."{current.owner}", t.language_id, {_texts(entity, "t")}, NULL::jsonb"""


def _texts(entity: str, row: str) -> str:
    """The texts of a translation as one object; null where there is no row."""
    current = plan(entity)
    return f"to_jsonb({row}) - '{current.owner}' - 'language_id'"


@cache
def unlink_others(entity: str, name: str) -> str:
    """owners uuid[], kept owners uuid[], kept targets uuid[] -> (owner, target, columns, null) of the links gone."""
    mapping = plan(entity).mappings[name]
    return f"""
        DELETE FROM {mapping.table} m
         USING unnest(%b::uuid[]) AS o (owner)
         WHERE m."{mapping.owner}" = o.owner
           AND NOT EXISTS (SELECT 1 FROM unnest(%b::uuid[], %b::uuid[]) AS k (owner, target)
                            WHERE k.owner = m."{mapping.owner}" AND k.target = m."{mapping.target}")
        RETURNING m."{mapping.owner}", m."{mapping.target}", {_columns(mapping, "m")}, NULL::json"""


@cache
def unlink(entity: str, name: str) -> str:
    """owners uuid[], targets uuid[] -> (owner, target, columns, null) of the links that are gone."""
    mapping = plan(entity).mappings[name]
    return f"""
        DELETE FROM {mapping.table} m
         USING unnest(%b::uuid[], %b::uuid[]) AS k (owner, target)
         WHERE m."{mapping.owner}" = k.owner AND m."{mapping.target}" = k.target
        RETURNING m."{mapping.owner}", m."{mapping.target}", {_columns(mapping, "m")}, NULL::json"""


def _columns(mapping: MappingTable, row: str) -> str:
    """The columns of a link beside its two keys, as one object."""
    pairs = ", ".join(f"""'{column}', {row}."{column}\"""" for column in mapping.links.columns)
    return f"json_build_object({pairs})"


@cache
def existing_links(entity: str, name: str) -> str:
    """owners uuid[], targets uuid[] -> (owner, target) of the links that are there."""
    mapping = plan(entity).mappings[name]
    return f"""
        SELECT m."{mapping.owner}", m."{mapping.target}"
          FROM {mapping.table} m
          JOIN unnest(%b::uuid[], %b::uuid[]) AS k (owner, target)
            ON m."{mapping.owner}" = k.owner AND m."{mapping.target}" = k.target"""


@cache
def take_over(entity: str, column: str, shared: str) -> str:
    """ids uuid[], in the order of the writes: their elements of a list are nobody else's below the same `shared`.

    Returns (one of the ids, the record that lost some, its list before and after).
    """
    table = plan(entity).table
    return f"""
        WITH given AS (
             SELECT u.nth, t.id, t."{shared}" AS shared, t."{column}" AS elements
               FROM unnest(%b::uuid[]) WITH ORDINALITY AS u (id, nth) JOIN {table} t ON t.id = u.id)
        UPDATE {table} o SET "{column}" = k.kept, updated_at = now()
          FROM (SELECT t.id, (SELECT coalesce(jsonb_agg(e.element ORDER BY e.nth), '[]')
                                FROM jsonb_array_elements(t."{column}") WITH ORDINALITY AS e (element, nth)
                               WHERE NOT EXISTS (
                                     SELECT 1 FROM given g
                                      WHERE g.shared = t."{shared}" AND g.id <> t.id
                                        AND g.elements @> jsonb_build_array(e.element)
                                        AND g.nth > coalesce((SELECT s.nth FROM given s WHERE s.id = t.id), 0))
                       ) AS kept, t."{column}" AS before,
                       (SELECT g.id FROM given g WHERE g.shared = t."{shared}" ORDER BY g.nth DESC LIMIT 1) AS taker
                  FROM {table} t WHERE t."{shared}" IN (SELECT shared FROM given)) k
         WHERE o.id = k.id AND o."{column}" <> k.kept
        RETURNING k.taker, o.id, k.before, k.kept"""


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
def give_up_key(entity: str) -> str:
    """ids uuid[]: of records whose unique key others take in the next statement. They are locked, and get a new one."""
    current = plan(entity)
    return f"""UPDATE {current.table} SET "{current.order}" = 'given up ' || number WHERE id = ANY(%b::uuid[])"""


@cache
def link(entity: str, name: str) -> str:
    """owners uuid[], targets uuid[], an int[] per further column (null: keep, or 0) -> as `unlink`, of the changes."""
    mapping = plan(entity).mappings[name]
    extra = mapping.links.columns
    keys = f'"{mapping.owner}", "{mapping.target}"'
    further = "".join(f', "{column}"' for column in extra)
    new = "".join(f', coalesce(u."{column}", 0) AS "{column}"' for column in extra)
    changed = "".join(f' OR u."{column}" <> e."{column}"' for column in extra)
    given = ", ".join(f'"{column}" = excluded."{column}"' for column in extra)
    before = f'CASE WHEN e."{mapping.owner}" IS NOT NULL THEN {_columns(mapping, "e")} END'
    return f"""
          WITH given AS (
        SELECT u.owner, u.target{new}, {before} AS before
          FROM unnest(%b::uuid[], %b::uuid[]{", %b::int[]" * len(extra)}) AS u (owner, target{further})
          LEFT JOIN {mapping.table} e ON e."{mapping.owner}" = u.owner AND e."{mapping.target}" = u.target
         WHERE e."{mapping.owner}" IS NULL{changed}),
               written AS (
        INSERT INTO {mapping.table} AS m ({keys}{further})
        SELECT owner, target{further} FROM given ORDER BY owner, target
            ON CONFLICT ({keys}) DO {f"UPDATE SET {given}" if extra else "NOTHING"}
        RETURNING "{mapping.owner}" AS owner, "{mapping.target}" AS target, {_columns(mapping, "m")} AS after)
        SELECT owner, target, before, after FROM written JOIN given USING (owner, target)"""


@cache
def link_new(entity: str, name: str) -> str:
    """The parameters of `link`, for owners that have no links yet. Returns nothing."""
    mapping = plan(entity).mappings[name]
    columns = mapping.links.columns
    further = "".join(f', "{column}"' for column in columns)
    return f"""
        INSERT INTO {mapping.table} ("{mapping.owner}", "{mapping.target}"{further})
        SELECT u.owner, u.target{"".join(f', coalesce(u."{column}", 0)' for column in columns)}
          FROM unnest(%b::uuid[], %b::uuid[]{", %b::int[]" * len(columns)}) AS u (owner, target{further})
         ORDER BY u.owner, u.target"""


def _incoming(**columns: str) -> str:
    """The arrays of a chunk as a table `u`. Documents are parsed here, once; OFFSET 0 keeps it so."""
    arrays = ", ".join(f"%b::{kind}[]" for kind in columns.values())
    chosen = ", ".join("document::jsonb AS document" if name == "document" else name for name in columns)
    return f"(SELECT {chosen} FROM unnest({arrays}) AS t ({', '.join(columns)}) OFFSET 0) u"
