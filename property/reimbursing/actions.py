"""A claim becomes a voucher, or is declined; both by the bookkeeper of its estate."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from community.files import path_of
from community.models import User
from community.roles import Office
from core import clock
from core.refusal import Refused
from property import entries
from property.actions import Paper, draft_voucher
from property.actions.books import require
from property.chart import Fund
from property.models import Account, Book, Voucher
from stewards.jobs.actions import parts
from stewards.models import PartsClaim

# 业务活动成本·维修, paid from the cash box: the bookkeeper changes both in the draft where it was otherwise.
COST, CASH = "510106", "1001"


@transaction.atomic
def draft(claim: PartsClaim, book: Book, *, by: User) -> Voucher:
    """Draft the voucher that pays a claim back, with the receipt behind it; it goes through the three offices.

    Refused where somebody has decided before, or in another's book.
    """
    require(by, claim.estate_id, Office.BOOKKEEPER)
    if book.estate_id != claim.estate_id:
        raise Refused(_("这张小票不是这个小区的。"))
    receipt = claim.receipt
    item = entries.Item(_account(book, COST), Fund.FEE, claim.amount, claim.what)
    voucher = draft_voucher(
        book,
        by=by,
        kind=Voucher.Kind.PAYMENT,
        day=clock.today(),
        summary=_("红管家维修材料：%(what)s（诉求 %(number)s）")
        % {"what": claim.what, "number": claim.job.request.number},
        payee=claim.steward.user.name,
        lines=entries.paid([item], _account(book, CASH)),
        papers=[Paper(path_of(receipt.sha256).read_bytes(), receipt.name, receipt.content_type)],
    )
    parts.drafted(claim, voucher=voucher, by=by)
    return voucher


@transaction.atomic
def decline(claim: PartsClaim, *, by: User, reason: str) -> PartsClaim:
    """Say that the committee does not pay it back, and why."""
    require(by, claim.estate_id, Office.BOOKKEEPER)
    return parts.decline(claim, reason=reason, by=by)


def _account(book: Book, code: str) -> Account:
    found: Account = Account.objects.of_book(book).get(code=code)
    return found
