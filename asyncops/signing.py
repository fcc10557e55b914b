"""The signatures of a webhook: Shoptet's own (contract 7), and those of Standard Webhooks 1.0 beside it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID


def new_key() -> str:
    """32 hexadecimal digits. The secret of Standard Webhooks is `whsec_` and the base64 of these bytes."""
    return secrets.token_hex(16)


def secret_of(key: str) -> str:
    return f"whsec_{b64encode(key.encode()).decode()}"


def headers(body: bytes, *, message: UUID, at: datetime, keys: Sequence[str]) -> dict[str, str]:
    """For one attempt. `keys`: the valid ones, the newest first; only Standard Webhooks can show several."""
    name, moment = f"msg_{message.hex}", str(int(at.timestamp()))
    signed = f"{name}.{moment}.".encode() + body
    return {
        "Shoptet-Webhook-Signature": hmac.new(keys[0].encode(), body, hashlib.sha1).hexdigest(),
        "webhook-id": name,
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(f"v1,{_standard(key, signed)}" for key in keys),
    }


def _standard(key: str, signed: bytes) -> str:
    return b64encode(hmac.new(key.encode(), signed, hashlib.sha256).digest()).decode()
