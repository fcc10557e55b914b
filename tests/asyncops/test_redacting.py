"""Credentials are hidden wherever people read what was sent, and nothing else is."""

from __future__ import annotations

import pytest

from asyncops.redacting import HIDDEN, redacted


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "apiKey",
        "api_key",
        "x-api-key",
        "access_token",
        "clientSecret",
        "Authorization",
        "privateKey",
        "passwd",
    ],
)
def test_credentials_are_hidden(name):
    assert redacted({"a": [{name: "s3cret", "b": 1}]}) == {"a": [{name: HIDDEN, "b": 1}]}


@pytest.mark.parametrize(
    "value",
    [
        {"url_key": "a", "meta_keyword": "b", "sku": "TOKEN-1", "key": "c", "tokens_sold_at": "d", "passenger": "e"},
        [None, True, 1, 1.5, "https://example.org/a?size=1&page=2"],
        {"password": None, "token": False},
    ],
)
def test_what_is_none_stays_as_it_was(value):
    assert redacted(value) == value


def test_an_attribute_that_names_its_value_beside_it():
    sent = {"attribute_code": "api_key", "value": "s3cret"}
    assert redacted([sent]) == [{"attribute_code": "api_key", "value": HIDDEN}]
    assert redacted({"attribute_code": "color", "value": "red"}) == {"attribute_code": "color", "value": "red"}


def test_logins_and_tokens_in_urls():
    assert redacted("https://bob:s3cret@example.org/a.jpg") == f"https://{HIDDEN}@example.org/a.jpg"
    assert redacted("https://example.org/a?size=1&X-Amz-Signature=s3cret&b=2#c").count(HIDDEN) == 1
    assert redacted("https://example.org/a?access_token=s3cret") == f"https://example.org/a?access_token={HIDDEN}"
