"""Forms of the books, in the words of somebody who has never kept any."""

from property.forms.books import AccountForm, BookForm, LimitForm
from property.forms.fields import BALANCE, BUDGET, PapersField, YuanField, account_choices, item_choices
from property.forms.lines import JournalLineForm, LineForm, WithLines, line_forms, typed_rows
from property.forms.vouchers import (
    ReverseForm,
    SendBackForm,
    SettleForm,
    StepForm,
    VoidForm,
    VoucherForm,
    caption_of,
    rows_of,
    voucher_filter,
)

__all__ = [
    "BALANCE",
    "BUDGET",
    "AccountForm",
    "BookForm",
    "JournalLineForm",
    "LimitForm",
    "LineForm",
    "PapersField",
    "ReverseForm",
    "SendBackForm",
    "SettleForm",
    "StepForm",
    "VoidForm",
    "VoucherForm",
    "WithLines",
    "YuanField",
    "account_choices",
    "caption_of",
    "item_choices",
    "line_forms",
    "rows_of",
    "typed_rows",
    "voucher_filter",
]
