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
from property.models.publication import CashProof, Publication, PublicationLine, PublicationSignature

__all__ = [
    "Account",
    "Book",
    "CashProof",
    "LedgerMonth",
    "Means",
    "MonthlyBalance",
    "Posting",
    "Publication",
    "PublicationLine",
    "PublicationSignature",
    "Voucher",
    "VoucherAttachment",
]
