"""Whom a token lets in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from catalog.models import AccessToken, User
from catalog.rights import Rights
from syncapi import auth

NOW = timezone.now()


def test_a_token_stands_for_its_user(admin: User):
    secret = AccessToken.issue(admin, kind="login")
    caller = auth.find(secret, now=NOW)
    assert caller is not None
    assert (caller.user, caller.interactive, caller.rights.granted) == (admin, True, None)
    assert caller.user.organization == admin.organization


def test_rights_are_those_of_this_moment(limited: User):
    secret = AccessToken.issue(limited)
    limited.user_permissions.add(Permission.objects.get(codename="view_product"))
    caller = auth.find(secret, now=NOW)
    assert caller is not None
    assert caller.rights == Rights(frozenset({"catalog.view_product"}), organization=caller.user.organization_id)
    assert not caller.interactive


@pytest.mark.parametrize("change", [{"revoked_at": NOW}, {"expires_at": NOW}, {"digest": "0" * 64}])
def test_revoked_expired_and_unknown_tokens_stand_for_nobody(admin: User, change: dict[str, object]):
    secret = AccessToken.issue(admin, expires_at=NOW + timedelta(hours=1))
    assert auth.find(secret, now=NOW) is not None
    AccessToken.objects.update(**change)
    assert auth.find(secret, now=NOW) is None


def test_a_disabled_users_token_stands_for_nobody(admin: User):
    secret = AccessToken.issue(admin)
    User.objects.update(is_active=False)
    assert auth.find(secret, now=NOW) is None
