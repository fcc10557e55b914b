"""The admin's pages over 1,000,000 operations and 10,000,000 items, made by SQL.

Each is a whole request; its ratio is to a page of the admin that shows nothing, in the same run.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Final

from django.test import Client
from django.utils import timezone

from asyncops.chunking import hashed
from benchmarks.figures import Figure, median
from benchmarks.records import empty, settle
from catalog.accounts import ensure_user
from catalog.models import Product, User
from catalog.sql import run

OPERATIONS: Final = 1_000_000
ITEMS: Final = 10  # of each
DAYS: Final = 60
LIVE: Final = 500
RARE: Final = 5_000  # one operation of so many is of another dialect, entity and owner
MOST: Final = 30.0  # times as long as the bare page: 0.3 s where that takes 10 ms
BARE: Final = "/admin/password_change/"
LIST: Final = "/admin/asyncops/operation/"
SKU: Final = "BENCH-0000007"

FILL: Final = f"""
    INSERT INTO asyncops_operation (id, uuid, seq, organization_id, user_id, interactive, dialect, kind, entity,
           context, endpoint, retried, policy, dry_run, state, total, created, updated, unchanged,
           deleted, refused, untouched, accepted_at, started_at, finished_at, expires_at)
    SELECT n, gen_random_uuid(), n, %b, CASE WHEN n %% {RARE} = 1 THEN %b::uuid ELSE %b::uuid END, false,
           CASE WHEN n %% {RARE} = 1 THEN 'oro' ELSE 'magento' END, 'POST products',
           CASE WHEN n %% {RARE} = 1 THEN 'tax' ELSE 'product' END, '{{}}', '', '', 'each', false,
           CASE WHEN n > {OPERATIONS - LIVE} THEN 'running' WHEN n %% 200 = 2 THEN 'failed' ELSE 'success' END,
           {ITEMS}, 0, CASE WHEN n > {OPERATIONS - LIVE} THEN 3 ELSE {ITEMS - 1} END, 0, 0, 1, 0,
           at, at, CASE WHEN n > {OPERATIONS - LIVE} THEN NULL ELSE at + interval '1 s' END, at + interval '{DAYS} days'
      FROM (SELECT n, %b::timestamptz - ({OPERATIONS} - n) * interval '{DAYS} days' / {OPERATIONS} AS at
              FROM generate_series(1, {OPERATIONS}) n) s"""
_ITEMS: Final = f"""
    INSERT INTO asyncops_item (operation_id, index, outcome, record_id)
    SELECT n, i, CASE i WHEN 9 THEN 'refused' ELSE 'updated' END,
           CASE WHEN i = 9 THEN NULL
                WHEN i = 8 AND n %% 100 = 0 THEN %b::uuid  -- one product that a hundredth of the operations wrote
                ELSE ('00000000-0000-4000-8000-' || lpad(to_hex((n * {ITEMS} + i) %% 3000000), 12, '0'))::uuid END
      FROM generate_series(1, {OPERATIONS}) n CROSS JOIN generate_series(0, {ITEMS - 1}) i"""
_CHUNKS: Final = f"""
    INSERT INTO asyncops_chunk (operation_id, number, first, size, payload, writes, refers, deletes, state, attempt,
           suspect, failures, lease_owner, unchanged, last_error, fetching, shares)
    SELECT n, 0, 0, {ITEMS}, '[{{}},{{}},{{}},{{}},{{}},{{}},{{}},{{}},{{}},{{}}]', '{{}}', '{{}}', false,
           CASE WHEN n > {OPERATIONS - LIVE} THEN 'queued' ELSE 'done' END, 1, false, 0, '', '[]', '', false, false
      FROM generate_series(1, {OPERATIONS}) n"""
_FAULTS: Final = f"""
    INSERT INTO asyncops_fault (operation_id, fault, path, code, params, index, count, words)
    SELECT n, f, '/field' || f, 'dialect', '{{}}', 9, 1,
           'field' || f || ' is not right for crate ' || n % 50000 || CASE WHEN n = 777 THEN ' marmalade' ELSE '' END
      FROM generate_series(1, {OPERATIONS}, 5) n CROSS JOIN generate_series(1, 2) f"""
_MENTIONS: Final = f"""
    INSERT INTO asyncops_mention (name, operation_id, index)
    SELECT CASE n %% 1000 WHEN 0 THEN %b::bigint ELSE hashint8extended(n, 1) END, n, 9
      FROM generate_series(1, {OPERATIONS}) n"""


def figures() -> Iterator[Figure]:
    client, middle = _filled()
    pages = {
        "dashboard": "/admin/",
        "list": LIST,
        "list, state failed": f"{LIST}?state=failed",
        "list, state running": f"{LIST}?state=running",
        "list, rare dialect": f"{LIST}?dialect=oro",
        "list, rare owner and entity": f"{LIST}?owner=rare&entity=tax",
        "list, none of two": f"{LIST}?state=failed&dialect=oro",
        "list, a day long ago": f"{LIST}?from={middle}&until={middle}",
        "list, organization and state": f"{LIST}?organization=Bench&state=success",
        "search, number": f"{LIST}?q={OPERATIONS // 2}",
        "search, SKU in 10,000 operations": f"{LIST}?q={SKU}",
        "search, SKU that is no more": f"{LIST}?q=BENCH-GONE",
        "search, rare word of an error": f"{LIST}?q=marmalade",
        "search, words of 400,000 errors": f"{LIST}?q=not+right",
        "search, nothing": f"{LIST}?q=nobody-has-it",
        "operation": f"{LIST}{OPERATIONS // 2}/change/",
        "operation, refused items": f"{LIST}{OPERATIONS // 2}/change/?outcome=refused",
    }
    slow = []
    bare = median(partial(_get, client, BARE), runs=20)
    for name, address in pages.items():
        seconds = median(partial(_get, client, address), runs=5)
        yield Figure(name=f"console: {name}", median_s=seconds, records=1, ratio=seconds / bare)
        if seconds > bare * MOST:
            slow.append(name)
    empty()
    assert not slow, f"more than {MOST} times as long as a bare page ({bare:.3f} s): {slow}"


def _get(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200


def _filled() -> tuple[Client, str]:
    """A superuser's browser, and a day in the middle."""
    empty()
    root = ensure_user(organization="Bench", username="root", password="bench", rights="superuser")
    rare = ensure_user(organization="Bench", username="rare", password="bench", rights="none")
    product = Product.objects.create(sku=SKU, sku_key=SKU.casefold(), name="Crate")
    now = timezone.now()
    run(FILL, [root.organization_id, rare.pk, root.pk, now])
    run(_ITEMS, [product.pk])
    run(_CHUNKS)
    run(_FAULTS)
    run(_MENTIONS, [hashed(("product", "sku", "bench-gone"))])
    settle()
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(pk=root.pk))
    return client, f"{now - timedelta(days=DAYS // 2):%Y-%m-%d}"
