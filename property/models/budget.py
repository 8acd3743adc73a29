"""The budget of a year: drafted by the bookkeeper, approved by the chair on a resolution, changed by a new version."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.models import Attachment, User
from community.roles import Office
from community.rows import CommunityRow
from core.states import StateTable, Transition
from property.budget.querysets import BudgetLineQuerySet, BudgetQuerySet
from property.chart import Fund
from property.models.ledger import Account, Book, money_field, signed


class Budget(CommunityRow):
    """One version of the budget of a book and year. The newest approved version holds; older ones stay beside it."""

    class State(models.TextChoices):
        DRAFT = "draft", _("编制中")
        APPROVED = "approved", _("已批准")

    book = models.ForeignKey(Book, models.PROTECT, related_name="budgets", db_index=False, verbose_name=_("账本"))
    year = models.PositiveSmallIntegerField(_("年份"))
    version = models.PositiveSmallIntegerField(_("第几版"), default=1)
    state = models.CharField(_("进展"), max_length=8, choices=State.choices, default=State.DRAFT)
    reason = models.CharField(_("为什么调整"), max_length=200, blank=True)
    drafted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("制单"))
    drafted_at = models.DateTimeField(_("制单时间"))
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("批准人"))
    approved_at = models.DateTimeField(_("批准时间"), null=True)
    resolution_ref = models.CharField(_("依据的决议"), max_length=80, blank=True)
    resolution = models.ForeignKey(
        Attachment, models.PROTECT, null=True, related_name="+", verbose_name=_("决议的照片或 PDF")
    )
    revision = models.PositiveIntegerField(default=1, editable=False)

    # Lines with their accounts: for_page() sets it.
    rows: list[BudgetLine]

    objects = BudgetQuerySet.as_manager()

    class Meta:
        verbose_name = _("预算")
        constraints = [
            models.UniqueConstraint(fields=["book", "year", "version"], name="budget_version_once"),
            models.UniqueConstraint(fields=["book", "year"], condition=Q(state="draft"), name="budget_one_draft"),
            signed("approved"),
            models.CheckConstraint(
                condition=Q(state="approved", approved_by__isnull=False) & ~Q(resolution_ref="")
                | Q(state="draft", approved_by__isnull=True),
                name="budget_approved_on_a_resolution",
            ),
            models.CheckConstraint(condition=Q(version=1) | ~Q(reason=""), name="budget_change_says_why"),
        ]

    def __str__(self) -> str:
        return gettext("%(year)d 年预算 第 %(version)d 版") % {"year": self.year, "version": self.version}

    def get_absolute_url(self) -> str:
        return reverse("property:budget", args=[self.book_id, self.year])

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT


BUDGET_STEPS = StateTable(
    [
        Transition("", Budget.State.DRAFT, "draft", _("编预算"), (Office.BOOKKEEPER,)),
        Transition(Budget.State.DRAFT, Budget.State.DRAFT, "change", _("修改"), (Office.BOOKKEEPER,)),
        Transition(
            Budget.State.DRAFT, Budget.State.APPROVED, "approve", _("批准"), (Office.CHAIR,), ("resolution_ref",)
        ),
    ]
)


class BudgetLine(CommunityRow):
    """What an account of a fund is expected to bring or cost in the year, in yuan."""

    budget = models.ForeignKey(Budget, models.CASCADE, related_name="lines", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name=_("科目"))
    fund = models.CharField(_("资金"), max_length=8, choices=Fund.choices)
    amount = money_field(_("金额（元）"))
    note = models.CharField(_("说明"), max_length=80, blank=True)

    objects = BudgetLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("预算项目")
        constraints = [
            models.UniqueConstraint(fields=["budget", "account", "fund"], name="budget_line_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="budget_line_above_zero"),
            models.CheckConstraint(condition=Q(fund__in=Fund.values), name="budget_fund_known"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount}"
