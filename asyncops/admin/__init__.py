"""Operations in the admin: to look at, and to cancel; and the queue that they wait in."""

from asyncops.admin.operations import OperationAdmin
from asyncops.admin.queue import QueuePages

__all__ = ["OperationAdmin", "QueuePages"]
