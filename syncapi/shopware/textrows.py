"""The texts of records as rows, one for each language: the system's stand in the record itself, others beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from catalog.commands import Json
from catalog.entities import SYSTEM_LANGUAGE
from catalog.plans import plan
from syncapi.shopware import jsonvalues
from syncapi.shopware.criteria import Criteria
from syncapi.shopware.names import LIVE_VERSION, VERSIONED
from syncapi.shopware.schema import TEXTS, TRANSLATIONS, Resource, Translation

SYSTEM: Final = UUID(SYSTEM_LANGUAGE)
Shown = dict[str, Json]


def attach(
    resource: Resource, shown: Mapping[UUID, Shown], rows: Mapping[UUID, Mapping[str, Any]], criteria: Criteria
) -> None:
    """`rows`: the records. The texts of the system language come first, then those of others by their ids."""
    translation = TRANSLATIONS[f"{resource.name}_translation"]
    for id, row in rows.items():
        shown[id][TEXTS] = [row_of(translation, row, row, language=SYSTEM)]
    current = plan(resource.spec.name)
    model = current.model._meta.get_field("translations").related_model
    beside = model._default_manager.filter(**{f"{current.owner}__in": list(rows)})  # type: ignore[union-attr]
    for texts in beside.order_by("language_id").values():
        owner = texts[current.owner]
        shown[owner][TEXTS].append(row_of(translation, rows[owner], texts, language=texts["language_id"]))
    cut(shown, criteria)


def cut(shown: Mapping[UUID, Shown], criteria: Criteria) -> None:
    """Of the texts of each record the page that is asked for."""
    for record in shown.values():
        record[TEXTS] = record[TEXTS][criteria.first : criteria.first + criteria.limit]


def row_of(translation: Translation, record: Mapping[str, Any], texts: Mapping[str, Any], *, language: UUID) -> Shown:
    """`record`: the row that they belong to, which is `texts` too for the system language."""
    resource, owner = translation.resource, record["id"].hex
    version = (
        {f"{translation.owner_id.removesuffix('Id')}VersionId": LIVE_VERSION} if resource.name in VERSIONED else {}
    )
    own = {name: jsonvalues.of(texts[field.column]) for name, field in resource.translated.items()}
    custom = {"customFields": record["custom_fields"] if language == SYSTEM else None}
    return {
        translation.owner_id: owner,
        "languageId": language.hex,
        **version,
        **own,
        **custom,
        translation.owner_id.removesuffix("Id"): None,
        "language": None,
        "translated": [],
        "extensions": [],
        "apiAlias": translation.name,
        "_uniqueIdentifier": f"{owner}-{language.hex}",
        "versionId": None,
        "createdAt": jsonvalues.of(record["created_at"]),
        "updatedAt": jsonvalues.of(record["updated_at"]),
    }
