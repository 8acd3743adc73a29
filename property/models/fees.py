"""What households owe and pay: rates, reliefs, vehicles, runs of bills, payments and what each paid for.

Bills, payments and allocations are written once. What is owed is always worked out from them: a correction is a
further bill, a payment undone a further payment, both with the other sign.
"""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.models import User
from community.rows import CommunityRow
from core.fields import MaskedCharField
from core.ids import uuid7
from core.quarters import Month
from core.terms import Term
from grids.models import Building, Dwelling, Household
from property.chart import Fund
from property.fees.querysets import (
    AllocationQuerySet,
    BillingRunQuerySet,
    BillQuerySet,
    FeeScheduleQuerySet,
    PaymentQuerySet,
    ReliefQuerySet,
    VehicleQuerySet,
)
from property.models.ledger import Account, Book, Means, Voucher, mask_payee, money_field

HALF_A_FEN = Decimal("0.005")


def mask_plate(plain: str) -> str:
    """苏L·＊＊＊23: the province, the city and the last two characters."""
    return f"{plain[:2]}＊＊＊{plain[-2:]}" if len(plain) > 4 else "＊＊＊"


class FeeSchedule(CommunityRow):
    """A rate 收费标准: yuan a month for a square metre, a door or a vehicle; its months are both included.

    It never changes but for its end; one that ends before it begins was entered by mistake and never held.
    """

    class Basis(models.TextChoices):
        AREA = "area", _("按建筑面积（每平方米每月）")
        HOUSEHOLD = "household", _("按户（每户每月）")
        VEHICLE = "vehicle", _("按车（每辆每月）")

    book = models.ForeignKey(Book, models.PROTECT, related_name="fee_schedules", verbose_name=_("账本"))
    name = models.CharField(_("收费项目"), max_length=40)
    basis = models.CharField(_("怎样计费"), max_length=10, choices=Basis.choices)
    rate = models.DecimalField(
        _("标准（元）"), max_digits=10, decimal_places=4, validators=[MinValueValidator(Decimal("0.0001"))]
    )
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name=_("收入科目"))
    fund = models.CharField(_("资金"), max_length=8, choices=Fund.choices, default=Fund.FEE)
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("只对这一幢")
    )
    first_month = models.CharField(_("从哪个月"), max_length=7)
    last_month = models.CharField(_("到哪个月"), max_length=7, blank=True)
    decided = models.CharField(_("依据"), max_length=120, blank=True, help_text=_("例如哪一次会议定的。"))

    objects = FeeScheduleQuerySet.as_manager()

    class Meta:
        verbose_name = _("收费标准")
        ordering = ["fund", "name", "first_month", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(rate__gt=0), name="fee_rate_above_zero"),
            models.CheckConstraint(condition=Q(fund__in=Fund.values), name="fee_rate_fund_known"),
        ]
        indexes = [models.Index(fields=["community", "book", "first_month"])]

    def __str__(self) -> str:
        return self.name

    def holds_in(self, month: Month) -> bool:
        """Whether the rate holds in this month."""
        return self.first_month <= str(month) and (not self.last_month or str(month) <= self.last_month)

    @property
    def first(self) -> Month:
        return Month.parse(self.first_month)

    @property
    def last(self) -> Month | None:
        """The last month it holds; None until further notice."""
        return Month.parse(self.last_month) if self.last_month else None


class Vehicle(Term, CommunityRow):
    """A vehicle of a household that pays for its place; it counts for a month when it is there on the first day."""

    book = models.ForeignKey(Book, models.PROTECT, related_name="vehicles", verbose_name=_("账本"))
    household = models.ForeignKey(Household, models.PROTECT, related_name="vehicles", verbose_name=_("住户"))
    plate = MaskedCharField(_("车牌号"), max_length=12, mask=mask_plate)
    note = models.CharField(_("备注"), max_length=80, blank=True)

    objects = VehicleQuerySet.as_manager()

    class Meta(Term.Meta):
        verbose_name = _("车辆")
        ordering = ["household", "pk"]
        constraints = [
            *Term.Meta.constraints,
            models.UniqueConstraint(
                fields=["book", "plate"], condition=Q(ends_on__isnull=True), name="one_open_vehicle_a_plate"
            ),
        ]
        indexes = [models.Index(fields=["community", "book", "household"])]

    def __str__(self) -> str:
        return str(self.plate)


class Relief(Term, CommunityRow):
    """Part of a household's fee that need not be paid 减免, decided by somebody; it counts for a month when it holds
    on the first day. Of several the highest percent counts. No schedule: all of them."""

    book = models.ForeignKey(Book, models.PROTECT, related_name="reliefs", verbose_name=_("账本"))
    household = models.ForeignKey(Household, models.PROTECT, related_name="reliefs", verbose_name=_("住户"))
    schedule = models.ForeignKey(
        FeeSchedule, models.PROTECT, null=True, blank=True, related_name="reliefs", verbose_name=_("只减这一项")
    )
    percent = models.PositiveSmallIntegerField(
        _("减免（百分之）"), validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    reason = MaskedCharField(_("原因"), max_length=80, help_text=_("例如低保户、烈属。只有办理的人看得到。"))
    decided_by = models.CharField(_("谁决定的"), max_length=60)
    decided_on = models.DateField(_("决定日期"))

    objects = ReliefQuerySet.as_manager()

    class Meta(Term.Meta):
        verbose_name = _("减免")
        ordering = ["household", "starts_on", "pk"]
        constraints = [
            *Term.Meta.constraints,
            models.CheckConstraint(condition=Q(percent__gte=1, percent__lte=100), name="relief_in_percent"),
        ]
        indexes = [models.Index(fields=["community", "book", "household"])]

    def __str__(self) -> str:
        return gettext("减免 %(percent)d%%") % {"percent": self.percent}


class BillingRun(CommunityRow):
    """Bills made in one go for some months; its sums are what it added, which is what its voucher says."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    book = models.ForeignKey(Book, models.PROTECT, related_name="billing_runs", verbose_name=_("账本"))
    first_month = models.CharField(_("从哪个月"), max_length=7)
    last_month = models.CharField(_("到哪个月"), max_length=7)
    day = models.DateField(_("记账日期"))
    due_on = models.DateField(_("请在哪天以前交"))
    bills = models.PositiveIntegerField(_("账单数"), default=0)
    households = models.PositiveIntegerField(_("户数"), default=0)
    gross = money_field(_("应收（元）"))
    relief = money_field(_("减免（元）"))
    amount = money_field(_("减免后应收（元）"))
    prepaid_used = money_field(_("用预交款抵扣（元）"))
    run_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("出账人"))
    run_at = models.DateTimeField(_("出账时间"))
    voucher = models.ForeignKey(Voucher, models.PROTECT, null=True, related_name="billing_runs")

    objects = BillingRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("出账")
        ordering = ["-run_at", "-pk"]
        indexes = [models.Index(fields=["community", "book", "run_at"])]

    def __str__(self) -> str:
        return gettext("%(period)s 出账") % {"period": self.period}

    def get_absolute_url(self) -> str:
        return reverse("property:billing_run", args=[self.pk])

    @property
    def period(self) -> str:
        """The months as people read them: "2026-07—2026-09"."""
        return self.first_month if self.first_month == self.last_month else f"{self.first_month}—{self.last_month}"


class Bill(CommunityRow):
    """What a household owes for one rate and one month: `amount` = `gross` − `relief`, rounded once to the fen.

    A month and not the span of a run: a rate, an area, a relief or a household may change within it, arrears are aged
    by the month, and what differs later is billed for the month it differs in. An adjustment holds the difference
    alone, which may be below zero; `quantity`, `rate` and `relief_percent` say how the whole was worked out.
    """

    class Kind(models.TextChoices):
        FEE = "fee", _("账单")
        ADJUSTMENT = "adjustment", _("补差")
        OPENING = "opening", _("期初欠费")

    book = models.ForeignKey(Book, models.PROTECT, related_name="bills", db_index=False, verbose_name=_("账本"))
    household = models.ForeignKey(Household, models.PROTECT, related_name="bills", verbose_name=_("住户"))
    dwelling = models.ForeignKey(Dwelling, models.PROTECT, related_name="+", db_index=False, verbose_name=_("房屋"))
    kind = models.CharField(_("种类"), max_length=10, choices=Kind.choices, default=Kind.FEE)
    run = models.ForeignKey(BillingRun, models.PROTECT, null=True, related_name="made", verbose_name=_("出账"))
    schedule = models.ForeignKey(
        FeeSchedule, models.PROTECT, null=True, related_name="bills", db_index=False, verbose_name=_("收费标准")
    )
    vehicle = models.ForeignKey(
        Vehicle, models.PROTECT, null=True, related_name="bills", db_index=False, verbose_name=_("车辆")
    )
    month = models.CharField(_("月份"), max_length=7)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False, verbose_name=_("收入科目"))
    fund = models.CharField(_("资金"), max_length=8, choices=Fund.choices)
    quantity = models.DecimalField(_("数量"), max_digits=10, decimal_places=2, default=Decimal("1.00"))
    rate = models.DecimalField(_("标准（元）"), max_digits=10, decimal_places=4, default=Decimal("0.0000"))
    relief_percent = models.PositiveSmallIntegerField(_("减免（百分之）"), default=0)
    gross = money_field(_("应收（元）"))
    relief = money_field(_("减免（元）"))
    amount = money_field(_("减免后应收（元）"))
    day = models.DateField(_("记账日期"))
    due_on = models.DateField(_("请在哪天以前交"))

    # What was allocated to the bill, in fen: with_paid() sets it.
    paid_fen: int

    objects = BillQuerySet.as_manager()

    class Meta:
        verbose_name = _("账单")
        ordering = ["month", "due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "schedule", "month"],
                condition=Q(kind="fee", vehicle__isnull=True),
                name="bill_once_a_month",
            ),
            models.UniqueConstraint(
                fields=["vehicle", "schedule", "month", "household"],
                condition=Q(kind="fee", vehicle__isnull=False),
                name="bill_once_a_vehicle_and_month",
            ),
            # Within half a fen: SQLite subtracts decimals as binary fractions.
            models.CheckConstraint(
                condition=Q(amount__gt=models.F("gross") - models.F("relief") - HALF_A_FEN)
                & Q(amount__lt=models.F("gross") - models.F("relief") + HALF_A_FEN),
                name="bill_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(kind="opening", run__isnull=True, schedule__isnull=True)
                | ~Q(kind="opening") & Q(run__isnull=False, schedule__isnull=False),
                name="bill_from_a_run_unless_brought_forward",
            ),
            models.CheckConstraint(condition=Q(fund__in=Fund.values), name="bill_fund_known"),
        ]
        indexes = [
            models.Index(fields=["community", "book", "month"]),
            models.Index(fields=["community", "book", "day"]),
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.label}"

    @property
    def label(self) -> str:
        """What the bill is for."""
        return str(self.schedule) if self.schedule is not None else gettext("以前的欠费")


class Payment(CommunityRow):
    """Money from a household, or back to it. `amount` is signed: what came in above zero, what went back below.

    Receipts, refunds and undoings are numbered in one series a book and year, by the day of booking, without a gap.
    `origin` is the payment that is undone. `voucher` is the day's, once it is drafted.
    """

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("收款")
        REFUND = "refund", _("退款")
        UNDO = "undo", _("撤销")
        OPENING = "opening", _("期初预交")

    TONES = {Kind.RECEIPT: "good", Kind.REFUND: "warn", Kind.UNDO: "warn", Kind.OPENING: "idle"}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    book = models.ForeignKey(Book, models.PROTECT, related_name="payments", db_index=False, verbose_name=_("账本"))
    household = models.ForeignKey(Household, models.PROTECT, related_name="payments", verbose_name=_("住户"))
    kind = models.CharField(_("种类"), max_length=8, choices=Kind.choices, default=Kind.RECEIPT)
    year = models.PositiveSmallIntegerField(_("年份"), null=True, editable=False)
    number = models.PositiveIntegerField(_("收据号"), null=True, editable=False)
    amount = money_field(_("金额（元）"))
    means = models.CharField(_("收付款方式"), max_length=8, choices=Means.choices)
    account = models.ForeignKey(
        Account, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("钱款账户")
    )
    paid_on = models.DateField(_("收付款日期"))
    reference = models.CharField(_("流水号"), max_length=80, blank=True)
    payer = MaskedCharField(_("付款人"), max_length=60, blank=True, mask=mask_payee)
    reason = models.CharField(_("原因"), max_length=200, blank=True)
    origin = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="followed_by", verbose_name=_("撤销的收款")
    )
    key = models.UUIDField(null=True, editable=False)
    taken_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("经办人"))
    taken_at = models.DateTimeField(_("登记时间"))
    voucher = models.ForeignKey(Voucher, models.PROTECT, null=True, related_name="fee_payments")

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("收付款")
        ordering = ["-year", "-number", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["book", "year", "number"], name="receipt_number_once"),
            models.UniqueConstraint(fields=["book", "key"], name="payment_key_once"),
            models.UniqueConstraint(fields=["origin"], condition=Q(kind="undo"), name="payment_undone_once"),
            models.CheckConstraint(
                condition=Q(kind="receipt", amount__gt=0)
                | Q(kind="refund", amount__lt=0)
                | Q(kind="opening", amount__gt=0)
                | Q(kind="undo") & ~Q(amount=0),
                name="payment_sign_fits_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind="opening", number__isnull=True, account__isnull=True)
                | ~Q(kind="opening") & Q(number__isnull=False, year__isnull=False, account__isnull=False),
                name="payment_numbered_unless_brought_forward",
            ),
            models.CheckConstraint(
                condition=Q(kind="undo", origin__isnull=False) | ~Q(kind="undo") & Q(origin__isnull=True),
                name="payment_undone_is_named",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "book", "paid_on"]),
            models.Index(fields=["community", "book", "reference"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.receipt_no}".strip()

    def get_absolute_url(self) -> str:
        return reverse("property:payment", args=[self.pk])

    @property
    def receipt_no(self) -> str:
        """The number as people say it, "2026-00012"; "" for a balance brought forward."""
        return f"{self.year}-{self.number:05}" if self.number is not None else ""

    @property
    def tone(self) -> str:
        return self.TONES[self.Kind(self.kind)]


class Allocation(CommunityRow):
    """How much of a bill was paid, or is open again (below zero): by a payment, or by a run from what was prepaid.

    What a household has prepaid is the sum of its payments less the sum of its allocations.
    """

    bill = models.ForeignKey(Bill, models.PROTECT, related_name="allocations", verbose_name=_("账单"))
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, related_name="allocations", verbose_name=_("收付款")
    )
    run = models.ForeignKey(BillingRun, models.PROTECT, null=True, related_name="allocations", verbose_name=_("出账"))
    amount = money_field(_("金额（元）"))
    day = models.DateField(_("日期"))

    objects = AllocationQuerySet.as_manager()

    class Meta:
        verbose_name = _("抵扣")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="allocation_of_something"),
            models.CheckConstraint(
                condition=Q(payment__isnull=False, run__isnull=True) | Q(payment__isnull=True, run__isnull=False),
                name="allocation_by_payment_or_run",
            ),
        ]
        indexes = [models.Index(fields=["community", "day"])]

    def __str__(self) -> str:
        return f"{self.bill} {self.amount}"
