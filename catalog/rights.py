"""What a caller may do to which entity: Django's model permissions, asked when a record is processed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from catalog.entities import ENTITIES
from catalog.models import User

Action = Literal["view", "add", "change", "delete"]


@dataclass(frozen=True, slots=True)
class Rights:
    """A user's permissions, read once. `granted` None: everything (a superuser, or the system itself)."""

    granted: frozenset[str] | None
    organization: UUID | None = None  # whose records may be written, beside nobody's; None: everybody's

    @classmethod
    def of(cls, user: User) -> Rights:
        everything = user.is_active and user.is_superuser
        granted = None if everything else frozenset(user.get_all_permissions())
        return cls(granted, organization=user.organization_id)

    def allow(self, action: Action, entity: str) -> bool:
        return self.granted is None or self.name(action, entity) in self.granted

    @staticmethod
    def name(action: Action, entity: str) -> str:
        """The permission's name, e.g. catalog.change_product."""
        app, model = ENTITIES[entity].model.split(".")
        return f"{app}.{action}_{model.lower()}"


EVERYTHING = Rights(None)
