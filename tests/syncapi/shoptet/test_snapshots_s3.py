"""Result files in a bucket: the same scenes as on a disk, against a real server that speaks S3."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from asyncops import exporting
from asyncops.models import Operation
from tests.asyncops.errands import kept, run
from tests.syncapi.conftest import Program, admin, organization  # noqa: F401 - the cast
from tests.syncapi.shoptet.conftest import Shoptet

BUCKET = "results"


@pytest.fixture
def bucket(settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    endpoint = f"http://127.0.0.1:{port}"
    client = boto3.client("s3", endpoint_url=endpoint)
    client.create_bucket(Bucket=BUCKET)
    options = {"bucket_name": BUCKET, "endpoint_url": endpoint, "location": "results", "file_overwrite": True}
    settings.STORAGES = settings.STORAGES | {
        "results": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    }
    yield client
    client.close()
    server.stop()


def names(client: Any) -> list[str]:
    return [entry["Key"] for entry in client.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def test_a_snapshot_in_a_bucket(shoptet: Shoptet, bucket: Any):
    job = shoptet.accept("GET", "products/snapshot")
    run()
    [name] = names(bucket)
    assert name == f"results/{kept()[0]}"
    answer = Program().get(shoptet.job(job)["resultUrl"].removeprefix("http://testserver"))
    assert gzip.decompress(answer.body).count(b"\n") == 2
    ended = Operation.objects.get().finished_at
    assert ended is not None
    assert exporting.sweep(now=ended + timedelta(hours=24)) == 1
    assert names(bucket) == []
