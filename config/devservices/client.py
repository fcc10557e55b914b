"""The demo's HTTP client: sends one request and keeps what is needed to show it."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .errors import DemoFailed

Json = Any
TIMEOUT = 30  # seconds
JSON = "application/json"


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    body: Json
    milliseconds: float

    def line(self) -> str:
        return f"{self.status} {http.client.responses.get(self.status, '')}   {self.milliseconds:.0f} ms"


@dataclass(frozen=True, kw_only=True)
class Client:
    url: str
    token: str = field(repr=False)

    def send(self, method: str, path: str, body: Json = None, *, media_type: str = JSON) -> Answer:
        """Raises DemoFailed unless the answer is a success."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=TIMEOUT)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": media_type, "Accept": media_type}
        began = time.monotonic()
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as problem:
            raise DemoFailed(why=f"{method} {path}: {problem}") from problem
        finally:
            connection.close()
        milliseconds = (time.monotonic() - began) * 1000
        if not 200 <= response.status < 300:
            raise DemoFailed(
                why=f"{method} {path} answered {response.status}: {content.decode(errors='replace')[:500]}"
            )
        return Answer(status=response.status, body=json.loads(content or b"null"), milliseconds=milliseconds)

    def curl(self, method: str, path: str, body: Json, *, media_type: str = JSON) -> str:
        return (
            f"curl -X {method} '{self.url}{path}' \\\n"
            f"     -H 'Authorization: Bearer {self.token}' -H 'Content-Type: {media_type}' \\\n"
            f"     -d '{json.dumps(body, separators=(',', ':'))}'"
        )
