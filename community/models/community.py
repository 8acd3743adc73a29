"""The community itself, its numbers and its calendar."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from community.rows import CommunityRow
from core import clock


class Community(models.Model):
    """A residential community 社区, named by its 12-digit statistical code (6 district + 3 street + 3 community)."""

    code = models.CharField(
        _("统计代码"),
        max_length=12,
        unique=True,
        validators=[RegexValidator(r"^\d{12}$", _("社区代码是 12 位数字。"))],
    )
    name = models.CharField(_("名称"), max_length=60)
    short_name = models.CharField(_("编号前缀"), max_length=8, help_text=_("用在诉求编号里，例如 225。"))
    phone = models.CharField(_("咨询电话"), max_length=20, blank=True)
    address = models.CharField(_("办公地址"), max_length=120, blank=True)
    office_hours = models.CharField(_("办公时间"), max_length=60, blank=True)
    about = models.TextField(_("介绍"), blank=True)
    grid_households_from = models.PositiveIntegerField(
        _("网格户数下限"), default=300, help_text=_("少于这么多户的网格会提醒。")
    )
    grid_households_to = models.PositiveIntegerField(
        _("网格户数上限"), default=500, help_text=_("多于这么多户的网格会提醒。")
    )
    is_demo = models.BooleanField(_("演示社区"), default=False)

    class Meta:
        verbose_name = _("社区")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Sequence(CommunityRow):
    """The last number given out, one locked row a kind and period; gapless."""

    kind = models.CharField(_("种类"), max_length=40)
    period = models.CharField(_("期间"), max_length=10, blank=True)
    last = models.PositiveIntegerField(_("最后一号"), default=0)

    class Meta:
        verbose_name = _("编号")
        constraints = [models.UniqueConstraint(fields=["community", "kind", "period"], name="sequence_once")]


class CalendarDay(models.Model):
    """Whether a day is worked, with the State Council's swaps 调休; a day that is not listed is Monday to Friday."""

    day = models.DateField(_("日期"), primary_key=True)
    is_workday = models.BooleanField(_("上班"))
    name = models.CharField(_("说明"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("工作日历")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class CalendarYear(models.Model):
    """A year whose holidays and swaps are listed; in any other one counts Monday to Friday for the time being."""

    first_day = models.DateField(_("元旦那天"), primary_key=True)
    at = models.DateTimeField(_("何时录齐"), default=clock.now)

    class Meta:
        verbose_name = _("录齐的年份")
        ordering = ["first_day"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(first_day__month=1, first_day__day=1), name="calendar_year_begins_in_january"
            )
        ]

    def __str__(self) -> str:
        return str(self.first_day.year)
