"""What every asynchronous request is answered with: the id of its job, never a result (contract 4)."""

from __future__ import annotations

from rest_framework.response import Response

from asyncops import jobids
from asyncops.models import Operation
from syncapi.shoptet.envelope import answer


def accepted(operation: Operation) -> Response:
    return answer({"jobId": jobids.of(operation.pk)}, status=202)
