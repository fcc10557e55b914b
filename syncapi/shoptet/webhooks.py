"""Webhooks: where the organization is told of what, with which key, and what was sent (contract 7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.response import Response

from asyncops import fetching, webhooks
from asyncops.network_models import DeliveryStatus, Event, WebhookDelivery, WebhookEndpoint
from catalog.commands import Json
from catalog.models import Organization
from syncapi.exchange import ApiRequest
from syncapi.shoptet import notices, parameters
from syncapi.shoptet.envelope import answer
from syncapi.shoptet.images import checked
from syncapi.shoptet.moments import written
from syncapi.shoptet.queries import query_of
from syncapi.shoptet.refusals import Fault, Refusal, invalid
from syncapi.shoptet.routes import Call
from syncapi.shoptet.schema import Schema

USUAL_PAGE: Final = 20
LARGEST_PAGE: Final = 500
HISTORY: Final = timedelta(days=7)
_URL: Final[Schema] = {"type": "string", "minLength": 1, "maxLength": 2000}
_PAYLOAD: Final[Schema] = {"type": ["string", "null"], "enum": ["full", "", None]}
_WEBHOOK: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["event", "url"],
    "properties": {"event": {"type": "string", "enum": list(Event)}, "url": _URL, "sendPayload": _PAYLOAD},
}
POST: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["data"],
    "properties": {"data": {"type": "array", "minItems": 1, "maxItems": 50, "items": _WEBHOOK}},
}
PATCH: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["data"],
    "properties": {
        "data": {
            "type": "object",
            "additionalProperties": False,
            "minProperties": 1,
            "properties": {"url": _URL, "sendPayload": _PAYLOAD},
        }
    },
}


def post(request: ApiRequest, call: Call) -> Response:
    """Each for itself: what can be registered is, unless that is nothing."""
    wanted = checked(request.data, POST)["data"]
    made: list[WebhookEndpoint] = []
    faults: list[Fault] = []
    for index, webhook in enumerate(wanted):
        try:
            made.append(_register(_organization(request), webhook))
        except webhooks.AlreadyRegistered:
            message = "Webhook already exists for this event"
            faults.append(Fault(code="duplicate", message=message, instance=f"data[{index}]"))
        except fetching.UrlForbidden as forbidden:
            faults.append(invalid(forbidden.message, at=f"data[{index}].url"))
    if not made:
        raise Refusal(422, *faults)
    return answer({"webhooks": [shown(endpoint) for endpoint in made]}, status=201, errors=faults)


def listing(request: ApiRequest, call: Call) -> Response:
    page = parameters.page(query_of(request), usual=USUAL_PAGE, most=LARGEST_PAGE)
    found = webhooks.endpoints(_organization(request))
    total = found.count()
    endpoints = [shown(endpoint) for endpoint in found[page.first : page.first + page.size]]
    return answer({"webhooks": endpoints, "paginator": page.paginator(total)})


def detail(request: ApiRequest, call: Call) -> Response:
    return answer({"webhook": shown(_find(request, call))})


def patch(request: ApiRequest, call: Call) -> Response:
    endpoint = _find(request, call)
    given = checked(request.data, PATCH)["data"]
    payload = given["sendPayload"] or "" if "sendPayload" in given else None
    try:
        webhooks.change(endpoint, url=given.get("url"), send_payload=payload)
    except fetching.UrlForbidden as forbidden:
        raise Refusal(422, invalid(forbidden.message, at="data.url")) from None
    return answer(None)


def delete(request: ApiRequest, call: Call) -> Response:
    webhooks.remove(_find(request, call))
    return answer(None)


def renew_key(request: ApiRequest, call: Call) -> Response:
    return answer({"signatureKey": webhooks.renew_key(_organization(request))})


def notifications(request: ApiRequest, call: Call) -> Response:
    query = query_of(request)
    page = parameters.page(query, usual=USUAL_PAGE, most=LARGEST_PAGE)
    found = _notifications(_organization(request), query)
    total = found.count()
    shown_ones = found.order_by("-pk")[page.first : page.first + page.size]
    number = request.caller.user.organization.number
    rows = [_notification(delivery, number) for delivery in shown_ones]
    return answer({"notifications": rows, "paginator": page.paginator(total)})


def shown(endpoint: WebhookEndpoint) -> dict[str, Json]:
    return {
        "id": endpoint.pk,
        "event": endpoint.event,
        "url": endpoint.url,
        "created": written(endpoint.created_at),
        "updated": written(endpoint.updated_at),
        "sendPayload": endpoint.send_payload or None,
    }


def _register(organization: Organization, webhook: Json) -> WebhookEndpoint:
    payload = webhook.get("sendPayload") or ""
    return webhooks.register(organization, event=Event(webhook["event"]), url=webhook["url"], send_payload=payload)


def _find(request: ApiRequest, call: Call) -> WebhookEndpoint:
    given = call.path["id"]
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else -1
    endpoint = webhooks.endpoints(_organization(request)).filter(pk=number).first()
    if endpoint is None:
        message = f'Webhook with id "{given}" not found.'
        raise Refusal(404, Fault(code="webhook-not-found", message=message, instance=given))
    return endpoint


def _notifications(organization: Organization, query: parameters.Query) -> QuerySet[WebhookDelivery]:
    found = webhooks.deliveries(organization).filter(created_at__gte=timezone.now() - HISTORY)
    if (status := parameters.choice(query, "status", DeliveryStatus)) is not None:
        found = found.filter(status=status)
    if (event := parameters.choice(query, "event", Event)) is not None:
        found = found.filter(event=event)
    if (active := parameters.flag(query, "active")) is not None:
        found = found.filter(due_at__isnull=not active)
    if (since := parameters.moment(query, "from")) is not None:
        found = found.filter(created_at__gte=since)
    return found


def _notification(delivery: WebhookDelivery, organization: int) -> dict[str, Json]:
    return {
        "id": delivery.pk,
        "webhookId": delivery.endpoint_id,
        "webhookUrl": delivery.url,
        "event": delivery.event,
        "eventCreated": written(delivery.event_created),
        "created": written(delivery.created_at),
        "attempted": written(delivery.attempted_at),
        "attempts": delivery.attempts,
        "status": delivery.status,
        "active": delivery.is_active,
        "data": notices.told(organization, event=delivery.event, at=delivery.event_created, instance=delivery.instance),
    }


def _organization(request: ApiRequest) -> Organization:
    return request.caller.user.organization
