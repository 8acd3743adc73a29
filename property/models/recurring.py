"""What comes back: a voucher's words and lines, drafted anew for each month it is due, never twice for one."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.models import User
from community.rows import CommunityRow
from core.fields import MaskedCharField
from core.quarters import Month
from property.chart import Fund
from property.models.ledger import ZERO, Account, Book, Voucher, mask_payee, money_field, signed
from property.recurring.querysets import RecurringPartQuerySet, RecurringVoucherQuerySet


class RecurringVoucher(CommunityRow):
    """A voucher that comes back every `every` months from `first` on; `first` and `last` are "2026-09"."""

    class Every(models.IntegerChoices):
        MONTH = 1, _("每个月")
        QUARTER = 3, _("每三个月")
        HALF_YEAR = 6, _("每半年")
        YEAR = 12, _("每年")

    book = models.ForeignKey(Book, models.PROTECT, related_name="recurring", db_index=False, verbose_name=_("账本"))
    kind = models.CharField(_("种类"), max_length=10, choices=Voucher.Kind.choices)
    summary = models.CharField(_("摘要"), max_length=100)
    payee = MaskedCharField(_("收款人或付款人"), max_length=60, blank=True, mask=mask_payee)
    day = models.PositiveSmallIntegerField(_("每月几号"), default=1)
    every = models.PositiveSmallIntegerField(_("多久一次"), choices=Every.choices, default=Every.MONTH)
    first = models.CharField(_("从哪个月起"), max_length=7)
    last = models.CharField(_("到哪个月止"), max_length=7, blank=True)
    resolution_ref = models.CharField(_("依据的决议"), max_length=80, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("制单"))
    stopped_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("停用人"))
    stopped_at = models.DateTimeField(_("停用时间"), null=True)

    # Lines with accounts, and drafts with vouchers, the newest first: for_page() sets these.
    rows: list[RecurringLine]
    drafted: list[RecurringDraft]

    objects = RecurringVoucherQuerySet.as_manager()

    class Meta:
        verbose_name = _("定期凭证")
        indexes = [models.Index(fields=["community", "book"])]
        constraints = [
            signed("stopped"),
            models.CheckConstraint(condition=Q(day__range=(1, 31)), name="recurring_day_of_month"),
            models.CheckConstraint(condition=Q(every__in=[1, 3, 6, 12]), name="recurring_every_known"),
            models.CheckConstraint(
                condition=Q(kind__in=["receipt", "payment", "transfer", "journal"]),
                name="recurring_kind_drafted_by_hand",
            ),
        ]

    def __str__(self) -> str:
        return self.summary

    def get_absolute_url(self) -> str:
        return reverse("property:recurring", args=[self.book_id])

    @property
    def is_running(self) -> bool:
        return self.stopped_at is None

    @property
    def amount(self) -> Decimal:
        """What it moves each time, in yuan."""
        return sum((line.debit for line in self.rows), ZERO)

    def due_in(self, month: Month) -> bool:
        """Whether it comes in this month, drafted already or not."""
        first = Month.parse(self.first)
        if month < first or (self.last and month > Month.parse(self.last)):
            return False
        apart = (month.year - first.year) * 12 + month.number - first.number
        return bool(apart % self.every == 0)


class RecurringLine(CommunityRow):
    """One line as it will stand in the voucher: an account and a fund, debited or credited, in yuan."""

    recurring = models.ForeignKey(RecurringVoucher, models.CASCADE, related_name="lines", db_index=False)
    line = models.PositiveSmallIntegerField(_("行"))
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name=_("科目"))
    fund = models.CharField(_("资金"), max_length=8, choices=Fund.choices)
    debit = money_field(_("借方"))
    credit = money_field(_("贷方"))
    note = models.CharField(_("说明"), max_length=80, blank=True)

    objects = RecurringPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("定期凭证的分录")
        ordering = ["line"]
        constraints = [
            models.UniqueConstraint(fields=["recurring", "line"], name="recurring_line_once"),
            models.CheckConstraint(
                condition=Q(debit__gt=0, credit=0) | Q(credit__gt=0, debit=0), name="recurring_line_on_one_side"
            ),
        ]


class RecurringDraft(CommunityRow):
    """That a month has its voucher; another takes its place only when the first was voided."""

    recurring = models.ForeignKey(RecurringVoucher, models.PROTECT, related_name="drafts", db_index=False)
    month = models.CharField(_("月份"), max_length=7)
    voucher = models.OneToOneField(Voucher, models.PROTECT, related_name="recurring_draft", verbose_name=_("凭证"))

    objects = RecurringPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("定期凭证的一次")
        constraints = [models.UniqueConstraint(fields=["recurring", "month"], name="recurring_month_once")]

    @property
    def counts(self) -> bool:
        """Whether the month has what was due: a voided draft has not brought it."""
        return self.voucher.state != Voucher.State.VOIDED
