"""The properties of a record that are lists of prices, on their way to columns. Pure."""

from __future__ import annotations

from catalog.commands import Json
from catalog.outcomes import ErrorCode, FieldError
from syncapi.shopware import prices, values
from syncapi.shopware.drafts import V3, Draft
from syncapi.shopware.values import WrongError


def own(draft: Draft, value: Json) -> None:
    """The price of a product, or from a quantity on."""
    if value not in (None, [], {}):
        needed = draft.said.family != V3
        columns = prices.read(value, "/price", draft.errors, default_needed=needed)
        draft.values.update(columns or {"prices_other": {}})
    elif draft.has_parent:
        draft.values.update(prices.columns({}))
    else:
        draft.refuse(FieldError(path="/prices_other", code=ErrorCode.BLANK))


def of_purchase(draft: Draft, value: Json) -> None:
    if value is None:
        draft.values["purchase_prices"] = None
        return
    columns = prices.read(value, "/purchasePrices", draft.errors, default_needed=False)
    if columns:
        draft.values["purchase_prices"] = prices.document(columns)


def single_of_purchase(draft: Draft, value: Json) -> None:
    """The older API's single number."""
    try:
        amount = None if value is None else values.number(value)
    except WrongError as wrong:
        draft.refuse(wrong.at("/purchasePrice"))
        return
    if amount is not None:
        price = {"gross": float(amount), "net": float(amount), "linked": True}
        draft.values.setdefault("purchase_prices", {prices.SYSTEM: price})
