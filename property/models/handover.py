"""An office passes from one person to the next in the middle of things."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.models import User
from community.roles import Office
from community.rows import CommunityRow
from core.ids import uuid7
from property.handover.querysets import HandoverQuerySet
from property.models.ledger import Book


class Handover(CommunityRow):
    """What is handed over (`snapshot`, its SHA-256 in `digest`), by whom to whom, and before whom.

    The appointments themselves are the secretary's; this is the protocol between two people. `absent_reason` says why
    whoever leaves could not sign.
    """

    class State(models.TextChoices):
        OPEN = "open", _("等签字")
        DONE = "done", _("已交接")
        CANCELLED = "cancelled", _("已取消")

    TONES = {State.OPEN: "wait", State.DONE: "good", State.CANCELLED: "idle"}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    book = models.ForeignKey(Book, models.PROTECT, related_name="handovers", db_index=False, verbose_name=_("账本"))
    office = models.CharField(_("职务"), max_length=12, choices=Office.choices)
    state = models.CharField(_("进展"), max_length=10, choices=State.choices, default=State.OPEN)
    leaving = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("移交人"))
    successor = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("接收人"))
    witness = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("监交人"))
    begun_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("发起人"))
    note = models.CharField(_("另外要说明的"), max_length=1000, blank=True)
    absent_reason = models.CharField(_("移交人为什么没有签"), max_length=200, blank=True)
    snapshot = models.JSONField(_("交接的内容"))
    taken_at = models.DateTimeField(_("清点时间"))
    digest = models.CharField(_("校验码"), max_length=64)
    leaving_at = models.DateTimeField(_("移交人签字时间"), null=True)
    successor_at = models.DateTimeField(_("接收人签字时间"), null=True)
    witness_at = models.DateTimeField(_("监交人签字时间"), null=True)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("交接")
        indexes = [models.Index(fields=["community", "book", "-taken_at"], name="handover_newest")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(leaving=F("successor")) & ~Q(leaving=F("witness")) & ~Q(successor=F("witness")),
                name="handover_three_people",
            ),
            models.CheckConstraint(
                condition=Q(witness__isnull=True, witness_at__isnull=True)
                | Q(witness__isnull=False, witness_at__isnull=False),
                name="handover_witness_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="done")
                | Q(successor_at__isnull=False, witness_at__isnull=False)
                & (Q(leaving_at__isnull=False) | ~Q(absent_reason="")),
                name="handover_done_when_signed",
            ),
            models.UniqueConstraint(
                fields=["book", "office"], condition=Q(state="open"), name="handover_one_open_an_office"
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(office)s交接：%(leaving)s → %(successor)s") % {
            "office": self.get_office_display(),
            "leaving": self.leaving,
            "successor": self.successor,
        }

    def get_absolute_url(self) -> str:
        return reverse("property:handover", args=[self.pk])

    @property
    def tone(self) -> str:
        return self.TONES[self.State(self.state)]

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN
