"""Writes of opening balances: what each household has, and the opening voucher that holds the sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.models import User
from community.roles import Office
from core.documents import render
from core.money import yuan
from core.refusal import Refused
from core.scoping import locked
from grids.models import Household
from property import chart
from property.actions import Paper, change_draft
from property.actions.books import draft_opening, opening_lines, require
from property.chart import Fund
from property.fees.actions import bring_forward
from property.models import Bill, Book, LedgerMonth, Payment, Posting, Voucher
from property.opening.matching import WHY, brought
from property.querysets import fen_sum, yuan_of

ZERO = Decimal("0.00")
RECEIVABLE, PREPAID, DEPOSITS = "1121", "2203", "2209"
Balances = dict[tuple[str, str], Decimal]


@dataclass(frozen=True, slots=True)
class Opening:
    """What one household brings: yuan owed, prepaid and deposited."""

    household: Household
    owed: Decimal = ZERO
    prepaid: Decimal = ZERO
    deposit: Decimal = ZERO


@transaction.atomic
def take_in(book: Book, *, by: User, openings: Sequence[Opening]) -> Voucher:
    """Bring forward every household and put the sums into the opening voucher, with the list as its paper.

    A voucher that is posted already is left as it is: then what the households bring must come to what it says.
    Deposits are kept as their sum; who gave them stands on the list. Refused for a household that was brought before.
    """
    require(by, book.estate_id, Office.BOOKKEEPER)
    book = locked(book)
    if not openings:
        raise Refused(_("没有可以记的户，请看一看表格。"))
    before = brought(book)
    if any(one.household.pk in before for one in openings):
        raise Refused(_("有的户期初已经记过了，请重新上传看一看。"))
    for one in openings:
        if one.owed or one.prepaid:
            bring_forward(book, one.household, by=by, owed=one.owed, prepaid=one.prepaid)
    voucher = opening_voucher(book)
    if voucher is not None and voucher.is_posted:
        _check_posted(book, voucher)
    else:
        voucher = _put(book, voucher, openings, by=by)
    changes = {"households": [None, len(openings)], "amount": [None, str(sum((one.owed for one in openings), ZERO))]}
    audit.record("opening_taken_in", book, by=by, changes=changes)
    return voucher


def opening_voucher(book: Book) -> Voucher | None:
    """The opening voucher of a book found already; None where it began with nothing."""
    found: Voucher | None = Voucher.objects.of_book(book).filter(kind=Voucher.Kind.OPENING).first()
    return found


def brought_sums(book: Book) -> tuple[Decimal, Decimal]:
    """What households owed and had prepaid when the book began, in yuan."""
    bills = Bill.objects.unscoped(reason=WHY).filter(book=book, kind=Bill.Kind.OPENING, fund=Fund.FEE)
    payments = Payment.objects.unscoped(reason=WHY).filter(book=book, kind=Payment.Kind.OPENING)
    owed, prepaid = (rows.aggregate(fen=fen_sum("amount"))["fen"] for rows in (bills, payments))
    return yuan_of(owed), yuan_of(prepaid)


def balances_of(voucher: Voucher) -> Balances:
    """What an opening voucher says by account and fund, positive on the account's normal side; the net assets that
    stand on the other side are left out."""
    found: Balances = {}
    rows = Posting.objects.unscoped(reason="lines of a voucher already found").filter(voucher=voucher)
    for row in rows.select_related("account"):
        if row.account.code == chart.NET_ASSETS_OF_FUND[chart.Fund(row.fund)]:
            continue
        amount = row.debit - row.credit
        key = row.account.code, row.fund
        found[key] = found.get(key, ZERO) + (amount if row.account.normal_side == chart.Side.DEBIT else -amount)
    return found


def _check_posted(book: Book, voucher: Voucher) -> None:
    said = balances_of(voucher)
    for code, has in zip((RECEIVABLE, PREPAID), brought_sums(book), strict=True):
        wanted = said.get((code, Fund.FEE), ZERO)
        if wanted != has:
            words = {"account": _(chart.BY_CODE[code].name), "wanted": yuan(wanted), "has": yuan(has)}
            raise Refused(
                _("期初凭证已经入账，“%(account)s”是 %(wanted)s 元，各户加起来是 %(has)s 元。请把表格改到一致。")
                % words
            )


def _put(book: Book, voucher: Voucher | None, openings: Sequence[Opening], *, by: User) -> Voucher:
    """Write the sums into the draft, or draft one."""
    balances = balances_of(voucher) if voucher is not None else {}
    owed, prepaid = brought_sums(book)
    deposits = sum((one.deposit for one in openings), ZERO)
    balances |= {(RECEIVABLE, Fund.FEE): owed, (PREPAID, Fund.FEE): prepaid}
    if deposits:
        balances[DEPOSITS, Fund.FEE] = deposits
    lines = opening_lines(book, [(code, fund, amount) for (code, fund), amount in balances.items() if amount])
    if voucher is None:
        if LedgerMonth.objects.of_book(book).filter(state=LedgerMonth.State.CLOSED).exists():
            raise Refused(_("已经有月份结了账，不能再补期初余额。"))
        voucher = draft_opening(book, lines, by=by)
    return change_draft(
        voucher,
        by=by,
        version=voucher.version,
        day=voucher.day,
        summary=voucher.summary,
        lines=lines,
        papers=[Paper(_listed(book, openings), _("期初明细.pdf"), "application/pdf")],
    )


def _listed(book: Book, openings: Sequence[Opening]) -> bytes:
    """The list on paper: doors and amounts, no names."""
    columns = ("owed", "prepaid", "deposit")
    rows = [[one.household.dwelling.label, *(yuan(getattr(one, name)) for name in columns)] for one in openings]
    sums = [yuan(sum((getattr(one, name) for one in openings), ZERO)) for name in columns]
    return render(
        "property/opening",
        {
            "community": str(book.community),
            "title": _("%(book)s期初明细") % {"book": book},
            "headings": [_("门牌"), _("欠费（元）"), _("预交（元）"), _("押金（元）")],
            "rows": [*rows, [_("合计"), *sums]],
        },
    )
