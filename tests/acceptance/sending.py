"""Accepts operations without HTTP, as fast as it goes: python -m tests.acceptance.sending OPERATIONS ITEMS SKUS.

Item n writes price n + 1 to SKU n modulo SKUS, so no two write the same value.
"""

from __future__ import annotations

import os
import sys
from itertools import count, islice

import django


def main(operations: int, items: int, skus: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from asyncops import intake
    from asyncops.submissions import Caller, Submission
    from catalog.models import User
    from catalog.rights import Rights

    user = User.objects.get(username="admin")
    caller = Caller(user=user, rights=Rights.of(user))
    numbers = count()
    for _ in range(operations):
        some = [{"product": {"sku": f"S{n % skus}", "price": n + 1}} for n in islice(numbers, items)]
        submission = Submission(
            dialect="magento",
            kind="POST products",
            entity="product",
            items=some,
            context={"store": None, "path": {}},
        )
        print(intake.accept(submission, by=caller).uuid, flush=True)


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:]))
