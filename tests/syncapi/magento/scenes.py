"""What several scenes show: an image as Magento's clients send it."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from PIL import Image


def png(colour: str = "red") -> bytes:
    stream = BytesIO()
    Image.new("RGB", (2, 2), colour).save(stream, "PNG")
    return stream.getvalue()


def content(colour: str = "red", *, name: str = "bag.png", type: str = "image/png") -> dict[str, str]:
    return {"base64_encoded_data": b64encode(png(colour)).decode(), "type": type, "name": name}


def entry(colour: str = "red", **more: Any) -> dict[str, Any]:
    fields = {"media_type": "image", "label": colour, "position": 1, "disabled": False, "types": []}
    return {**fields, "content": content(colour), **more}


def query(*groups: list[tuple[str, Any, str]], **more: Any) -> str:
    """A query string of searchCriteria: groups of (field, value, condition)."""
    pairs = {"searchCriteria": ""} if not groups and not more else {}
    for number, group in enumerate(groups):
        for position, (field, value, condition) in enumerate(group):
            path = f"searchCriteria[filter_groups][{number}][filters][{position}]"
            pairs |= {f"{path}[field]": field, f"{path}[value]": value, f"{path}[condition_type]": condition}
    pairs |= {f"searchCriteria{name}": value for name, value in more.pop("raw", {}).items()}
    pairs |= {f"searchCriteria[{name}]": value for name, value in more.items()}
    return "?" + urlencode(pairs)
