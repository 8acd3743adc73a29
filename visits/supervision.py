"""What the pages say about draws, and about visits that look odd."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.templatetags.portal import day, when
from visits.models import Talk

if TYPE_CHECKING:
    from grids.models import Building
    from visits.models import Sample
    from visits.oddities import Oddity


def of_sample(sample: Sample) -> list[tuple[str, Any]]:
    """How a draw was made, so that anybody can repeat it."""
    return [
        (_("从多少次里抽"), sample.population),
        (_("抽取"), sample.size),
        (_("抽取人"), sample.drawn_by.name),
        (_("抽取时间"), when(sample.created_at)),
        (_("随机种子"), sample.seed),
        (_("名单指纹"), sample.population_hash),
    ]


def of_oddity(one: Oddity, walker: str, building: Building | None) -> str:
    """What was noticed about some visits, in numbers."""
    told = {"walker": walker, "doors": one.doors, "visits": len(one.visits), "day": day(one.first)}
    if one.about == Talk.About.FAST:
        told["span"] = _span(one.measure)
        return _("%(walker)s %(day)s：%(span)s记了 %(doors)d 户") % told
    if one.about == Talk.About.FAR:
        told |= {"building": building or "", "metres": one.measure}
        return _("%(walker)s在%(building)s：%(visits)d 次走访的位置离别人记的有 %(metres)d 米远") % told
    return _("%(walker)s：%(doors)d 户的备注一模一样") % told


def hint_of(one: Oddity) -> str:
    """The most likely harmless reason, said before anybody asks."""
    if one.about == Talk.About.FAST:
        return _("或许是补录的，问一问就清楚了。")
    if one.about == Talk.About.FAR:
        return _("或许是回来以后才记的，或者手机定位不准，问一问就清楚了。")
    return _("或许是同一件事挨家通知，问一问就清楚了。")


def _span(seconds: int) -> str:
    if seconds < 60:
        return ngettext("%(n)d 秒里", "%(n)d 秒里", seconds) % {"n": seconds}
    minutes = -(-seconds // 60)
    return ngettext("%(n)d 分钟里", "%(n)d 分钟里", minutes) % {"n": minutes}
