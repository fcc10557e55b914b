"""A value that only one record may have, though no key of its entity says so: the database does."""

from __future__ import annotations

import pytest

from catalog.commands import Command, Reference, Upsert
from catalog.models import Language, Locale
from catalog.outcomes import ErrorCode, OutcomeKind
from catalog.writing import apply

pytestmark = pytest.mark.django_db


def language(name: str, code: str) -> Command:
    locale = Reference("code", code)
    return Upsert(entity="language", key=None, values={"name": name, "locale": locale, "translation_code": locale})


def test_a_value_that_another_record_has_is_told_at_its_field():
    for code in ("xx-XX", "yy-YY"):
        Locale.objects.create(code=code, name=code, territory=code)
    first, good, second = apply([language("A", "xx-XX"), language("B", "yy-YY"), language("C", "xx-XX")])
    assert [outcome.kind for outcome in (first, good, second)] == [
        OutcomeKind.CREATED,
        OutcomeKind.CREATED,
        OutcomeKind.REFUSED,
    ]
    assert [(error.path, error.code) for error in second.errors] == [("/translation_code", ErrorCode.TAKEN)]
    assert sorted(Language.objects.filter(name__in="ABC").values_list("name", flat=True)) == ["A", "B"]
