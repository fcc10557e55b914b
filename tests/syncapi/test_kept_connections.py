"""A connection that a web process keeps is looked at before each request, at no cost while nothing is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from catalog.sql import run

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def elsewhere() -> Any:
    """Another connection to the same database."""
    other = connection.copy()
    yield other
    other.close()


def test_a_living_one_is_not_asked(django_assert_num_queries: Any):
    run("SELECT 1")
    with django_assert_num_queries(0):
        assert connection.is_usable()


def test_one_whose_server_process_has_ended_is_not_usable(elsewhere: Any):
    [(pid,)] = run("SELECT pg_backend_pid()")
    with elsewhere.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    assert not connection.is_usable()
    connection.close()
    assert run("SELECT 1") == [(1,)]


def test_after_an_error_it_is_asked():
    run("SELECT 1")
    connection.errors_occurred = True
    assert connection.is_usable()
    connection.connection.close()
    assert not connection.is_usable()
    connection.close()
