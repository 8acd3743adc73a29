"""A resident's request, and the two households of a mediation."""

from __future__ import annotations

from functools import cached_property

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from community.models import User
from community.rows import CommunityRow
from core import clock
from core.addresses import address
from core.fields import MaskedCharField, mask_phone
from core.ids import uuid7
from grids.models import Building, Grid, Household
from helpdesk import course
from helpdesk.categories import LimitKind
from helpdesk.models.category import Category
from helpdesk.querysets import PartyQuerySet, ServiceRequestQuerySet
from helpdesk.states import ENDED, HANDLED, State


class ServiceRequest(course.Course, CommunityRow):
    """What somebody asks the community to do, from the first word to the rating.

    `home` is the household it comes from. It is not called `household`: the record of a household is read by all who
    live there, and what one of them has said to the office is not for the others.
    """

    Place = course.Place

    class Visibility(models.TextChoices):
        HANDLERS = "handlers", _("只给办事的人看")
        NEIGHBOURHOOD = "neighbourhood", _("可以让邻居知道（不写名字和门牌）")

    class Source(models.TextChoices):
        ONLINE = "online", _("居民自己提交")
        BEHALF = "behalf", _("工作人员代为登记")
        VISIT = "visit", _("走访发现")
        CITY = "city", _("别的系统转来")

    class Escalation(models.IntegerChoices):
        NONE = 0, _("没有督办")
        HANDLER = 1, _("催办办理人")
        LEADER = 2, _("报网格长")
        SECRETARY = 3, _("报社区书记")

    class Result(models.TextChoices):
        SOLVED = "solved", _("办好了")
        PARTLY = "partly", _("办好了一部分")
        IMPOSSIBLE = "impossible", _("办不了，已说明原因")

    class RejectReason(models.TextChoices):
        NOT_OURS = "not_ours", _("不归社区管")
        COURT = "court", _("已在打官司、仲裁或信访")
        DUPLICATE = "duplicate", _("同一件事已经在办")
        UNCLEAR = "unclear", _("说得不清楚，也联系不上本人")
        AGAINST_LAW = "against_law", _("不合法律和政策")
        NOT_AGREED = "not_agreed", _("没有两家都同意调解")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(_("编号"), max_length=24)
    category = models.ForeignKey(Category, models.PROTECT, related_name="requests", verbose_name=_("类别"))
    title = models.CharField(_("什么事"), max_length=60)
    description = models.TextField(_("详细情况"), max_length=4000, blank=True)
    place_kind = models.CharField(_("哪一种地方"), max_length=10, choices=Place.choices)
    place = models.CharField(_("地点"), max_length=80)
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name=_("楼幢")
    )
    grid = models.ForeignKey(
        Grid, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name=_("网格")
    )
    home = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name=_("哪一户提出")
    )
    reporter = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name=_("提出人")
    )
    reporter_name = models.CharField(_("提出人姓名"), max_length=40)
    reporter_phone = MaskedCharField(_("联系电话"), max_length=20, blank=True, mask=mask_phone)
    logged_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("登记人"))
    source = models.CharField(_("来源"), max_length=10, choices=Source.choices, default=Source.ONLINE)
    visibility = models.CharField(_("谁能看到"), max_length=14, choices=Visibility.choices, default=Visibility.HANDLERS)
    consent = models.BooleanField(_("同意把联系方式给办理人"), default=False)
    is_confidential = models.BooleanField(_("保密"), default=False)
    # Two households, each with words of its own; see `Party`.
    # What was asked in confidence keeps who asked in a row of its own; see `Informant`.
    has_informant = models.BooleanField(_("提出人另存"), default=False)
    fixture = models.ForeignKey(
        "Fixture", models.PROTECT, null=True, blank=True, related_name="requests", verbose_name=_("哪一处设施")
    )
    tracking_hash = models.CharField(max_length=64, blank=True, db_index=False)
    has_parties = models.BooleanField(_("两家之间的事"), default=False)
    follow_up_on = models.DateField(_("哪天回访"), null=True)

    state = models.CharField(_("进展"), max_length=12, choices=State.choices, default=State.SUBMITTED)
    submitted_at = models.DateTimeField(_("提交时间"), default=clock.now)
    sign_due_at = models.DateTimeField(_("联系期限"))
    due_at = models.DateTimeField(_("办结期限"))
    # The limits as they were promised: what is changed in a category afterwards holds for new requests alone.
    sign_kind = models.CharField(max_length=16, choices=LimitKind.choices)
    sign_amount = models.PositiveSmallIntegerField()
    finish_kind = models.CharField(max_length=16, choices=LimitKind.choices)
    finish_amount = models.PositiveSmallIntegerField()
    # From when they are counted: the moment of submission, or of being taken up again.
    clock_from = models.DateTimeField(_("从何时起算"), default=clock.now)
    extended_to = models.DateField(_("延期到"), null=True)
    accepted_at = models.DateTimeField(_("受理时间"), null=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("受理人"))
    handler = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="handled_requests", verbose_name=_("办理人")
    )
    handler_role = models.CharField(_("办理人身份"), max_length=20, blank=True)
    co_handlers = models.ManyToManyField(User, related_name="helped_requests", verbose_name=_("协办人"))
    first_contact_at = models.DateTimeField(_("第一次联系时间"), null=True)
    signed_at = models.DateTimeField(_("签收时间"), null=True)
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("签收人"))
    appointment = models.CharField(_("约定的时间"), max_length=40, blank=True)
    appointment_from = models.DateTimeField(_("约在几点"), null=True)
    appointment_until = models.DateTimeField(_("约到几点"), null=True)
    # The step for which the secretary's word is awaited, "" where nothing is; what was asked is in `Approval`.
    asked_for = models.CharField(_("在等书记同意什么"), max_length=10, blank=True)
    result = models.CharField(_("结果"), max_length=10, choices=Result.choices, blank=True)
    replied_at = models.DateTimeField(_("报告结果时间"), null=True)
    resolved_at = models.DateTimeField(_("办结时间"), null=True)
    resolved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("审核人"))
    # Who checked the round before this one: the next is checked by somebody else.
    last_resolved_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("上一次的审核人")
    )
    closed_at = models.DateTimeField(_("结束时间"), null=True)
    reject_reason = models.CharField(_("不予受理的原因"), max_length=12, choices=RejectReason.choices, blank=True)
    # Where it goes on when the answer to a question is there.
    resume_state = models.CharField(max_length=12, choices=State.choices, blank=True)
    answer_due_at = models.DateTimeField(_("补充期限"), null=True)
    questions = models.PositiveSmallIntegerField(_("请居民补充过几次"), default=0)
    review_on = models.DateField(_("挂账到哪天再看"), null=True)
    referred_to = models.CharField(_("转给了哪个单位"), max_length=80, blank=True)
    referred_number = models.CharField(_("那边的编号"), max_length=40, blank=True)
    next_check_on = models.DateField(_("下次去问的日子"), null=True)
    master = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged", verbose_name=_("并到哪一件"))
    followers = models.PositiveSmallIntegerField(_("有几件并进来"), default=0)
    escalation = models.PositiveSmallIntegerField(_("督办到哪一级"), choices=Escalation.choices, default=0)
    reopenings = models.PositiveSmallIntegerField(_("本人要求重办的次数"), default=0)
    # Rounds before this one that were finished late: a round that is begun again does not make them good.
    late_rounds = models.PositiveSmallIntegerField(_("以前办理时超期的次数"), default=0)
    hop_count = models.PositiveSmallIntegerField(_("退单次数"), default=0)
    round = models.PositiveSmallIntegerField(_("第几次办理"), default=1)
    version = models.PositiveIntegerField(default=1)

    objects = ServiceRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("诉求")
        ordering = ["-submitted_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["community", "number"], name="request_number_once"),
            models.CheckConstraint(
                condition=Q(resolved_by__isnull=True) | Q(handler__isnull=True) | ~Q(resolved_by=F("handler")),
                name="request_resolver_is_not_the_handler",
            ),
            models.CheckConstraint(
                condition=Q(state=State.MERGED)  # resolved by who checked the one that it follows
                | Q(resolved_by__isnull=True)
                | Q(last_resolved_by__isnull=True)
                | ~Q(resolved_by=F("last_resolved_by")),
                name="request_checked_by_another_each_round",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{act}_at__isnull": True, f"{act}_by__isnull": True})
                    | Q(**{f"{act}_at__isnull": False, f"{act}_by__isnull": False}),
                    name=f"request_{act}_at_and_by",
                )
                for act in ("accepted", "signed", "resolved")
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDED, closed_at__isnull=False) | ~Q(state__in=ENDED) & Q(closed_at__isnull=True),
                name="request_closed_at_with_its_end",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=HANDLED) | Q(handler__isnull=False), name="request_in_hand_has_a_handler"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.REJECTED) | ~Q(reject_reason=""), name="request_rejected_for_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(state=State.MERGED, master__isnull=False) | ~Q(state=State.MERGED) & Q(master__isnull=True),
                name="request_merged_has_a_master",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.MERGED) | Q(followers=0), name="request_merged_is_followed_by_none"
            ),
            models.CheckConstraint(
                condition=Q(state=State.SUSPENDED, review_on__isnull=False)
                | ~Q(state=State.SUSPENDED) & Q(review_on__isnull=True),
                name="request_suspended_until_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.REFERRED) | ~Q(referred_to="") & Q(next_check_on__isnull=False),
                name="request_referred_to_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state=State.NEED_INFO, answer_due_at__isnull=False) & ~Q(resume_state="")
                | ~Q(state=State.NEED_INFO) & Q(answer_due_at__isnull=True, resume_state=""),
                name="request_asked_goes_on_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(has_informant=False) & Q(logged_by__isnull=False)
                | Q(has_informant=True, reporter__isnull=True, home__isnull=True, logged_by__isnull=True)
                | Q(source="city"),
                name="request_names_who_logged_it_or_nobody",
            ),
            models.CheckConstraint(
                condition=Q(appointment_from__isnull=True, appointment_until__isnull=True)
                | Q(appointment_from__isnull=False, appointment_until__gt=F("appointment_from")),
                name="request_appointment_from_until",
            ),
            models.CheckConstraint(
                condition=~Q(place_kind="home") | Q(home__isnull=False), name="request_at_home_has_a_home"
            ),
        ]
        indexes = [
            models.Index(fields=["community", "state", "due_at"]),
            models.Index(fields=["community", "grid", "state", "due_at"]),
            models.Index(fields=["community", "submitted_at", "id"]),
            models.Index(fields=["community", "reporter", "submitted_at"]),
            models.Index(fields=["community", "handler", "state", "due_at"]),
            models.Index(fields=["community", "building", "category", "submitted_at"]),
            models.Index(fields=["community", "closed_at", "id"]),
            models.Index(fields=["community", "tracking_hash"], condition=~Q(tracking_hash=""), name="request_by_code"),
            models.Index(fields=["master"], condition=Q(master__isnull=False), name="request_merged_into"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return address("helpdesk:request", self.pk)

    @property
    def is_emergency(self) -> bool:
        """Whether it is promised in minutes: those it concerns are told at any hour."""
        return self.sign_kind == LimitKind.MINUTES

    @property
    def is_on_behalf(self) -> bool:
        """Whether somebody else wrote it down for the one whose request it is."""
        return self.logged_by_id != self.reporter_id

    @cached_property
    def sides(self) -> list[Party]:
        """The two households of a mediation, the one that asked first; none of anything else, and then no query."""
        if not self.has_parties:
            return []
        rows = Party.objects.unscoped(reason="the two sides of a request already found")
        return list(rows.filter(request=self).select_related("household__dwelling").order_by("side"))

    def title_for(self, user: User, *, works: bool = False) -> str:
        """What it is about; of a mediation nobody learns more than that it is one but who asked and who works on it."""
        told = works or not self.has_parties or user.pk in (self.reporter_id, self.logged_by_id)
        return self.title if told else self.category.label


class Party(CommunityRow):
    """One of the two households of a mediation. What is said to it, and what it says, is not for the other."""

    class Side(models.TextChoices):
        FIRST = "first", _("请人说和的一家")
        SECOND = "second", _("另一家")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(ServiceRequest, models.PROTECT, related_name="parties", verbose_name=_("诉求"))
    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name=_("哪一户"))
    side = models.CharField(_("哪一方"), max_length=6, choices=Side.choices)
    agreed_on = models.DateField(_("哪天同意调解"), null=True)
    agreed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁记的"))

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name = _("调解的一方")
        ordering = ["request", "side"]
        constraints = [
            models.UniqueConstraint(fields=["request", "side"], name="party_one_a_side"),
            models.UniqueConstraint(fields=["request", "household"], name="party_household_once"),
            models.CheckConstraint(
                condition=Q(agreed_on__isnull=True, agreed_by__isnull=True)
                | Q(agreed_on__isnull=False, agreed_by__isnull=False),
                name="party_agreed_on_and_by",
            ),
        ]
        indexes = [models.Index(fields=["community", "household"])]

    def __str__(self) -> str:
        return str(self.household)

    @property
    def is_first(self) -> bool:
        return self.side == self.Side.FIRST
