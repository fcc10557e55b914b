"""The one view of all of Shopware's paths; which is which says `routing`."""

from __future__ import annotations

from typing import Final

from syncapi.shopware.views import Api

view: Final = Api.as_view()
