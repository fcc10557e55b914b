"""What most scenes need: a cast of three users, and two ways to the real database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import override_settings, setup_databases, teardown_databases
from hypothesis import settings
from pytest_django import DjangoDbBlocker

from asyncops.submissions import Caller
from catalog.accounts import ensure_user
from catalog.models import User
from catalog.rights import Rights
from tests import loopback
from tests.foreign import Foreign, foreign_server

PASSWORD = "correct horse battery"

loopback.watch()

settings.register_profile("same", derandomize=True)  # the suite tries the same examples each time, make fuzz new ones
if "FUZZ_EXAMPLES" not in os.environ:
    settings.load_profile("same")


@pytest.fixture(autouse=True)
def _nothing_leaves_this_machine() -> Iterator[None]:
    yield
    assert loopback.strays() == []


@pytest.fixture
def foreign() -> Iterator[Foreign]:
    """Somebody else's web server, to which one may connect."""
    with foreign_server() as server, override_settings(FETCH_ALLOWED_HOSTS=frozenset({("127.0.0.1", server.port)})):
        yield server


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """The real hash takes a third of a second, on purpose; no scene is about it."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Always a test database: pytest-django makes none when all that was collected are `committed` scenes."""
    with django_db_blocker.unblock():
        databases = setup_databases(verbosity=0, interactive=False)
    yield
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:  # a live server's threads keep theirs open
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        teardown_databases(databases, verbosity=0)


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A scene whose transactions really commit, for several connections. Base data stays, the rest goes afterwards."""
    with django_db_blocker.unblock():
        assert connection.settings_dict["NAME"].startswith("test_"), "this would empty a real database"
        yield
        with connection.cursor() as cursor:
            engine = {model._meta.db_table for model in apps.get_app_config("asyncops").get_models()}
            cursor.execute(
                f"TRUNCATE {', '.join(engine)}, catalog_dirty, catalog_product, catalog_productwebsite CASCADE"
            )
            for table in ("accesstoken", "user", "organization", "tax", "manufacturer"):
                cursor.execute(f"DELETE FROM catalog_{table}")
            cursor.execute("DELETE FROM catalog_category WHERE number > 2")
        connection.close()


@pytest.fixture(autouse=True)
def _one_lane(request: pytest.FixtureRequest, settings: Any) -> None:
    """A scene in a transaction is one connection's: a second lane would see nothing of it, and wait for its locks."""
    if "committed" not in request.fixturenames:
        settings.SECOND_LANE = False


@pytest.fixture
def admin() -> User:
    """May do everything in organization A."""
    return ensure_user(organization="A", username="admin", password=PASSWORD, rights="superuser")


@pytest.fixture
def limited() -> User:
    """Belongs to organization A and has no rights."""
    return ensure_user(organization="A", username="limited", password=PASSWORD, rights="none")


@pytest.fixture
def other() -> User:
    """May do everything in organization B."""
    return ensure_user(organization="B", username="other", password=PASSWORD, rights="all")


@pytest.fixture
def caller(admin: User) -> Caller:
    return Caller(user=admin, rights=Rights.of(admin))
