"""Rates: what is charged for what, from which month to which. A rate never changes; it ends and another begins."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.models import User
from community.roles import Office
from core.quarters import Month
from core.refusal import Refused
from core.scoping import locked
from grids.models import Building
from property.actions.books import require
from property.chart import AccountKind, Fund
from property.fees.posting import RELIEF
from property.models import Account, Book, FeeSchedule


@transaction.atomic
def add_schedule(
    book: Book,
    *,
    by: User,
    name: str,
    basis: str,
    rate: Decimal,
    account: Account,
    fund: str = Fund.FEE,
    first: Month,
    last: Month | None = None,
    building: Building | None = None,
    decided: str = "",
) -> FeeSchedule:
    """A new rate in yuan a month for a square metre, a door or a vehicle, of the whole estate or of one building."""
    require(by, book.estate_id, Office.BOOKKEEPER)
    book = locked(book)
    _check(book, name, basis, rate, account, fund, building)
    if first < Month.of(book.opened_on):
        raise Refused(_("账本从 %(day)s 开始，更早的欠费请作为期初欠费记入。") % {"day": book.opened_on.isoformat()})
    if last is not None and last < first:
        raise Refused(_("结束的月份不能早于开始的月份。"))
    _refuse_overlap(book, name.strip(), building, first, last)
    schedule = FeeSchedule.objects.create(
        community_id=book.community_id,
        book=book,
        name=name.strip(),
        basis=basis,
        rate=rate,
        account=account,
        fund=fund,
        building=building,
        first_month=str(first),
        last_month=str(last or ""),
        decided=decided.strip(),
    )
    audit.record("fee_schedule_added", schedule, by=by, changes={"rate": [None, str(rate)]})
    return schedule


@transaction.atomic
def end_schedule(schedule: FeeSchedule, *, by: User, last: Month, reason: str = "") -> FeeSchedule:
    """Let a rate hold until the end of `last`; the month before it begins says that it was entered by mistake.

    What was billed beyond that is taken back by the next run of those months.
    """
    require(by, schedule.book.estate_id, Office.BOOKKEEPER)
    locked(schedule.book)
    schedule = locked(schedule)
    if schedule.last_month and schedule.last_month <= str(last):
        raise Refused(_("这项收费本来就到 %(month)s 为止。") % {"month": schedule.last_month})
    if last < schedule.first.previous():
        raise Refused(_("结束的月份不能早于开始的月份。"))
    before, schedule.last_month = schedule.last_month, str(last)
    schedule.save(update_fields=["last_month"])
    changes = {"last_month": [before, str(last)]}
    audit.record("fee_schedule_ended", schedule, by=by, changes=changes, reason=reason)
    return schedule


@transaction.atomic
def change_rate(schedule: FeeSchedule, *, by: User, rate: Decimal, first: Month, decided: str = "") -> FeeSchedule:
    """From `first` another rate: the old one ends the month before, a new one begins and is returned."""
    last = schedule.last
    old = end_schedule(schedule, by=by, last=first.previous(), reason=decided)
    return add_schedule(
        old.book,
        by=by,
        name=old.name,
        basis=old.basis,
        rate=rate,
        account=old.account,
        fund=old.fund,
        first=first,
        last=last,
        building=old.building,
        decided=decided,
    )


def _check(
    book: Book, name: str, basis: str, rate: Decimal, account: Account, fund: str, building: Building | None
) -> None:
    if not name.strip():
        raise Refused(_("请写明收的是什么费。"))
    if basis not in FeeSchedule.Basis.values or fund not in Fund.values:
        raise Refused(_("请选择怎样计费和归哪项资金。"))
    if rate <= 0 or rate != rate.quantize(Decimal("0.0001")):
        raise Refused(_("标准要大于零，最多四位小数。"))
    if (
        account.book_id != book.pk
        or account.kind != AccountKind.INCOME
        or not account.takes_postings
        or account.code == RELIEF
    ):
        raise Refused(_("请选择本账本里的收入科目。"))
    if building is not None and building.estate_id != book.estate_id:
        raise Refused(_("请选择本小区的楼幢。"))


def _refuse_overlap(book: Book, name: str, building: Building | None, first: Month, last: Month | None) -> None:
    """The same fee is not charged twice to a door: one rate of a name at a time, of the estate or of a building."""
    same = FeeSchedule.objects.of_book(book).filter(name=name).within(first, last or Month(9999, 12))
    for other in same:
        if other.building_id is None or building is None or other.building_id == building.pk:
            raise Refused(_("“%(name)s”在这几个月已经有标准了，请先让它结束。") % {"name": name})
