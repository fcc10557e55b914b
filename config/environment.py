"""Typed readers of environment variables: a bad value stops the start with the variable's name."""

from __future__ import annotations

import os
from typing import Final

from django.core.exceptions import ImproperlyConfigured

_TRUE: Final = {"1", "true", "yes", "on"}
_FALSE: Final = {"0", "false", "no", "off", ""}


def text(name: str, default: str) -> str:
    return os.environ.get(name) or default


def required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. See the settings table in README.md.")
    return value


def number(name: str, default: int, *, minimum: int = 0) -> int:
    given = os.environ.get(name)
    if not given:
        return default
    try:
        value = int(given)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {given!r}.") from None
    if value < minimum:
        raise ImproperlyConfigured(f"{name} must be at least {minimum}, not {value}.")
    return value


def flag(name: str, default: bool) -> bool:
    given = os.environ.get(name)
    if given is None:
        return default
    if given.lower() not in _TRUE | _FALSE:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {given!r}.")
    return given.lower() in _TRUE


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def weights(name: str) -> dict[int, float]:
    """Positive weights by number: "1=4,2=0.5"."""
    found = {}
    for given in words(name):
        number, _, weight = given.partition("=")
        try:
            found[int(number)] = float(weight)
        except ValueError:
            raise ImproperlyConfigured(f"{name} must look like 1=4,2=0.5, not {given!r}.") from None
        if not 0 < found[int(number)] < float("inf"):
            raise ImproperlyConfigured(f"{name} must have weights above 0, not {given!r}.")
    return found
