"""That there is a site at all."""

from __future__ import annotations

import requests

from tests.clients.live import LiveSite


def test_the_site_is_ready(live: LiveSite):
    assert requests.get(f"{live.url}/readyz", timeout=10).status_code == 200


def test_its_users_have_tokens(live: LiveSite):
    headers = {"Authorization": f"Bearer {live.users['admin']['token']}"}
    answer = requests.get(f"{live.url}/rest/V1/products/24-MB01", headers=headers, timeout=10)
    assert answer.json()["name"] == "Joust Duffle Bag"
