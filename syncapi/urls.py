"""Every dialect below its own prefix, and what a load balancer asks."""

from __future__ import annotations

from typing import Final

from django.urls import include, path, re_path

from syncapi import health, metrics
from syncapi.crossing import Crossing
from syncapi.media import media
from syncapi.oro.urls import NAMES as ORO_NAMES
from syncapi.oro.urls import VIEW as oro
from syncapi.owners import Claims, Owner
from syncapi.shoptet.urls import view as shoptet
from syncapi.shopware.routing import FIRST_SEGMENTS as SHOPWARE
from syncapi.shopware.urls import view as shopware

BELOW_API: Final = Crossing(
    views={Owner.SHOPTET: shoptet, Owner.ORO: oro, Owner.SHOPWARE: shopware},
    claims=Claims(oro=ORO_NAMES, shopware=SHOPWARE),
)

# In the order of how often they are called: each is tried until one fits.
urlpatterns = [
    path("", include("syncapi.magento.urls")),  # whose images have names below /media/
    re_path(r"^api(?=/|$)", BELOW_API, name="api"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("", include("syncapi.describing.urls")),
    path("", include("syncapi.operations.urls")),
    path("media/<path:path>", media, name="media"),
    path("", include("syncapi.shoptet.urls")),
]
