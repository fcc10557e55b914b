"""What the Oro dialect plugs in below /api/: its one view, and the names that are its own."""

from __future__ import annotations

from typing import Final

from syncapi.oro.names import CLAIMED
from syncapi.oro.views import Oro

VIEW: Final = Oro.as_view()
NAMES: Final = CLAIMED
