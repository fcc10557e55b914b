"""Bodies and path variables of calls that write nothing. Pure."""

from __future__ import annotations

from catalog.commands import Json
from syncapi.magento.coercion import TEXT, WHOLE
from syncapi.magento.drafts import Draft, scalar
from syncapi.magento.messages import required
from syncapi.magento.parsing.bodies import member


def credentials(body: Json) -> tuple[str, str]:
    """`{"username": "...", "password": "..."}`, both demanded."""
    draft = Draft()
    for name in ("username", "password"):
        given = member(body, name)
        if given is None:
            draft.refuse(required(name), path=f"/{name}")
        draft.values[name] = scalar(given, TEXT, draft, field=name, path=f"/{name}")
    draft.refuse_if_wrong()
    return draft.values["username"], draft.values["password"]


def status_number(text: str) -> int:
    return number(text, "status")


def number(text: str, field: str) -> int:
    """A whole number of the path. Raises NotUnderstoodError."""
    draft = Draft()
    value = scalar(text, WHOLE, draft, field=field, path="")
    draft.refuse_if_wrong()
    return int(value)


def skus(body: Json) -> list[str]:
    """`{"skus": ["A", "B"]}`."""
    draft = Draft()
    given = member(body, "skus")
    if given is None:
        draft.refuse(required("skus"), path="/skus")
    found = given if isinstance(given, list) else [given]
    texts = [scalar(sku, TEXT, draft, field="skus", path=f"/skus/{index}") for index, sku in enumerate(found)]
    draft.refuse_if_wrong()
    return [text for text in texts if text is not None]
