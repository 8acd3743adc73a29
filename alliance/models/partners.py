"""Partner units 联盟单位: what the community needs, what they offer, what is done together, what they have pledged.

Who speaks for a unit holds an appointment for it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alliance.partners.querysets import (
    NeedQuerySet,
    PartnerQuerySet,
    PledgeQuerySet,
    ProjectQuerySet,
    ResourceQuerySet,
)
from alliance.partners.states import NeedState, PledgeState, ProjectState
from alliance.topics import Topic
from community.models import Attachment, User
from community.rows import CommunityRow
from core import clock
from core.addresses import address
from core.ids import uuid7
from helpdesk.models import ServiceRequest


class Partner(CommunityRow):
    """A unit that works with the community; not named to neighbours as active once it has left."""

    class Kind(models.TextChoices):
        PARTY = "party", _("党建联盟单位")
        ENTERPRISE = "enterprise", _("企业")
        UNIVERSITY = "university", _("高校")
        SOCIAL = "social", _("社会组织")

    kind = models.CharField(_("哪一种"), max_length=12, choices=Kind.choices)
    name = models.CharField(_("名称"), max_length=60)
    about = models.TextField(_("介绍"), max_length=500, blank=True)
    joined_on = models.DateField(_("哪天加入"))
    left_on = models.DateField(_("哪天退出"), null=True, blank=True)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("联盟单位")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["community", "name"], name="partner_name_once"),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=models.F("joined_on")), name="partner_left_later"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("alliance:partner", args=[self.pk])

    @property
    def is_active(self) -> bool:
        """Whether it works with the community today."""
        return self.left_on is None or self.left_on >= clock.today()


class Need(CommunityRow):
    """Something neighbours wish for, written down by the office or a grid's leader; it names nobody."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    topic = models.CharField(_("哪方面"), max_length=10, choices=Topic.choices)
    title = models.CharField(_("需要什么"), max_length=60)
    text = models.TextField(_("说得细一些"), max_length=500, blank=True)
    place = models.CharField(_("大概在哪里"), max_length=40, blank=True)
    people = models.PositiveSmallIntegerField(_("大约多少人用得上"), null=True, blank=True)
    until = models.DateField(_("最好在哪天以前"), null=True, blank=True)
    state = models.CharField(_("进展"), max_length=8, choices=NeedState.choices, default=NeedState.OPEN)
    reason = models.CharField(_("为什么不再需要"), max_length=120, blank=True)
    # The wish that it comes from; those who read the need do not learn whose it is.
    request = models.ForeignKey(
        ServiceRequest, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("从哪条诉求来")
    )
    logged_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("谁登记的"))

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("需求")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["community", "state", "created_at"])]
        constraints = [
            models.CheckConstraint(condition=~Q(state="dropped") | ~Q(reason=""), name="need_dropped_for_a_reason"),
            models.UniqueConstraint(fields=["request"], condition=~Q(state="dropped"), name="need_once_a_request"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("alliance:need", self.pk)


class Resource(CommunityRow):
    """Something that a unit offers, and until when."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="resources", verbose_name=_("联盟单位"))
    topic = models.CharField(_("哪方面"), max_length=10, choices=Topic.choices)
    title = models.CharField(_("能帮什么"), max_length=60)
    text = models.TextField(_("说得细一些"), max_length=500, blank=True)
    amount = models.CharField(_("多少、多久一次"), max_length=40, blank=True)
    since = models.DateField(_("从哪天起"), null=True, blank=True)
    until = models.DateField(_("到哪天为止"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("何时收回"), null=True)
    logged_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("谁登记的"))

    objects = ResourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("资源")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["community", "withdrawn_at", "created_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(until__gte=models.F("since")),
                name="resource_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("alliance:resource", self.pk)

    @property
    def is_offered(self) -> bool:
        """Whether it can still be had."""
        return self.withdrawn_at is None and (self.until is None or self.until >= clock.today())


class Project(CommunityRow):
    """What the community and a unit do together: proposed by one side, agreed by the other, done or dropped."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="projects", verbose_name=_("联盟单位"))
    need = models.ForeignKey(
        Need, models.PROTECT, null=True, blank=True, related_name="projects", verbose_name=_("为哪个需求")
    )
    resource = models.ForeignKey(
        Resource, models.PROTECT, null=True, blank=True, related_name="projects", verbose_name=_("用哪个资源")
    )
    title = models.CharField(_("一起做什么"), max_length=60)
    text = models.TextField(_("怎么做"), max_length=500, blank=True)
    until = models.DateField(_("打算哪天前做完"), null=True, blank=True)
    state = models.CharField(_("进展"), max_length=10, choices=ProjectState.choices, default=ProjectState.PROPOSED)
    by_partner = models.BooleanField(_("由联盟单位提议"), default=False)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("谁提议的"))
    agreed_at = models.DateTimeField(_("何时说定"), null=True)
    agreed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁同意的"))
    ended_at = models.DateTimeField(_("何时结束"), null=True)
    outcome = models.TextField(_("结果或原因"), max_length=500, blank=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("项目")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["community", "state", "created_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("done", "dropped"), ended_at__isnull=False) & ~Q(outcome="")
                | ~Q(state__in=("done", "dropped")) & Q(ended_at__isnull=True),
                name="project_ended_says_how",
            ),
            models.CheckConstraint(
                condition=Q(agreed_at__isnull=True, agreed_by__isnull=True)
                | Q(agreed_at__isnull=False, agreed_by__isnull=False) & ~Q(agreed_by=models.F("proposed_by")),
                name="project_agreed_by_another",
            ),
            models.UniqueConstraint(
                fields=["partner", "need"],
                condition=Q(need__isnull=False, state__in=("proposed", "agreed", "under_way")),
                name="project_open_once_a_need",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("alliance:project", self.pk)


class Pledge(CommunityRow):
    """What a unit has said it will do, and by when 承诺; reported with a photo, checked by the office."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="pledges", verbose_name=_("联盟单位"))
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="pledges", verbose_name=_("属于哪个项目")
    )
    title = models.CharField(_("承诺什么"), max_length=80)
    until = models.DateField(_("哪天以前"))
    first_until = models.DateField(_("最初说的日子"))
    state = models.CharField(_("进展"), max_length=8, choices=PledgeState.choices, default=PledgeState.OPEN)
    outcome = models.TextField(_("办得怎么样"), max_length=500, blank=True)
    photo = models.ForeignKey(Attachment, models.PROTECT, null=True, related_name="+", verbose_name=_("照片"))
    reported_at = models.DateTimeField(_("何时报来"), null=True)
    reported_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁报的"))
    confirmed_at = models.DateTimeField(_("何时核对"), null=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁核对的"))
    reminded_on = models.DateField(_("上次提醒"), null=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("谁记下的"))

    objects = PledgeQuerySet.as_manager()

    class Meta:
        verbose_name = _("承诺")
        ordering = ["until", "pk"]
        indexes = [models.Index(fields=["community", "state", "until"])]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=("reported", "kept")) | Q(reported_at__isnull=False, reported_by__isnull=False),
                name="pledge_reported_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(state="kept")
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False) & ~Q(confirmed_by=models.F("reported_by")),
                name="pledge_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="released") | ~Q(outcome=""), name="pledge_released_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("alliance:pledge", self.pk)

    @property
    def is_late(self) -> bool:
        """Whether its day has passed and nobody has reported it done."""
        return self.state == PledgeState.OPEN and self.until < clock.today()
