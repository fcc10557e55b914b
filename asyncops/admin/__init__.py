"""Operations in the admin: to look at, and to cancel."""

from asyncops.admin.operations import OperationAdmin

__all__ = ["OperationAdmin"]
