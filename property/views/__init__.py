"""Pages of the committee's books."""

from property.views.books import account, account_add, accounts, book, book_open, home, limit, month_close
from property.views.vouchers import (
    paper,
    voucher,
    voucher_edit,
    voucher_kinds,
    voucher_new,
    voucher_reverse,
    voucher_review,
    voucher_send_back,
    voucher_settle,
    voucher_submit,
    voucher_void,
    vouchers,
)

__all__ = [
    "account",
    "account_add",
    "accounts",
    "book",
    "book_open",
    "home",
    "limit",
    "month_close",
    "paper",
    "voucher",
    "voucher_edit",
    "voucher_kinds",
    "voucher_new",
    "voucher_reverse",
    "voucher_review",
    "voucher_send_back",
    "voucher_settle",
    "voucher_submit",
    "voucher_void",
    "vouchers",
]
