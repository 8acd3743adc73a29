"""A job 上门帮忙: what a request asks of the red stewards, who was asked, who goes, what parts have cost."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from community.models import Attachment, User
from community.rows import CommunityRow
from core import clock
from core.addresses import address
from core.ids import uuid7
from grids.models import Building, Estate, Household
from helpdesk.models import ServiceRequest
from stewards.jobs.querysets import JobOfferQuerySet, JobQuerySet, JobStewardQuerySet, PartsClaimQuerySet
from stewards.jobs.states import LIVE, WORKED, State
from stewards.models.members import Skill, Steward


class Job(CommunityRow):
    """One errand of the red stewards for a request, from the first question to the household's word.

    `home` is the household; it is not called `household`, because its record is read by all who live there. `wishes`
    are the times that suit it, as pairs of moments; the one that is agreed on stands in `starts_at` and `ends_at`.
    """

    class Urgency(models.TextChoices):
        EMERGENCY = "emergency", _("十万火急")
        URGENT = "urgent", _("当天要办")
        ORDINARY = "ordinary", _("平常")

    class Arrival(models.TextChoices):
        CODE = "code", _("到访码对上了")
        PHONE = "phone", _("打电话核实的")

    class Word(models.TextChoices):
        PORTAL = "portal", _("住户在网上确认")
        RATING = "rating", _("住户评价时确认")
        PHONE = "phone", _("问过住户后代记")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(ServiceRequest, models.PROTECT, related_name="jobs", verbose_name=_("诉求"))
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="+", verbose_name=_("要会什么"))
    home = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("哪一户")
    )
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("楼幢")
    )
    what = models.CharField(_("做什么"), max_length=60)
    bring = models.CharField(_("要带什么、注意什么"), max_length=120, blank=True)
    state = models.CharField(_("进展"), max_length=10, choices=State.choices, default=State.OFFERED)
    urgency = models.CharField(_("急不急"), max_length=9, choices=Urgency.choices, default=Urgency.ORDINARY)
    needs_two = models.BooleanField(_("两个人一起去"), default=False)
    wishes = models.JSONField(_("住户方便的时间"), default=list)
    starts_at = models.DateTimeField(_("约在几点"), null=True)
    ends_at = models.DateTimeField(_("约到几点"), null=True)
    # Who answers for it to the household; with whom they go says `JobSteward`.
    steward = models.ForeignKey(Steward, models.PROTECT, null=True, related_name="jobs", verbose_name=_("谁去"))
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("谁请的"))
    asked_at = models.DateTimeField(_("什么时候请的"), default=clock.now)
    wave = models.PositiveSmallIntegerField(_("问到第几批"), default=0)
    wave_due_at = models.DateTimeField(_("什么时候再多问几位"), null=True)

    # What the steward says at the door, and what the household says back; new ones for everybody who goes.
    steward_code = models.CharField(_("红管家报的码"), max_length=4, blank=True)
    home_code = models.CharField(_("住户报的码"), max_length=4, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    code_shut_until = models.DateTimeField(null=True)
    set_out_at = models.DateTimeField(_("出发时间"), null=True)
    checked_at = models.DateTimeField(_("住户核对了来人"), null=True)
    arrived_at = models.DateTimeField(_("到达时间"), null=True)
    arrival = models.CharField(_("怎么核实的"), max_length=5, choices=Arrival.choices, blank=True)
    arrival_reason = models.CharField(_("为什么打电话核实"), max_length=120, blank=True)
    done_at = models.DateTimeField(_("做完时间"), null=True)
    result = models.CharField(_("结果"), max_length=10, choices=ServiceRequest.Result.choices, blank=True)
    text = models.TextField(_("做了什么"), max_length=1000, blank=True)
    confirmed_at = models.DateTimeField(_("确认时间"), null=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁确认的"))
    confirmed_via = models.CharField(_("怎么确认的"), max_length=6, choices=Word.choices, blank=True)
    confirm_note = models.CharField(_("住户说的话"), max_length=200, blank=True)
    # The household says that it was not so; whoever checks the work reads why.
    doubted_at = models.DateTimeField(_("住户说没办好"), null=True)
    doubt = models.CharField(_("哪里没办好"), max_length=200, blank=True)
    stopped_at = models.DateTimeField(_("不请了的时间"), null=True)
    stop_reason = models.CharField(_("为什么不请了"), max_length=120, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("上门帮忙")
        ordering = ["-asked_at", "-pk"]
        indexes = [
            models.Index(fields=["community", "state", "wave_due_at"]),
            models.Index(fields=["community", "asked_at"]),
            models.Index(fields=["home", "state"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["request"], condition=Q(state__in=LIVE), name="job_one_live_a_request"),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True, ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="job_from_until",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[State.OFFERED, State.STOPPED])
                | Q(steward__isnull=False, starts_at__isnull=False),
                name="job_taken_by_somebody_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.ARRIVED, *WORKED]) | Q(arrived_at__isnull=False) & ~Q(arrival=""),
                name="job_arrival_was_checked",
            ),
            models.CheckConstraint(
                condition=~Q(arrival="phone") | ~Q(arrival_reason=""), name="job_arrival_by_phone_says_why"
            ),
            models.CheckConstraint(
                condition=Q(state__in=WORKED, done_at__isnull=False) & ~Q(result="")
                | ~Q(state__in=WORKED) & Q(done_at__isnull=True, result=""),
                name="job_done_with_a_result",
            ),
            models.CheckConstraint(
                condition=Q(state=State.CONFIRMED, confirmed_at__isnull=False) & ~Q(confirmed_via="")
                | ~Q(state=State.CONFIRMED) & Q(confirmed_at__isnull=True, confirmed_via=""),
                name="job_confirmed_by_a_way",
            ),
            models.CheckConstraint(
                condition=Q(state=State.STOPPED, stopped_at__isnull=False)
                | ~Q(state=State.STOPPED) & Q(stopped_at__isnull=True),
                name="job_stopped_with_its_end",
            ),
        ]

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        return address("stewards:job", self.pk)

    @property
    def is_live(self) -> bool:
        """Whether somebody still has something to do."""
        return self.state in LIVE

    @property
    def needed(self) -> int:
        """How many go."""
        return 2 if self.needs_two else 1

    @property
    def slots(self) -> list[tuple[datetime, datetime]]:
        """The times that suit the household; once somebody has said yes, the one that was chosen."""
        if self.starts_at and self.ends_at:
            return [(self.starts_at, self.ends_at)]
        return [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in self.wishes]

    @property
    def slots_to_come(self) -> list[tuple[datetime, datetime]]:
        """Those of them that are not over."""
        return [(start, end) for start, end in self.slots if end > clock.now()]


class JobSteward(CommunityRow):
    """A steward who has said that they go, and for which time; two of these never overlap for one steward (0003)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    job = models.ForeignKey(Job, models.PROTECT, related_name="stewards")
    steward = models.ForeignKey(Steward, models.PROTECT, related_name="taken", verbose_name=_("红管家"))
    starts_at = models.DateTimeField(_("从几点"))
    ends_at = models.DateTimeField(_("到几点"))
    taken_at = models.DateTimeField(_("什么时候答应的"), default=clock.now)
    # From then on they are free again: the work is done, or somebody else goes.
    left_at = models.DateTimeField(_("什么时候起不占了"), null=True)
    # They gave it back or passed it on: from then on they do not read where it is.
    handed_on = models.BooleanField(_("后来换了人"), default=False)
    minutes = models.PositiveSmallIntegerField(_("花了多少分钟"), null=True)

    objects = JobStewardQuerySet.as_manager()

    class Meta:
        verbose_name = _("去的红管家")
        ordering = ["taken_at", "pk"]
        indexes = [models.Index(fields=["steward", "starts_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["job", "steward"], condition=Q(left_at__isnull=True), name="job_steward_once"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="job_steward_from_until"),
            models.CheckConstraint(
                condition=Q(handed_on=False) | Q(left_at__isnull=False, minutes__isnull=True),
                name="job_steward_handed_on_is_free",
            ),
            models.CheckConstraint(
                condition=Q(minutes__isnull=True) | Q(minutes__gt=0, minutes__lte=720), name="job_steward_minutes"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.steward} {self.starts_at:%Y-%m-%d %H:%M}"


class JobOffer(CommunityRow):
    """A question to one steward: whether they can go. `reasons` says why just them, as words for code."""

    class State(models.TextChoices):
        OPEN = "open", _("等回话")
        ACCEPTED = "accepted", _("答应了")
        DECLINED = "declined", _("这次不行")
        LAPSED = "lapsed", _("过了时间没回话")
        WITHDRAWN = "withdrawn", _("已经有人去了")
        HANDED_ON = "handed_on", _("答应过，后来换了人")

    class Channel(models.TextChoices):
        PORTAL = "portal", _("网上")
        PHONE = "phone", _("电话")
        PAPER = "paper", _("当面或纸条")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    job = models.ForeignKey(Job, models.PROTECT, related_name="offers")
    steward = models.ForeignKey(Steward, models.PROTECT, related_name="offers", verbose_name=_("红管家"))
    wave = models.PositiveSmallIntegerField(_("第几批"))
    reasons = models.JSONField(_("为什么请"), default=list)
    state = models.CharField(_("回话"), max_length=9, choices=State.choices, default=State.OPEN)
    offered_at = models.DateTimeField(_("什么时候问的"), default=clock.now)
    due_at = models.DateTimeField(_("最好在什么时候前回话"), null=True)
    answered_at = models.DateTimeField(_("什么时候回的话"), null=True)
    channel = models.CharField(_("怎么回的话"), max_length=6, choices=Channel.choices, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁记的"))
    # Who asks this one to take over from them, and stays responsible until the answer.
    passed_by = models.ForeignKey(Steward, models.PROTECT, null=True, related_name="+", verbose_name=_("谁转请的"))

    objects = JobOfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("邀请")
        ordering = ["wave", "offered_at", "pk"]
        indexes = [
            models.Index(fields=["community", "state", "due_at"]),
            models.Index(fields=["steward", "state", "offered_at"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["job", "steward"], name="offer_once_a_steward"),
            models.CheckConstraint(
                condition=Q(state__in=["accepted", "declined", "handed_on"], answered_at__isnull=False) & ~Q(channel="")
                | Q(state__in=["open", "lapsed", "withdrawn"], answered_at__isnull=True, channel=""),
                name="offer_answered_by_a_channel",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=["", "portal"], recorded_by__isnull=True)
                | Q(channel__in=["phone", "paper"], recorded_by__isnull=False),
                name="offer_recorded_where_not_in_the_portal",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.steward} · {self.job}"

    def get_absolute_url(self) -> str:
        return address("stewards:offer", self.pk)


class PartsClaim(CommunityRow):
    """What a steward has paid for parts: money to be paid back by the estate's committee, never hours."""

    class State(models.TextChoices):
        CLAIMED = "claimed", _("等自管会报销")
        DRAFTED = "drafted", _("已经制单")
        DECLINED = "declined", _("没有同意报销")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    job = models.ForeignKey(Job, models.PROTECT, related_name="parts")
    steward = models.ForeignKey(Steward, models.PROTECT, related_name="parts", verbose_name=_("谁垫的钱"))
    estate = models.ForeignKey(Estate, models.PROTECT, related_name="parts_claims", verbose_name=_("小区"))
    amount = models.DecimalField(_("金额（元）"), max_digits=12, decimal_places=2)
    what = models.CharField(_("买了什么"), max_length=80)
    receipt = models.ForeignKey(Attachment, models.PROTECT, related_name="+", verbose_name=_("小票照片"))
    state = models.CharField(_("进展"), max_length=8, choices=State.choices, default=State.CLAIMED)
    claimed_at = models.DateTimeField(_("什么时候交的"), default=clock.now)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁办的"))
    decided_at = models.DateTimeField(_("办理时间"), null=True)
    declined_reason = models.CharField(_("为什么没有同意"), max_length=120, blank=True)
    voucher = models.ForeignKey(
        "property.Voucher", models.PROTECT, null=True, related_name="parts_claims", verbose_name=_("凭证")
    )

    objects = PartsClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("材料费")
        ordering = ["claimed_at", "pk"]
        indexes = [models.Index(fields=["estate", "state", "claimed_at"])]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="parts_cost_something"),
            models.CheckConstraint(
                condition=Q(state="claimed", decided_at__isnull=True, decided_by__isnull=True)
                | ~Q(state="claimed") & Q(decided_at__isnull=False, decided_by__isnull=False),
                name="parts_decided_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(declined_reason=""), name="parts_declined_for_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(state="drafted", voucher__isnull=False) | ~Q(state="drafted") & Q(voucher__isnull=True),
                name="parts_drafted_with_a_voucher",
            ),
        ]

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        return self.job.get_absolute_url()
