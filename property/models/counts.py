"""The cash in the box beside what the book says."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.models import User
from community.rows import CommunityRow
from core.ids import uuid7
from property.counts.querysets import CashCountQuerySet
from property.models.ledger import Account, Book, Voucher, money_field, signed


class CashCount(CommunityRow):
    """A count of a cash account by the cashier, confirmed by a witness who looked on.

    `pieces` maps a note or coin in fen, as text, to how many there were. `difference` is what was counted less what
    should be there: the book, and what changed hands since but is not posted yet (`not_posted`, in less out).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    book = models.ForeignKey(Book, models.PROTECT, related_name="cash_counts", db_index=False, verbose_name=_("账本"))
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name=_("账户"))
    counted_on = models.DateField(_("盘点日期"))
    pieces = models.JSONField(_("票面和张数"), default=dict)
    counted = money_field(_("实际点到（元）"))
    book_amount = money_field(_("账上（元）"))
    not_posted = money_field(_("收付了还没入账的（元）"))
    not_posted_note = models.CharField(_("是哪几笔"), max_length=200, blank=True)
    difference = money_field(_("相差（元）"))
    explanation = models.CharField(_("为什么相差"), max_length=200, blank=True)
    counted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("盘点人"))
    counted_at = models.DateTimeField(_("盘点时间"))
    witnessed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("监盘人"))
    witnessed_at = models.DateTimeField(_("监盘时间"), null=True)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True)
    voucher = models.ForeignKey(Voucher, models.PROTECT, null=True, related_name="+", verbose_name=_("差额的凭证"))

    objects = CashCountQuerySet.as_manager()

    class Meta:
        verbose_name = _("现金盘点")
        indexes = [models.Index(fields=["community", "book", "-counted_at"], name="cash_count_newest")]
        constraints = [
            signed("witnessed"),
            models.CheckConstraint(condition=~Q(counted_by=F("witnessed_by")), name="cash_count_two_people"),
            models.CheckConstraint(condition=Q(counted__gte=0), name="cash_count_not_negative"),
            models.CheckConstraint(
                condition=Q(witnessed_at__isnull=True) | Q(withdrawn_at__isnull=True), name="cash_count_one_end"
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(day)s 盘点%(account)s") % {"day": self.counted_on.isoformat(), "account": self.account.label}

    def get_absolute_url(self) -> str:
        return reverse("property:cash_count", args=[self.pk])

    @property
    def should_be(self) -> Decimal:
        """What ought to be in the box, in yuan."""
        expected: Decimal = self.book_amount + self.not_posted
        return expected

    @property
    def is_waiting(self) -> bool:
        return self.witnessed_at is None and self.withdrawn_at is None
