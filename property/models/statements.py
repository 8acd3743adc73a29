"""Statements of banks and wallets and their rows. What the bank says stays as it was read; what it is matched with may
change until a quarter is published, and stands outside every hash."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.rows import CommunityRow
from community.sealed import SealedUpload
from core.fields import MaskedCharField
from core.ids import uuid7
from property.models.fees import Payment
from property.models.ledger import Account, Book, Voucher, mask_payee, money_field
from property.statements.masking import mask_number, mask_remark
from property.statements.querysets import StatementFormatQuerySet, StatementQuerySet, StatementRowQuerySet


class StatementFormat(CommunityRow):
    """How a community's statements name their columns: kept once somebody has said it; `digest` is of the headings."""

    digest = models.CharField(max_length=64, editable=False)
    headings = models.JSONField(_("表头"), default=list)
    mapping = models.JSONField(_("栏目对应"), default=dict)

    objects = StatementFormatQuerySet.as_manager()

    class Meta:
        verbose_name = _("对账单格式")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["community", "digest"], name="statement_format_once")]

    def __str__(self) -> str:
        return "、".join(self.headings)[:60]


class Statement(SealedUpload):
    """One statement 对账单 that somebody sent. The file and its preview are encrypted and erased once it is decided."""

    class State(models.TextChoices):
        READING = "reading", _("正在读取")
        READY = "ready", _("等您确认")
        APPLYING = "applying", _("正在导入")
        APPLIED = "applied", _("已导入")
        ABANDONED = "abandoned", _("已放弃")
        UNREADABLE = "unreadable", _("读不出来")

    OVER = (State.APPLIED, State.ABANDONED, State.UNREADABLE)
    TONES = {State.APPLIED: "good", State.ABANDONED: "idle", State.UNREADABLE: "bad"}

    book = models.ForeignKey(Book, models.PROTECT, related_name="statements", verbose_name=_("账本"))
    account = models.ForeignKey(Account, models.PROTECT, related_name="statements", verbose_name=_("账户"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name=_("上传人")
    )
    state = models.CharField(_("进展"), max_length=12, choices=State.choices, default=State.READING)
    format = models.CharField(_("格式"), max_length=20, blank=True)
    first = models.DateField(_("第一笔"), null=True)
    last = models.DateField(_("最后一笔"), null=True)
    money_in = money_field(_("收入（元）"))
    money_out = money_field(_("支出（元）"))
    balance_checked = models.BooleanField(_("余额逐笔相符"), default=False)

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("对账单")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["community", "book", "created_at"])]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["applied", "abandoned", "unreadable"])
                | Q(sealed_content="", sealed_preview="", finished_at__isnull=False),
                name="statement_erased_when_over",
            )
        ]

    def get_absolute_url(self) -> str:
        return reverse("property:statement", args=[self.pk])


class StatementRow(CommunityRow):
    """One line of a statement. `amount` is what it moved on the account in yuan: in positive, out negative."""

    class Kind(models.TextChoices):
        IN = "in", _("收入")
        OUT = "out", _("支出")
        NEUTRAL = "neutral", _("不计收支")

    class Match(models.TextChoices):
        NONE = "none", _("还没对上")
        PAYMENT = "payment", _("住户缴费")
        VOUCHER = "voucher", _("凭证")
        OTHER = "other", _("另有说明")

    TONES = {Match.NONE: "wait", Match.PAYMENT: "good", Match.VOUCHER: "good", Match.OTHER: "idle"}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="rows", verbose_name=_("对账单"))
    account = models.ForeignKey(Account, models.PROTECT, related_name="statement_rows", verbose_name=_("账户"))
    fingerprint = models.CharField(max_length=64, editable=False)
    line = models.PositiveIntegerField(_("文件里的行"))
    position = models.PositiveIntegerField(_("先后"))
    day = models.DateField(_("日期"))
    at = models.TimeField(_("时间"), null=True)
    kind = models.CharField(_("收支"), max_length=8, choices=Kind.choices)
    amount = money_field(_("金额（元）"))
    balance = models.DecimalField(_("余额（元）"), max_digits=14, decimal_places=2, null=True)
    counterparty = MaskedCharField(_("对方"), max_length=120, blank=True, mask=mask_payee)
    counter_account = MaskedCharField(_("对方账号"), max_length=60, blank=True, mask=mask_number)
    remark = MaskedCharField(_("附言"), max_length=240, blank=True, mask=mask_remark)
    reference = models.CharField(_("流水号"), max_length=80, blank=True)
    match = models.CharField(_("核对"), max_length=8, choices=Match.choices, default=Match.NONE)
    payment = models.OneToOneField(
        Payment, models.PROTECT, null=True, related_name="statement_row", verbose_name=_("收付款")
    )
    voucher = models.ForeignKey(
        Voucher, models.PROTECT, null=True, related_name="statement_rows", verbose_name=_("凭证")
    )
    note = models.CharField(_("说明"), max_length=120, blank=True)
    matched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name=_("核对人")
    )
    matched_at = models.DateTimeField(_("核对时间"), null=True)

    objects = StatementRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("对账单的一笔")
        ordering = ["day", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["account", "fingerprint"], name="statement_row_once"),
            models.CheckConstraint(
                condition=Q(match="none", payment=None, voucher=None, note="", matched_at=None)
                | Q(match="voucher", payment=None, voucher__isnull=False, matched_at__isnull=False)
                | Q(match="payment", payment__isnull=False, voucher=None, matched_at__isnull=False)
                | (Q(match="other", payment=None, voucher=None, matched_at__isnull=False) & ~Q(note="")),
                name="statement_row_match_says_what",
            ),
        ]
        indexes = [models.Index(fields=["community", "account", "day", "position"])]

    def __str__(self) -> str:
        return f"{self.day} {self.amount}"

    def get_absolute_url(self) -> str:
        return reverse("property:statement_row", args=[self.pk])

    @property
    def tone(self) -> str:
        return self.TONES[self.Match(self.match)]

    @property
    def is_matched(self) -> bool:
        return self.match != self.Match.NONE
