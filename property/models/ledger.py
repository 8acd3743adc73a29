"""The books of an estate: accounts, months, vouchers and what is kept of them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.models import Attachment, User
from community.roles import Office
from community.rows import CommunityRow
from core.fields import MaskedCharField
from core.ids import uuid7
from core.quarters import Month
from core.states import StateTable, Transition
from grids.models import Estate
from property import chart
from property.chart import AccountKind, Fund, Side
from property.querysets import (
    AccountQuerySet,
    BookQuerySet,
    LedgerMonthQuerySet,
    MonthlyBalanceQuerySet,
    PostingQuerySet,
    VoucherAttachmentQuerySet,
    VoucherQuerySet,
)

ZERO = Decimal("0.00")
_ORGANISATION = re.compile(r"(公司|厂|店|部|中心|局|所|站|社|会|院|行|队|校|园|场|处|室|铺|银行|集团)$")


def mask_payee(plain: str) -> str:
    """王＊＊ for a person; the whole name of an organisation, which is nobody's secret."""
    return plain if _ORGANISATION.search(plain) else f"{plain[:1]}＊＊"


def money_field(label: Any, **options: Any) -> models.DecimalField[Any, Any]:
    """Yuan, to the fen."""
    return models.DecimalField(label, max_digits=14, decimal_places=2, default=ZERO, **options)


def signed(prefix: str) -> models.CheckConstraint:
    """A signature is a person and a moment, or neither."""
    return models.CheckConstraint(
        condition=Q(**{f"{prefix}_at__isnull": True, f"{prefix}_by__isnull": True})
        | Q(**{f"{prefix}_at__isnull": False, f"{prefix}_by__isnull": False}),
        name=f"%(app_label)s_%(class)s_{prefix}_at_and_by",
    )


class Book(CommunityRow):
    """The one book of an estate. `last_sequence` and `last_hash` are the head of the chain of posted vouchers."""

    estate = models.OneToOneField(Estate, models.PROTECT, related_name="book", verbose_name=_("小区"))
    opened_on = models.DateField(_("启用日期"), help_text=_("一个月的第一天；以前的余额作为期初余额记入。"))
    spending_limit = money_field(
        _("委员会限额（元）"), help_text=_("一笔支出超过这个数，要写明居民会议或业主表决的决议。")
    )
    last_sequence = models.PositiveIntegerField(default=0, editable=False)
    last_hash = models.CharField(max_length=64, blank=True, editable=False)

    objects = BookQuerySet.as_manager()

    class Meta:
        verbose_name = _("账本")
        ordering = ["estate__code"]
        indexes = [models.Index(fields=["community", "estate"])]
        constraints = [models.CheckConstraint(condition=Q(spending_limit__gte=0), name="book_limit_not_negative")]

    def __str__(self) -> str:
        return gettext("%(estate)s账本") % {"estate": self.estate}

    def get_absolute_url(self) -> str:
        return reverse("property:book", args=[self.pk])


class Account(chart.AccountWords, CommunityRow):
    """An account of a book. One with accounts below it takes no postings; `is_money` marks cash, bank and the like."""

    book = models.ForeignKey(Book, models.PROTECT, related_name="accounts", verbose_name=_("账本"))
    code = models.CharField(_("科目编号"), max_length=12)
    name = models.CharField(_("科目名称"), max_length=40)
    kind = models.CharField(_("类别"), max_length=10, choices=AccountKind.choices)
    normal_side = models.CharField(_("余额方向"), max_length=6, choices=Side.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    is_money = models.BooleanField(_("钱款账户"), default=False)
    takes_postings = models.BooleanField(_("可以记账"), default=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("科目")
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["book", "code"], name="account_code_once")]


class LedgerMonth(CommunityRow):
    """A month of a book; `month` is "2026-09". Months close in order and are not opened again."""

    class State(models.TextChoices):
        OPEN = "open", _("记账中")
        CLOSED = "closed", _("已结账")

    book = models.ForeignKey(Book, models.PROTECT, related_name="months", verbose_name=_("账本"))
    month = models.CharField(_("月份"), max_length=7)
    state = models.CharField(_("进展"), max_length=6, choices=State.choices, default=State.OPEN)
    last_number = models.PositiveIntegerField(_("最后一号"), default=0, editable=False)
    closed_at = models.DateTimeField(_("结账时间"), null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("结账人"))

    # How many vouchers are on their way: with_counts() sets it.
    unfinished: int

    objects = LedgerMonthQuerySet.as_manager()

    class Meta:
        verbose_name = _("会计月份")
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(fields=["book", "month"], name="ledger_month_once"),
            signed("closed"),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | Q(state="open", closed_at__isnull=True),
                name="ledger_month_closed_when_closed",
            ),
        ]

    def __str__(self) -> str:
        return self.period.label

    @property
    def period(self) -> Month:
        return Month.parse(self.month)

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED

    @property
    def posted(self) -> int:
        """How many vouchers are posted: numbers have no gaps."""
        return self.last_number


class Means(models.TextChoices):
    """How money changed hands."""

    CASH = "cash", _("现金")
    BANK = "bank", _("银行转账")
    WECHAT = "wechat", _("微信")
    ALIPAY = "alipay", _("支付宝")
    MIXED = "mixed", _("多种方式")
    NONE = "none", _("没有收付款")


class Voucher(CommunityRow):
    """A voucher 凭证. Posted, it gets its number, its place in the chain and its hash, and then never changes."""

    class State(models.TextChoices):
        DRAFT = "draft", _("制单中")
        SUBMITTED = "submitted", _("待审核")
        RETURNED = "returned", _("退回修改")
        REVIEWED = "reviewed", _("待出纳")
        POSTED = "posted", _("已入账")
        VOIDED = "voided", _("已作废")

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("收入")
        PAYMENT = "payment", _("支出")
        TRANSFER = "transfer", _("转账")
        JOURNAL = "journal", _("分录")
        OPENING = "opening", _("期初余额")
        REVERSAL = "reversal", _("冲销")

    TONES = {
        State.DRAFT: "idle",
        State.SUBMITTED: "wait",
        State.RETURNED: "warn",
        State.REVIEWED: "wait",
        State.POSTED: "good",
        State.VOIDED: "idle",
    }
    UNFINISHED = (State.DRAFT, State.SUBMITTED, State.RETURNED, State.REVIEWED)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    book = models.ForeignKey(Book, models.PROTECT, related_name="vouchers", verbose_name=_("账本"))
    month = models.ForeignKey(LedgerMonth, models.PROTECT, related_name="vouchers", verbose_name=_("月份"))
    number = models.PositiveIntegerField(_("凭证号"), null=True, editable=False)
    kind = models.CharField(_("种类"), max_length=10, choices=Kind.choices)
    state = models.CharField(_("进展"), max_length=10, choices=State.choices, default=State.DRAFT)
    day = models.DateField(_("日期"))
    summary = models.CharField(_("摘要"), max_length=120)
    payee = MaskedCharField(_("收款人或付款人"), max_length=60, blank=True, mask=mask_payee)
    amount = money_field(_("金额（元）"))
    resolution_ref = models.CharField(_("依据的决议"), max_length=80, blank=True)
    reverses = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="reversals", verbose_name=_("冲销的凭证")
    )
    drafted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("制单"))
    drafted_at = models.DateTimeField(_("制单时间"))
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("审核"))
    reviewed_at = models.DateTimeField(_("审核时间"), null=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("出纳"))
    settled_at = models.DateTimeField(_("出纳时间"), null=True)
    settled_on = models.DateField(_("收付款日期"), null=True)
    means = models.CharField(_("收付款方式"), max_length=8, choices=Means.choices, blank=True)
    settled_ref = models.CharField(_("流水号或收据号"), max_length=60, blank=True)
    returned_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("退回人"))
    returned_at = models.DateTimeField(_("退回时间"), null=True)
    return_note = models.CharField(_("还缺什么"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    sequence = models.PositiveIntegerField(_("入账次序"), null=True, editable=False)
    previous_hash = models.CharField(max_length=64, blank=True, editable=False)
    hash = models.CharField(_("校验码"), max_length=64, blank=True, editable=False)

    # Postings and papers in their order: for_page() sets these.
    lines: list[Posting]
    paper_lines: list[VoucherAttachment]

    objects = VoucherQuerySet.as_manager()

    class Meta:
        verbose_name = _("凭证")
        constraints = [
            models.UniqueConstraint(fields=["month", "number"], name="voucher_number_once"),
            models.UniqueConstraint(fields=["book", "sequence"], name="voucher_sequence_once"),
            models.UniqueConstraint(fields=["reverses"], condition=~Q(state="voided"), name="voucher_reversed_once"),
            signed("reviewed"),
            signed("settled"),
            signed("returned"),
            models.CheckConstraint(
                condition=~Q(drafted_by=F("reviewed_by"))
                & ~Q(drafted_by=F("settled_by"))
                & ~Q(reviewed_by=F("settled_by")),
                name="voucher_three_people",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="posted",
                    number__isnull=False,
                    sequence__isnull=False,
                    reviewed_by__isnull=False,
                    settled_by__isnull=False,
                    settled_on__isnull=False,
                )
                & ~Q(hash="")
                | ~Q(state="posted")
                & Q(number__isnull=True, sequence__isnull=True, settled_by__isnull=True, hash="", previous_hash=""),
                name="voucher_numbered_and_signed_when_posted",
            ),
            models.CheckConstraint(
                condition=~Q(state="reviewed") | Q(reviewed_by__isnull=False), name="voucher_reviewed_by_somebody"
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(return_note=""), name="voucher_returned_with_note"
            ),
            models.CheckConstraint(
                condition=Q(kind="reversal", reverses__isnull=False) | ~Q(kind="reversal") & Q(reverses__isnull=True),
                name="voucher_reversal_names_its_voucher",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "book", "month", "number"]),
            models.Index(fields=["community", "book", "day", "id"]),
            models.Index(fields=["community", "book", "state"]),
            models.Index(
                fields=["community", "book", "month"],
                condition=Q(state__in=["draft", "submitted", "returned", "reviewed"]),
                name="voucher_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.summary}"

    def get_absolute_url(self) -> str:
        return reverse("property:voucher", args=[self.pk])

    @property
    def label(self) -> str:
        """The number as people say it, "2026-09 记-12"; a word for it while there is none."""
        if self.number is None:
            return gettext("未编号")
        return gettext("%(month)s 记-%(number)d") % {"month": self.month.month, "number": self.number}

    @property
    def tone(self) -> str:
        return self.TONES[self.State(self.state)]

    @property
    def is_posted(self) -> bool:
        return self.state == self.State.POSTED

    def parties(self, user: User) -> frozenset[str]:
        """The offices in which `user` may still act on this voucher: nobody signs it twice."""
        offices = set(user.scope.offices(self.book.estate_id))
        if user.pk == self.drafted_by_id:
            offices -= {Office.REVIEWER, Office.CASHIER}
        if user.pk == self.reviewed_by_id:
            offices -= {Office.BOOKKEEPER, Office.CASHIER}
        return frozenset(offices)

    def steps(self, user: User) -> list[Transition]:
        """What `user` can do with it now, in the order of the page's buttons."""
        return VOUCHER_STEPS.steps(self.state, self.parties(user))


_S = Voucher.State
VOUCHER_STEPS = StateTable(
    [
        Transition("", _S.DRAFT, "draft", _("制单"), (Office.BOOKKEEPER,), ("day", "summary", "lines")),
        Transition(_S.DRAFT, _S.SUBMITTED, "submit", _("送审"), (Office.BOOKKEEPER,)),
        Transition(_S.DRAFT, _S.DRAFT, "change", _("修改"), (Office.BOOKKEEPER,), ("day", "summary", "lines")),
        Transition(_S.DRAFT, _S.VOIDED, "void", _("作废草稿"), (Office.BOOKKEEPER,)),
        Transition(_S.RETURNED, _S.RETURNED, "change", _("修改"), (Office.BOOKKEEPER,), ("day", "summary", "lines")),
        Transition(_S.RETURNED, _S.SUBMITTED, "submit", _("再次送审"), (Office.BOOKKEEPER,)),
        Transition(_S.RETURNED, _S.VOIDED, "void", _("作废草稿"), (Office.BOOKKEEPER,)),
        Transition(_S.SUBMITTED, _S.REVIEWED, "approve", _("审核通过"), (Office.REVIEWER,)),
        Transition(_S.SUBMITTED, _S.RETURNED, "send_back", _("退回"), (Office.REVIEWER,), ("note",)),
        Transition(_S.REVIEWED, _S.POSTED, "settle", _("收付并入账"), (Office.CASHIER,), ("settled_on", "means")),
        Transition(_S.REVIEWED, _S.RETURNED, "send_back", _("退回"), (Office.CASHIER,), ("note",)),
    ]
)


class Posting(CommunityRow):
    """One line of a voucher: an account and a fund, debited or credited, in yuan."""

    voucher = models.ForeignKey(Voucher, models.PROTECT, related_name="postings", db_index=False)
    line = models.PositiveSmallIntegerField(_("行"))
    account = models.ForeignKey(Account, models.PROTECT, related_name="postings", verbose_name=_("科目"))
    fund = models.CharField(_("资金"), max_length=8, choices=Fund.choices)
    debit = money_field(_("借方"))
    credit = money_field(_("贷方"))
    note = models.CharField(_("说明"), max_length=80, blank=True)

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("分录")
        ordering = ["line"]
        constraints = [
            models.UniqueConstraint(fields=["voucher", "line"], name="posting_line_once"),
            models.CheckConstraint(
                condition=Q(debit__gt=0, credit=0) | Q(credit__gt=0, debit=0), name="posting_on_one_side"
            ),
            models.CheckConstraint(condition=Q(fund__in=Fund.values), name="posting_fund_known"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.debit or self.credit}"


class VoucherAttachment(CommunityRow):
    """A paper behind a voucher: an invoice, a receipt, a resolution; photo or PDF."""

    voucher = models.ForeignKey(Voucher, models.PROTECT, related_name="papers", db_index=False)
    attachment = models.ForeignKey(Attachment, models.PROTECT, related_name="+", verbose_name=_("附件"))
    line = models.PositiveSmallIntegerField(_("行"))
    is_resolution = models.BooleanField(_("这是决议"), default=False)

    objects = VoucherAttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("凭证附件")
        ordering = ["line"]
        constraints = [models.UniqueConstraint(fields=["voucher", "line"], name="voucher_paper_line_once")]

    def get_absolute_url(self) -> str:
        return reverse("property:paper", args=[self.voucher_id, self.line])


class MonthlyBalance(CommunityRow):
    """What was posted to an account and fund in a month ("2026-09"), and what they have come to at its end.

    Kept in the transaction that posts, so that any balance is one row, however long the book is; a month without a
    posting has none. `balance` is positive on the debit side.
    """

    book = models.ForeignKey(Book, models.PROTECT, related_name="balances", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="balances", verbose_name=_("科目"))
    fund = models.CharField(_("资金"), max_length=8, choices=Fund.choices)
    month = models.CharField(_("月份"), max_length=7)
    debit = money_field(_("借方"))
    credit = money_field(_("贷方"))
    balance = money_field(_("月末余额"))

    objects = MonthlyBalanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("月度发生额")
        constraints = [
            models.UniqueConstraint(fields=["book", "account", "fund", "month"], name="monthly_balance_once"),
            models.CheckConstraint(condition=Q(debit__gte=0, credit__gte=0), name="monthly_balance_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.account} {self.debit} {self.credit}"


def month_key(day: date) -> str:
    """The month of a day as it is stored: "2026-09"."""
    return str(Month.of(day))
