"""Each test worker has a Redis database of its own."""

from __future__ import annotations

import pytest

from tests.services import with_database


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("unix:///a%20b/valkey.sock?db=0", "unix:///a%20b/valkey.sock?db=3"),
        ("redis://:secret@queue:6379/0", "redis://:secret@queue:6379/0?db=3"),
        ("rediss://queue?ssl_cert_reqs=none", "rediss://queue?ssl_cert_reqs=none&db=3"),
    ],
)
def test_the_database_of_a_url_is_replaced(url: str, expected: str) -> None:
    assert with_database(url, 3) == expected
