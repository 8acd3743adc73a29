"""Writes of budgets: drafted, changed, approved; a change of what is approved is a further version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from community import audit
from community.files import store
from community.models import User
from community.notices import notify
from community.roles import Office
from core import clock
from core.money import yuan
from core.refusal import Refused
from core.scoping import locked
from property.actions import Paper
from property.actions.vouchers import holders
from property.budget.plan import is_planned
from property.chart import Fund
from property.models import Account, Book, Budget, BudgetLine
from property.models.budget import BUDGET_STEPS

EARLIEST, LATEST = 1, 1  # years before the book began and after this one for which a budget may be drafted


@dataclass(frozen=True, slots=True)
class Planned:
    """One line of a budget: yuan above zero for an account of a fund."""

    account: Account
    fund: str
    amount: Decimal
    note: str = ""


@transaction.atomic
def draft_budget(book: Book, *, by: User, year: int, lines: Sequence[Planned], reason: str = "") -> Budget:
    """A new version of the budget of a year. One that changes an approved budget says why (`reason`)."""
    book = locked(book)
    BUDGET_STEPS.find("", "draft", by.scope.offices(book.estate_id))
    if not book.opened_on.year - EARLIEST <= year <= clock.today().year + LATEST:
        raise Refused(_("请编今年或明年的预算。"))
    kin = Budget.objects.of_book(book).of_year(year)
    if kin.filter(state=Budget.State.DRAFT).exists():
        raise Refused(_("%(year)d 年已经有一份预算在编，请接着改那一份。") % {"year": year})
    version = (kin.aggregate(last=Max("version"))["last"] or 0) + 1
    if version > 1 and not reason.strip():
        raise Refused(_("预算已经批准过，要调整请写明为什么。"))
    budget = Budget.objects.create(
        community_id=book.community_id,
        book=book,
        year=year,
        version=version,
        reason=reason.strip() if version > 1 else "",
        drafted_by=by,
        drafted_at=clock.now(),
    )
    total = _write(budget, lines)
    audit.record("budget_drafted", budget, by=by, changes={"amount": [None, str(total)]}, reason=budget.reason)
    return budget


@transaction.atomic
def change_budget(budget: Budget, *, by: User, revision: int, lines: Sequence[Planned], reason: str = "") -> Budget:
    """Change a draft as it was seen (`revision`)."""
    budget = _locked(budget, revision)
    BUDGET_STEPS.find(budget.state, "change", by.scope.offices(budget.book.estate_id))
    before = _total(budget)
    if budget.version > 1 and not reason.strip():
        raise Refused(_("预算已经批准过，要调整请写明为什么。"))
    budget.reason = reason.strip() if budget.version > 1 else ""
    budget.drafted_by, budget.drafted_at = by, clock.now()
    budget.revision += 1
    budget.save()
    _lines_of(budget).delete()
    total = _write(budget, lines)
    audit.record("budget_changed", budget, by=by, changes={"amount": [str(before), str(total)]})
    return budget


@transaction.atomic
def approve_budget(
    budget: Budget, *, by: User, revision: int, resolution_ref: str, papers: Sequence[Paper] = ()
) -> Budget:
    """The chair's signature under a draft as it was seen, with the resolution that it rests on and its scan."""
    budget = _locked(budget, revision)
    given = {"resolution_ref": resolution_ref.strip()}
    step = BUDGET_STEPS.find(budget.state, "approve", by.scope.offices(budget.book.estate_id), given)
    if by.pk == budget.drafted_by_id:
        raise Refused(_("编预算和批准预算要由两个人来办。"))
    for paper in papers[:1]:
        budget.resolution = store(
            paper.content, name=paper.name, content_type=paper.content_type, community=budget.community, by=by
        )
    budget.state, budget.resolution_ref = step.target, given["resolution_ref"]
    budget.approved_by, budget.approved_at = by, clock.now()
    budget.revision += 1
    budget.save()
    audit.record("budget_approved", budget, by=by, changes={"resolution_ref": ["", budget.resolution_ref]})
    told = [user for user in holders(budget.book, Office.BOOKKEEPER) if user.pk != by.pk]
    notify(told, about=budget, kind="budget_approved", text=_("%(budget)s批准了。") % {"budget": budget})
    return budget


def _locked(budget: Budget, revision: int) -> Budget:
    book = locked(budget.book)
    budget = locked(budget)
    budget.book = book
    if budget.revision != revision:
        raise Refused(_("这份预算刚才有人改过，请看一看现在的内容再决定。"))
    return budget


def _write(budget: Budget, lines: Sequence[Planned]) -> Decimal:
    """Store the lines; each account of a fund once. Returns their sum of absolute plans, in yuan."""
    if not lines:
        raise Refused(_("请至少写一项预计的收入或支出。"))
    seen: set[tuple[int, str]] = set()
    for line in lines:
        if line.account.book_id != budget.book_id or not line.account.takes_postings or not is_planned(line.account):
            raise Refused(
                _("预算只写收入、支出、添置和工程的明细科目，“%(account)s”不是。") % {"account": line.account}
            )
        if line.amount <= 0:
            raise Refused(_("预算的金额要大于零，没有的项目不用写。"))
        if (line.account.pk, line.fund) in seen:
            words = {"account": line.account.label, "fund": Fund(line.fund).label, "amount": yuan(line.amount)}
            raise Refused(_("“%(account)s”（%(fund)s）写了两次，请合成一行。") % words)
        seen.add((line.account.pk, line.fund))
    BudgetLine.objects.bulk_create(
        BudgetLine(
            community_id=budget.community_id,
            budget=budget,
            account=line.account,
            fund=line.fund,
            amount=line.amount,
            note=line.note,
        )
        for line in lines
    )
    return sum((line.amount for line in lines), Decimal("0.00"))


def _lines_of(budget: Budget):  # type: ignore[no-untyped-def]
    return BudgetLine.objects.unscoped(reason="lines of a budget found already").filter(budget=budget)


def _total(budget: Budget) -> Decimal:
    return sum(_lines_of(budget).values_list("amount", flat=True), Decimal("0.00"))
