from property.models.auditing import AuditPurpose
from property.models.budget import Budget, BudgetLine
from property.models.counts import CashCount
from property.models.fees import (
    Allocation,
    Bill,
    BillingRun,
    FeeSchedule,
    Payment,
    Relief,
    Vehicle,
)
from property.models.handover import Handover
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
from property.models.recurring import RecurringDraft, RecurringLine, RecurringVoucher
from property.models.statements import Statement, StatementFormat, StatementRow

__all__ = [
    "Account",
    "Allocation",
    "AuditPetition",
    "AuditPurpose",
    "Bill",
    "BillingRun",
    "Book",
    "Budget",
    "BudgetLine",
    "CashCount",
    "CashProof",
    "FeeSchedule",
    "Handover",
    "LedgerMonth",
    "Means",
    "MonthlyBalance",
    "Payment",
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
    "RecurringDraft",
    "RecurringLine",
    "RecurringVoucher",
    "Relief",
    "Statement",
    "StatementFormat",
    "StatementRow",
    "Vehicle",
    "Voucher",
    "VoucherAttachment",
]
