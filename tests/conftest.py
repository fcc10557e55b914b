"""What most scenes need: a cast of three users, and two ways to the real database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from asyncops.submissions import Caller
from catalog.accounts import ensure_user
from catalog.models import User
from catalog.rights import Rights

PASSWORD = "correct horse battery"


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A scene whose transactions really commit, for several connections. Base data stays, the rest goes afterwards."""
    with django_db_blocker.unblock():
        yield
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE asyncops_operation, asyncops_item, asyncops_itemerror, catalog_product CASCADE")
            cursor.execute("DELETE FROM catalog_accesstoken; DELETE FROM catalog_user; DELETE FROM catalog_organization")
            cursor.execute("DELETE FROM catalog_tax; DELETE FROM catalog_category WHERE number > 2")
        connection.close()


@pytest.fixture
def admin() -> User:
    """May do everything in organization A."""
    return ensure_user(organization="A", username="admin", password=PASSWORD, rights="all")


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
