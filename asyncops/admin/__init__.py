"""Operations in the admin: to look at, and to cancel; the queue that they wait in; and webhooks."""

from asyncops.admin.operations import OperationAdmin
from asyncops.admin.queue import QueuePages
from asyncops.admin.webhook_deliveries import WebhookDeliveryAdmin
from asyncops.admin.webhook_endpoints import WebhookEndpointAdmin

__all__ = ["OperationAdmin", "QueuePages", "WebhookDeliveryAdmin", "WebhookEndpointAdmin"]
