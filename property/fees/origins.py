"""Whether a voucher was made by fees: then bills and payments say what it says, and nobody changes it by hand."""

from __future__ import annotations

from property.models import BillingRun, Payment, Voucher

_WHY = "what a voucher found already was made from"


def made_by_fees(voucher: Voucher) -> bool:
    """Whether a run of bills or a day's receipts stand behind the voucher."""
    return (
        Payment.objects.of_voucher(voucher).exists()
        or BillingRun.objects.unscoped(reason=_WHY).filter(voucher=voucher).exists()
    )
