"""Every write to the books of an estate."""

from property.actions.books import add_account, change_limit, close_month, open_book
from property.actions.vouchers import (
    Paper,
    approve,
    change_draft,
    draft_voucher,
    reverse,
    send_back,
    settle,
    submit,
    void,
)

__all__ = [
    "Paper",
    "add_account",
    "approve",
    "change_draft",
    "change_limit",
    "close_month",
    "draft_voucher",
    "open_book",
    "reverse",
    "send_back",
    "settle",
    "submit",
    "void",
]
