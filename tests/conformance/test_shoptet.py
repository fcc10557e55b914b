"""The document's own samples: the answers have their very form; only ids, times and addresses are others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from asyncops import working
from tests.asyncops.gallery import picture
from tests.foreign import Foreign, Reply
from tests.syncapi.shoptet.conftest import P, Shoptet, products, shoptet
from tests.syncapi.shoptet.test_images import media_root

__all__ = ["media_root", "products", "shoptet"]
SAMPLES = json.loads((Path(__file__).parent / "shoptet" / "image_job.json").read_text())


def kinds(sample: object) -> object:
    """The form of a JSON value: its members and their types."""
    if isinstance(sample, dict):
        return {name: kinds(member) for name, member in sample.items()}
    return type(sample).__name__


@pytest.mark.django_db
def test_the_sample_request_goes_the_sample_way(shoptet: Shoptet, foreign: Foreign):
    hook = {"event": "job:finished", "url": foreign.on("/hook", Reply())}
    assert shoptet.call("POST", "webhooks", {"data": [hook]}).status == 201
    sent = json.loads(json.dumps(SAMPLES["request"]))
    sent["data"]["images"][0]["downloadUrl"] = foreign.serves("/images/100.jpg", picture(0xFF, kind="JPEG"))
    accepted = shoptet.call("POST", f"products/{P}/images", sent)
    assert accepted.status == 202
    assert kinds({"data": accepted.json["data"]}) == kinds(SAMPLES["accepted"])
    working.drain()
    [asked] = [asked for asked in foreign.asked if asked.path == "/hook"]
    told = json.loads(asked.body)
    assert kinds(told) == kinds(SAMPLES["webhook"])
    assert told["eventInstance"] == accepted.json["data"]["jobId"]
    detail = shoptet.data(f"system/jobs/{told['eventInstance']}")
    flat = {name: detail[name] for name in SAMPLES["detail"]["data"]}
    assert kinds({"data": flat}) == kinds(SAMPLES["detail"])
    assert flat["status"] == SAMPLES["detail"]["data"]["status"]
