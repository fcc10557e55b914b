"""Who may use the catalog: organizations, their users, and the tokens of programs."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.db import models

from catalog.identity import uuid7
from catalog.models.entity import Entity, NumberField


class Organization(Entity):
    """Owns operations, results, webhooks and tokens. Nobody sees another organization's."""

    name = models.CharField(max_length=255, unique=True)

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = NumberField()
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="users")

    REQUIRED_FIELDS = ["email", "organization"]


class TokenQuerySet(models.QuerySet["AccessToken"]):
    def valid(self, secret: str, *, now: datetime) -> TokenQuerySet:
        """The token with this secret, unless it is revoked, expired, or its user is disabled."""
        return self.filter(digest=AccessToken.digest_of(secret), revoked_at=None, user__is_active=True).exclude(
            expires_at__lte=now
        )


class AccessToken(models.Model):
    """A bearer token. Only its digest is kept: the secret is shown once, when it is made."""

    class Kind(models.TextChoices):
        INTEGRATION = "integration", "integration (long-lived)"
        LOGIN = "login", "login (a user's, expires)"

    digest = models.CharField(max_length=64, unique=True, editable=False)
    name = models.CharField(max_length=255, blank=True)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.INTEGRATION)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TokenQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name or f"token {self.pk}"

    @staticmethod
    def digest_of(secret: str) -> str:
        """SHA-256 in hex. The secret has 256 random bits, so it needs neither salt nor a slow hash."""
        return hashlib.sha256(secret.encode()).hexdigest()

    @classmethod
    def issue(
        cls, user: User, *, kind: str = Kind.INTEGRATION, name: str = "", expires_at: datetime | None = None
    ) -> str:
        """A new token for `user`; returns its secret, which cannot be read again."""
        secret = secrets.token_urlsafe(32)
        cls.objects.create(user=user, kind=kind, name=name, expires_at=expires_at, digest=cls.digest_of(secret))
        return secret


class Integration(models.Model):
    """A program that signs in by itself as one user: its id may be known, of its secret only the digest is kept."""

    client_id = models.CharField(max_length=64, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    name = models.CharField(max_length=255)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="integrations")
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def issue(cls, user: User, *, name: str) -> tuple[Integration, str]:
        """A new one for `user`, and its secret, which cannot be read again."""
        client_id, secret = f"SWIA{secrets.token_hex(12).upper()}", secrets.token_urlsafe(32)
        made = cls.objects.create(client_id=client_id, digest=AccessToken.digest_of(secret), name=name, user=user)
        return made, secret


class RefreshToken(models.Model):
    """Renews a user's login once. A second use ends all that came of the same login: one of the two users stole it."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    login = models.UUIDField(default=uuid7, editable=False, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return f"refresh token {self.pk}"
