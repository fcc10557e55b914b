"""The addresses of what is shown, absolute, since clients follow them as they are. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from catalog.commands import Json


@dataclass(frozen=True, slots=True)
class Places:
    root: str  # of the API, with a slash at the end
    hateoas: bool = True

    def of(self, *parts: Json) -> str:
        return self.root + "/".join(quote(str(part), safe="") for part in parts)
