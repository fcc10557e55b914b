"""Operations as the engine would have left them, without the engine."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from asyncops import placing
from asyncops.models import Chunk, Item, ItemError, Operation
from asyncops.states import ChunkState, State
from catalog.commands import Json
from catalog.models import Organization, User

LIST = "/admin/asyncops/operation/"


def staff(organization: Organization, username: str, *permissions: str) -> User:
    """A user who may come to the admin and has these permissions there."""
    user = User.objects.create_user(username, organization=organization, is_staff=True)
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return user


def at_the_admin(user: User, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(user)
    return client


def page(made: Operation) -> str:
    return reverse("admin:asyncops_operation_change", args=[made.pk])


def cancel_page(made: Operation) -> str:
    return reverse("admin:asyncops_operation_cancel", args=[made.pk])


def said(client: Client, address: str) -> list[str]:
    """The messages on a page."""
    return [str(message) for message in client.get(address).context["messages"]]


def operation(user: User, *, state: str = State.NEW, items: list[Json] | None = None, **values: Any) -> Operation:
    """An operation of `user` with one chunk of `items`."""
    sent = [{"sku": "A"}, {"sku": "B"}] if items is None else items
    now: datetime = values.pop("now", timezone.now())
    made = Operation.objects.create(
        **{
            "seq": placing.draw(),
            "organization": user.organization,
            "user": user,
            "dialect": "magento",
            "kind": "POST V1/products",
            "entity": "product",
            "state": state,
            "total": len(sent),
            "accepted_at": now,
            "expires_at": now + timedelta(days=60),
            **values,
        }
    )
    finished = ChunkState.QUEUED if state in {State.NEW, State.RUNNING} else ChunkState.DONE
    Chunk.objects.create(
        operation=made,
        number=0,
        first=0,
        size=len(sent),
        payload=orjson.dumps(sent),
        writes=[],
        refers=[],
        state=finished,
        available_at=now,
    )
    return made


def decide(made: Operation, index: int, outcome: str, record: UUID | None = None, *, errors: Json = ()) -> None:
    """What became of one item; `errors`: (path, code, parameters)."""
    Item.objects.create(operation_id=made.pk, index=index, outcome=outcome, record_id=record)
    for path, code, params in errors:
        ItemError.objects.create(operation_id=made.pk, index=index, path=path, code=code, params=params)
    setattr(made, outcome, getattr(made, outcome) + 1)
    made.save()
