"""What is asked of the register, and what was done to it: proposals, consents, erasures, merges."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.rows import CommunityRow
from core.fields import EncryptedCharField
from core.ids import uuid7
from core.terms import Term
from grids.models.people import Household, Resident
from grids.models.places import Building
from grids.querysets import (
    ConsentQuerySet,
    ErasureRequestQuerySet,
    MergeQuerySet,
    NotSameQuerySet,
    ProposalQuerySet,
)

SEALED_LENGTH = 2000


class Proposal(CommunityRow):
    """A change that somebody proposes and the leader or the office decides: a correction by the resident, what a visit
    or a roster brought that only the register can decide."""

    class Kind(models.TextChoices):
        CHANGE = "change", _("更正资料")
        JOIN = "join", _("增加成员")
        LEAVE = "leave", _("已不住这里")
        CARE_END = "care_end", _("不再需要关爱")
        OTHER = "other", _("其他情况")

    class Source(models.TextChoices):
        RESIDENT = "resident", _("居民本人")
        VISIT = "visit", _("走访")
        ROSTER = "roster", _("花名册")

    class State(models.TextChoices):
        OPEN = "open", _("等待核对")
        ACCEPTED = "accepted", _("已更正")
        DECLINED = "declined", _("没有采纳")
        WITHDRAWN = "withdrawn", _("已撤回")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    household = models.ForeignKey(Household, models.PROTECT, related_name="proposals", verbose_name=_("住户"))
    building = models.ForeignKey(Building, models.PROTECT, related_name="+", verbose_name=_("楼幢"))
    resident = models.ForeignKey(
        Resident, models.PROTECT, null=True, blank=True, related_name="proposals", verbose_name=_("居民")
    )
    kind = models.CharField(_("事项"), max_length=10, choices=Kind.choices)
    source = models.CharField(_("谁提出"), max_length=10, choices=Source.choices)
    field = models.CharField(_("项目"), max_length=20, blank=True)
    before = EncryptedCharField(_("原来"), max_length=SEALED_LENGTH, blank=True)
    after = EncryptedCharField(_("应为"), max_length=SEALED_LENGTH, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    state = models.CharField(_("进展"), max_length=10, choices=State.choices, default=State.OPEN)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("提出人")
    )
    decided_at = models.DateTimeField(_("答复时间"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("答复人")
    )
    answer = models.CharField(_("答复"), max_length=200, blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("更正申请")
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True, decided_by__isnull=True)
                | Q(state__in=["accepted", "declined", "withdrawn"], decided_at__isnull=False),
                name="proposal_decided_at",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "state", "building"]),
            models.Index(fields=["community", "household"]),
        ]

    def __str__(self) -> str:
        return f"{self.household} · {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return reverse("grids:proposal", args=[self.pk])


class Consent(Term, CommunityRow):
    """What a resident has agreed to; it can be withdrawn at any time, as easily as it was given (PIPL art. 15)."""

    class Kind(models.TextChoices):
        VISIT_PHOTOS = "visit_photos", _("走访时拍照留存")
        PUBLISH_STORY = "publish_story", _("公开感谢信和照片")
        SHARE_WITH_PARTNERS = "partners", _("把需求告诉共建单位")
        CONTACT_FOR_ACTIVITIES = "activities", _("有活动时联系我")

    resident = models.ForeignKey(Resident, models.PROTECT, related_name="consents", verbose_name=_("居民"))
    household = models.ForeignKey(Household, models.PROTECT, related_name="consents", verbose_name=_("住户"))
    kind = models.CharField(_("同意什么"), max_length=16, choices=Kind.choices)
    how = models.CharField(_("怎样同意的"), max_length=120, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("登记人")
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("撤回登记人")
    )

    objects = ConsentQuerySet.as_manager()

    class Meta(Term.Meta):
        verbose_name = _("同意")
        ordering = ["kind", "-starts_on", "-pk"]
        constraints = [
            *Term.Meta.constraints,
            models.UniqueConstraint(
                fields=["resident", "kind"], condition=Q(ends_on__isnull=True), name="one_open_consent_a_kind"
            ),
        ]
        indexes = [models.Index(fields=["community", "household"])]

    def __str__(self) -> str:
        return f"{self.resident} · {self.get_kind_display()}"


class ErasureRequest(CommunityRow):
    """A resident asks that what is kept about them be erased (PIPL art. 47); the office answers what goes and what
    the law keeps."""

    class State(models.TextChoices):
        OPEN = "open", _("等待答复")
        DONE = "done", _("已删除")
        DECLINED = "declined", _("不能删除")
        WITHDRAWN = "withdrawn", _("已撤回")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="erasures", verbose_name=_("居民"))
    household = models.ForeignKey(Household, models.PROTECT, related_name="erasures", verbose_name=_("住户"))
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    state = models.CharField(_("进展"), max_length=10, choices=State.choices, default=State.OPEN)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提出人"))
    decided_at = models.DateTimeField(_("答复时间"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("答复人")
    )
    answer = models.CharField(_("答复"), max_length=400, blank=True)
    outcome = models.JSONField(_("结果"), default=dict, blank=True)

    objects = ErasureRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("删除申请")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["resident"], condition=Q(state="open"), name="one_open_erasure_request_a_resident"
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True)
                | Q(state__in=["done", "declined", "withdrawn"], decided_at__isnull=False),
                name="erasure_decided_at",
            ),
        ]
        indexes = [models.Index(fields=["community", "state", "created_at"])]

    def __str__(self) -> str:
        return f"{self.resident} · {self.get_state_display()}"

    def get_absolute_url(self) -> str:
        return reverse("grids:erasure", args=[self.pk])


class Merge(CommunityRow):
    """Two rows that were one person or one household, made one; undone within the day.

    `moved` lists what was re-pointed from `gone` to `kept`, [model, field, [primary keys]]; `sealed` holds, encrypted,
    the fields that were overwritten or set on both.
    """

    class Kind(models.TextChoices):
        RESIDENT = "resident", _("同一个人")
        HOUSEHOLD = "household", _("同一户")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("种类"), max_length=10, choices=Kind.choices)
    kept_id = models.UUIDField(_("留下的"))
    gone_id = models.UUIDField(_("并入的"))
    label = models.CharField(_("说明"), max_length=160)
    moved = models.JSONField(default=list)
    sealed = models.TextField(blank=True, editable=False)
    merged_at = models.DateTimeField(_("合并时间"))
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("合并人"))
    undone_at = models.DateTimeField(_("撤销时间"), null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("撤销人")
    )

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("合并")
        ordering = ["-merged_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="merge_undone_at_and_by",
            )
        ]
        indexes = [models.Index(fields=["community", "merged_at"])]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("grids:merge", args=[self.pk])


class NotSame(CommunityRow):
    """Two records that look like one, and are not: somebody has looked, and nobody is asked again."""

    kind = models.CharField(_("种类"), max_length=10, choices=Merge.Kind.choices)
    first_id = models.UUIDField(_("其中一份"))
    second_id = models.UUIDField(_("另一份"))
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("核对人"))

    objects = NotSameQuerySet.as_manager()

    class Meta:
        verbose_name = _("不是重复")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["community", "kind", "first_id", "second_id"], name="not_same_said_once"),
            models.CheckConstraint(condition=Q(first_id__lt=models.F("second_id")), name="not_same_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ≠ {self.second_id}"
