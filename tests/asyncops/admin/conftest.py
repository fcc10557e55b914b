"""Two organizations, the people who look at operations, and their browsers."""

from __future__ import annotations

import pytest
from django.test import Client

from catalog.models import Organization, User
from tests.asyncops.admin.scenes import at_the_admin, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def harbour(db: None) -> Organization:
    return Organization.objects.create(name="Harbour Goods")


@pytest.fixture
def pier(db: None) -> Organization:
    return Organization.objects.create(name="Pier Nine")


@pytest.fixture
def root(pier: Organization) -> User:
    return User.objects.create_superuser("root", organization=pier)


@pytest.fixture
def marta(harbour: Organization) -> User:
    """May look at her organization's operations and cancel them."""
    return staff(harbour, "marta", "asyncops.view_operation", "asyncops.cancel_operation", "catalog.view_product")


@pytest.fixture
def onlooker(harbour: Organization) -> User:
    return staff(harbour, "onlooker", "asyncops.view_operation")


@pytest.fixture
def neighbour(pier: Organization) -> User:
    return staff(pier, "neighbour", "asyncops.view_operation", "asyncops.cancel_operation")


@pytest.fixture
def browser_of_marta(marta: User) -> Client:
    return at_the_admin(marta)
