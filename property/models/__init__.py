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
from property.models.proofs import PublicationLeaf, PublicationRoot
from property.models.public import AuditPetition, PetitionSignature, PostingPhoto, PublicationQuestion
from property.models.publication import (
    CashProof,
    Publication,
    PublicationEntry,
    PublicationLine,
    PublicationSignature,
)
from property.models.statements import Statement, StatementFormat, StatementRow

__all__ = [
    "Account",
    "AuditPetition",
    "Book",
    "CashProof",
    "LedgerMonth",
    "Means",
    "MonthlyBalance",
    "PetitionSignature",
    "Posting",
    "PostingPhoto",
    "Publication",
    "PublicationEntry",
    "PublicationLeaf",
    "PublicationLine",
    "PublicationQuestion",
    "PublicationRoot",
    "PublicationSignature",
    "Statement",
    "StatementFormat",
    "StatementRow",
    "Voucher",
    "VoucherAttachment",
]
