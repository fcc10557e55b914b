"""Whom a token lets in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
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


def test_rights_of_a_group_are_its_members(limited: User):
    group = Group.objects.create(name="editors")
    group.permissions.add(Permission.objects.get(codename="change_product"))
    limited.groups.add(group)
    limited.user_permissions.add(*Permission.objects.filter(codename__in=["view_product", "change_product"]))
    caller = auth.find(AccessToken.issue(limited), now=NOW)
    assert caller is not None
    assert caller.rights == Rights.of(User.objects.get(pk=limited.pk))
    assert caller.rights.granted == frozenset({"catalog.view_product", "catalog.change_product"})


def test_whom_a_token_lets_in_is_asked_at_once(limited: User, django_assert_num_queries: Any):
    secret = AccessToken.issue(limited)
    auth.find(secret, now=NOW)  # which asks for the names of these permissions too, once
    with django_assert_num_queries(1):
        auth.find(secret, now=NOW)


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
