from property.models.ledger import (
    Account,
    Book,
    LedgerMonth,
    Means,
    MonthlyBalance,
    Posting,
    Voucher,
    VoucherAttachment,
)

__all__ = [
    "Account",
    "Book",
    "LedgerMonth",
    "Means",
    "MonthlyBalance",
    "Posting",
    "Voucher",
    "VoucherAttachment",
]
