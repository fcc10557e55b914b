"""Who calls in these scenes, and how: raw requests with a bearer token, as a program sends them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from asyncops import engine
from asyncops.models import Chunk
from catalog.models import AccessToken, Organization, User

CLIENT = Client(raise_request_exception=False)
with warnings.catch_warnings():  # whitenoise: no static files were collected, which no scene here is about
    warnings.simplefilter("ignore", UserWarning)
    CLIENT.handler.load_middleware()


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


@dataclass(frozen=True, kw_only=True)
class Program:
    """Sends requests as they would come from the wire: the raw path, any body, one token."""

    token: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        _begin_as_a_transaction_does()
        raw = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
        sent: dict[str, Any] = {"RAW_URI": path, **self.headers, **headers}
        if self.token:
            sent.setdefault("HTTP_AUTHORIZATION", f"Bearer {self.token}")
        content_type = sent.pop("CONTENT_TYPE", "application/json")
        response = CLIENT.generic(method, path, raw, content_type, **sent)
        return Answer(status=response.status_code, headers=dict(response.headers), body=response.getvalue())

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.call("POST", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.call("PUT", path, body, **headers)

    def delete(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.call("DELETE", path, body, **headers)


def _begin_as_a_transaction_does() -> None:
    """A write makes constraints immediate for its transaction, which in a test is everybody's."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def work_off() -> None:
    """What a worker would do. Inside a test's transaction the database's clock stands still, so nothing is due yet."""
    Chunk.objects.update(available_at=timezone.now() - timedelta(days=1))
    engine.drain()


@pytest.fixture
def organization(db: None) -> Organization:
    return Organization.objects.create(name="One")


@pytest.fixture
def admin(organization: Organization) -> User:
    """May do everything in its organization."""
    return User.objects.create_superuser("admin", "admin@example.com", None, organization=organization)


@pytest.fixture
def limited(organization: Organization) -> User:
    """Belongs to the same organization and has no rights."""
    return User.objects.create_user("limited", "limited@example.com", None, organization=organization)


@pytest.fixture
def other(db: None) -> User:
    """May do everything in another organization."""
    second = Organization.objects.create(name="Two")
    return User.objects.create_superuser("other", "other@example.com", None, organization=second)


@pytest.fixture
def program(admin: User) -> Program:
    return Program(token=AccessToken.issue(admin))


@pytest.fixture
def limited_program(limited: User) -> Program:
    return Program(token=AccessToken.issue(limited))


@pytest.fixture
def other_program(other: User) -> Program:
    return Program(token=AccessToken.issue(other))


@pytest.fixture
def expired_program(admin: User) -> Program:
    return Program(token=AccessToken.issue(admin, expires_at=timezone.now() - timedelta(seconds=1)))
