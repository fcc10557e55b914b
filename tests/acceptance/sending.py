"""Accepts operations without HTTP, as fast as it goes: python -m tests.acceptance.sending OPERATIONS ITEMS SKUS FIRST.

Item n, counted from FIRST, writes price n to SKU n modulo SKUS, so no two write the same value.
"""

from __future__ import annotations

import os
import sys
from itertools import count, islice
from typing import Any

import django


def main(operations: int, items: int, skus: int, first: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from asyncops import intake
    from asyncops.submissions import Caller, Submission
    from catalog.models import User
    from catalog.rights import Rights

    user = User.objects.get(username="admin")
    caller = Caller(user=user, rights=Rights.of(user))
    numbers = count(first)
    for _ in range(operations):
        some = [{"product": _product(n, skus)} for n in islice(numbers, items)]
        submission = Submission(
            dialect="magento",
            kind="POST products",
            entity="product",
            items=some,
            context={"store": None, "path": {}},
        )
        sys.stdout.write(f"{intake.accept(submission, by=caller).uuid}\n")


def _product(number: int, skus: int) -> dict[str, Any]:
    sku = f"S{number % skus}"
    return {"sku": sku, "name": sku, "price": number, "attribute_set_id": 4}


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:]))
