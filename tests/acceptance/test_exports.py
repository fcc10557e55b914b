"""Workers that are killed in the middle of a snapshot: it is begun again, and no half of a file is ever shown."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import requests

from asyncops.models import Operation
from syncapi.shoptet import addresses
from tests.acceptance.conftest import MakeSite
from tests.acceptance.site import Site, kill, wait_for

pytestmark = pytest.mark.acceptance

WAITING = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'COPY%'"


@pytest.fixture
def site(make_site: MakeSite, tmp_path: Path) -> Site:
    made = make_site(BULKHEAD_FILES_ROOT=str(tmp_path / "files"))
    made.start_web()
    return made


@pytest.fixture
def job(site: Site) -> str:
    answer = get(site, "/api/products/snapshot")
    assert answer.status_code == 202, answer.text
    return str(answer.json()["data"]["jobId"])


def get(site: Site, path: str) -> requests.Response:
    return requests.get(f"{site.url}{path}", headers={"Shoptet-Private-API-Token": site.token}, timeout=20)


def detail(site: Site, job: str) -> Any:
    return get(site, f"/api/system/jobs/{job}").json()["data"]


def address(site: Site) -> str:
    """Where the result will be, which nobody is told before."""
    [(id, uuid, kind)] = site.rows("SELECT id, uuid, kind FROM asyncops_operation")
    path = addresses.path(Operation(pk=id, uuid=UUID(str(uuid)), dialect="shoptet", kind=kind))
    assert path is not None
    return path


def files(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "files" / "results").glob("*"))


def is_whole(file: Path) -> bool:
    try:
        return bool(gzip.decompress(file.read_bytes()))
    except (EOFError, gzip.BadGzipFile):
        return False


@contextmanager
def locked(site: Site, statement: str) -> Iterator[None]:
    with site.database() as blocker:
        blocker.execute(f"BEGIN; {statement}".encode())
        yield


def attempts(site: Site) -> list[tuple[int, bool]]:
    """The attempt that each file row is of, and whether it is written."""
    return site.rows("SELECT attempt, written_at IS NOT NULL FROM asyncops_resultfile ORDER BY id")


def ends_well(site: Site, job: str, tmp_path: Path) -> None:
    """Another worker does it anew; the sweeper leaves nothing of the dead one's."""
    place = address(site)
    assert (detail(site, job)["status"], get(site, place).status_code) == ("running", 404)
    site.start_worker()
    wait_for(lambda: detail(site, job)["status"] == "completed")
    assert detail(site, job)["resultUrl"].endswith(place)
    [(products,)] = site.rows("SELECT count(*) FROM catalog_product WHERE parent_id IS NULL")
    assert len(gzip.decompress(get(site, place).content).splitlines()) == products > 0
    wait_for(lambda: attempts(site) == [(2, True)])
    [kept] = files(tmp_path)
    assert kept.read_bytes() == get(site, place).content


def test_a_worker_that_is_killed_while_it_composes(site: Site, job: str, tmp_path: Path):
    with locked(site, "LOCK TABLE catalog_product"):
        worker = site.start_worker()
        wait_for(lambda: site.rows(WAITING))
        kill(worker)
    assert (attempts(site), files(tmp_path)) == ([(1, False)], [])
    ends_well(site, job, tmp_path)


def test_a_worker_that_is_killed_between_its_file_and_its_commit(site: Site, job: str, tmp_path: Path):
    with ExitStack() as held:
        with locked(site, "LOCK TABLE catalog_product"):
            worker = site.start_worker()
            wait_for(lambda: site.rows(WAITING))
            held.enter_context(locked(site, "SELECT 1 FROM asyncops_errand FOR UPDATE"))
        wait_for(lambda: any(map(is_whole, files(tmp_path))))
        [orphan] = files(tmp_path)
        kill(worker)
    assert attempts(site) == [(1, False)]
    ends_well(site, job, tmp_path)
    assert not orphan.exists()
