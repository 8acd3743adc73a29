"""A seat that its holder cannot take: whom they have asked, and who has taken it over."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from community.models import User
from community.rows import CommunityRow
from core import clock
from core.addresses import address
from core.ids import uuid7
from stewards.duty.swap_querysets import SwapAskQuerySet, SwapQuerySet
from stewards.models.members import Steward
from stewards.models.shifts import Assignment


class Swap(CommunityRow):
    """Somebody looks for another for their seat, and stays responsible for it until somebody has said yes.

    `in_return` are seats of others that they would take for it; `given` is the one that they got.
    """

    class State(models.TextChoices):
        OPEN = "open", _("在找人")
        TAKEN = "taken", _("有人接了")
        KEPT = "kept", _("不换了")
        LAPSED = "lapsed", _("没找到人")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # What somebody was taken out of is forgotten after a while, and the swaps about it go along; a promised seat stays.
    seat = models.ForeignKey(Assignment, models.CASCADE, related_name="swaps", verbose_name=_("哪一班"))
    note = models.CharField(_("想说的话"), max_length=80, blank=True)
    to_all = models.BooleanField(_("问所有能来的人"), default=True)
    state = models.CharField(_("进展"), max_length=10, choices=State.choices, default=State.OPEN)
    asked_at = models.DateTimeField(_("什么时候问的"), default=clock.now)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("谁问的"))
    ended_at = models.DateTimeField(_("什么时候定的"), null=True)
    in_return = models.ManyToManyField(
        Assignment, blank=True, related_name="offered_for", verbose_name=_("愿意对换的班")
    )
    taken = models.OneToOneField(Assignment, models.CASCADE, null=True, related_name="taken_over")
    given = models.OneToOneField(
        Assignment, models.CASCADE, null=True, related_name="exchanged_for", verbose_name=_("换来的班")
    )

    objects = SwapQuerySet.as_manager()

    class Meta:
        verbose_name = _("换班")
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["community", "state", "asked_at"])]
        constraints = [
            models.UniqueConstraint(fields=["seat"], condition=Q(state="open"), name="swap_one_open_a_seat"),
            models.CheckConstraint(
                condition=Q(state="taken", taken__isnull=False) | ~Q(state="taken") & Q(taken__isnull=True),
                name="swap_taken_by_a_seat",
            ),
            models.CheckConstraint(
                condition=Q(given__isnull=True) | Q(state="taken"), name="swap_given_where_it_is_taken"
            ),
            models.CheckConstraint(
                condition=Q(state="open", ended_at__isnull=True) | ~Q(state="open") & Q(ended_at__isnull=False),
                name="swap_ended_when_not_open",
            ),
        ]

    def __str__(self) -> str:
        return str(self.seat)

    def get_absolute_url(self) -> str:
        return address("stewards:swap", self.pk)

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def tone(self) -> str:
        """The colour of its badge."""
        return {"open": "wait", "taken": "good", "lapsed": "warn"}.get(self.state, "idle")


class SwapAsk(CommunityRow):
    """One steward who was asked to take a seat over."""

    class State(models.TextChoices):
        OPEN = "open", _("等回话")
        ACCEPTED = "accepted", _("接了")
        DECLINED = "declined", _("这次不行")
        CLOSED = "closed", _("不用了")

    swap = models.ForeignKey(Swap, models.CASCADE, related_name="asks")
    steward = models.ForeignKey(Steward, models.PROTECT, related_name="swap_asks", verbose_name=_("红管家"))
    state = models.CharField(_("回话"), max_length=10, choices=State.choices, default=State.OPEN)
    answered_at = models.DateTimeField(_("什么时候回的话"), null=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁记的"))

    objects = SwapAskQuerySet.as_manager()

    class Meta:
        verbose_name = _("问换班")
        ordering = ["pk"]
        indexes = [models.Index(fields=["steward", "state"])]
        constraints = [
            models.UniqueConstraint(fields=["swap", "steward"], name="swap_ask_once"),
            models.UniqueConstraint(fields=["swap"], condition=Q(state="accepted"), name="swap_accepted_once"),
        ]

    def __str__(self) -> str:
        return f"{self.steward} · {self.swap}"
