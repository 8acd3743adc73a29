"""Looking after a round: some visits are asked about again by phone, some are talked about."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.rows import CommunityRow
from core import clock
from core.ids import uuid7
from visits.models.campaign import Campaign
from visits.models.visit import Visit
from visits.querysets import RecheckQuerySet, SampleQuerySet, TalkQuerySet


class Sample(CommunityRow):
    """A draw of visits to be asked about again. The seed and the drawn-from are kept: anybody can draw it once more."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="samples", verbose_name=_("批次"))
    seed = models.CharField(_("随机种子"), max_length=32)
    size = models.PositiveIntegerField(_("抽取"))
    population = models.PositiveIntegerField(_("从多少次里抽"))
    population_hash = models.CharField(max_length=64)
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("抽取人"))

    objects = SampleQuerySet.as_manager()

    class Meta:
        verbose_name = _("抽查")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["community", "campaign"])]

    def __str__(self) -> str:
        return gettext("从 %(population)d 次走访里抽 %(size)d 次") % {"population": self.population, "size": self.size}

    def get_absolute_url(self) -> str:
        return reverse("visits:sample", args=[self.pk])


class Recheck(CommunityRow):
    """One visit that was drawn, and what the household said on the phone 电话回访."""

    class Outcome(models.TextChoices):
        AS_WRITTEN = "as_written", _("和记的一样")
        DIFFERS = "differs", _("有出入")
        NOT_VISITED = "not_visited", _("说没有来过")
        NOT_REACHED = "not_reached", _("电话没打通")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sample = models.ForeignKey(Sample, models.PROTECT, related_name="rechecks", verbose_name=_("抽查"))
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="rechecks", verbose_name=_("走访"))
    outcome = models.CharField(_("结果"), max_length=12, choices=Outcome.choices, blank=True)
    note = models.CharField(_("说了什么"), max_length=300, blank=True)
    called_at = models.DateTimeField(_("回访时间"), null=True)
    called_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("回访人")
    )

    objects = RecheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("电话回访")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "visit"], name="recheck_once_a_sample"),
            models.CheckConstraint(
                condition=Q(outcome="", called_at__isnull=True, called_by__isnull=True)
                | ~Q(outcome="") & Q(called_at__isnull=False, called_by__isnull=False),
                name="recheck_called_at_and_by",
            ),
        ]
        indexes = [models.Index(fields=["community", "sample"])]

    def __str__(self) -> str:
        return str(self.visit)

    def get_absolute_url(self) -> str:
        return reverse("visits:recheck", args=[self.pk])

    @property
    def waits(self) -> bool:
        """Whether somebody still has to call."""
        return self.outcome in ("", self.Outcome.NOT_REACHED)

    @property
    def tone(self) -> str:
        """The colour of its badge."""
        tones = {"as_written": "good", "differs": "warn", "not_visited": "bad"}
        return tones.get(self.outcome, "wait")

    @property
    def told(self) -> str:
        """The outcome in words, also before there is one."""
        return str(self.get_outcome_display()) if self.outcome else gettext("还没打")


class Talk(CommunityRow):
    """What was said with a visitor about visits that looked odd 谈一谈: it explains, it does not punish."""

    class About(models.TextChoices):
        FAST = "fast", _("很短时间走了很多户")
        FAR = "far", _("记录的位置离得远")
        SAME_NOTES = "same_notes", _("备注一模一样")

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="talks", verbose_name=_("批次"))
    walker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("走访人"))
    about = models.CharField(_("谈什么"), max_length=12, choices=About.choices)
    # Which visits it was about: the same oddity is not listed again.
    visits_hash = models.CharField(max_length=64)
    said = models.CharField(_("说了什么"), max_length=300)
    talked_at = models.DateTimeField(_("谈话时间"), default=clock.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("谈话人"))

    objects = TalkQuerySet.as_manager()

    class Meta:
        verbose_name = _("走访谈话")
        ordering = ["-talked_at", "-pk"]
        indexes = [models.Index(fields=["community", "campaign", "walker"])]

    def __str__(self) -> str:
        return f"{self.walker} · {self.get_about_display()}"
