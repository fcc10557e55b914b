"""How the demo prints what was sent and what came back."""

from __future__ import annotations

import json
import textwrap

from .client import Json


def pretty(body: Json) -> str:
    return json.dumps(body, indent=2, ensure_ascii=False)


def show(label: str, text: str) -> None:
    first, *rest = text.splitlines()
    print(f"{label:<10}{first}", flush=True)
    if rest:
        print(textwrap.indent("\n".join(rest), " " * 10), flush=True)
