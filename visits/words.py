"""What the pages say about a round, a door, a visit and a finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.templatetags.portal import day, moment, when

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from grids.facade import UnitOfDoors
    from visits.models import Campaign, Finding, LateReport, Visit
    from visits.planning import Plan
    from visits.progress import Forecast
    from visits.sheet import Sheet

Fact = tuple[str, Any] | tuple[str, Any, str]


@dataclass(frozen=True)
class Station:
    """One stop on the way of a finding."""

    label: str
    detail: str
    url: str
    state: str


def opening(plan: Plan) -> list[tuple[int, str]]:
    """What begins with a round, in numbers."""
    lines = [
        (plan.households, _("户每户一个走访任务")),
        (plan.care, _("户要每月看望，一共 %(visits)d 次") % {"visits": plan.care_visits}),
        (plan.never_visited, _("户还没有走访过")),
        (plan.with_findings, _("户有上次的问题没反馈")),
        (plan.reviews, _("户有关爱情况到期复核")),
        (plan.without_leader, _("户所在网格还没有网格长，任务暂时没有人领")),
    ]
    return [line for line in lines if line[0]]


def closing(campaign: Any) -> list[tuple[int, str]]:
    """What a round leaves behind, in numbers; `campaign` comes with its progress."""
    return [
        (campaign.reached, _("户走到了")),
        (campaign.doors - campaign.reached, _("户没走到，其中 %(twice)d 户 2 次未遇") % {"twice": campaign.twice}),
        (campaign.verified, _("项核实了，一共要核实 %(fields)d 项") % {"fields": campaign.fields}),
    ]


def state_tone(campaign: Campaign, forecast: Forecast) -> str:
    """The colour of the forecast."""
    if not campaign.is_open:
        return "idle"
    return "warn" if forecast.late else "good" if forecast.ends_on else "wait"


def before_the_door(sheet: Sheet) -> str:
    """The line above the door in the visit form."""
    if sheet.target is None:
        return _("走访")
    return " · ".join(
        [
            str(sheet.target.campaign),
            sheet.target.get_kind_display(),
            due(sheet.target.due_on),
            *([sheet.target.get_state_display()] if sheet.target.state.startswith("absent") else []),
        ]
    )


def due(on: date) -> str:
    """By when somebody has to go; and for how long that day has passed."""
    late = (clock.today() - on).days
    if late <= 0:
        return _("最晚 %(day)s") % {"day": day(on)}
    told = ngettext("最晚 %(day)s，已经过了 %(late)d 天", "最晚 %(day)s，已经过了 %(late)d 天", late)
    return told % {"day": day(on), "late": late}


def of_building(campaign: Campaign | None, units: Sequence[UnitOfDoors]) -> str:
    """How many of the building's doors wait."""
    waiting = sum(door.tone in {"warn", "bad"} for unit in units for door in unit.doors)
    if campaign is None or not campaign.is_open:
        return ""
    return _("还有 %(waiting)d 户要走") % {"waiting": waiting} if waiting else _("这幢楼都走到了")


def of_visit(visit: Visit) -> str:
    """When, by whom, and who was met."""
    met = [_("见到%(who)s") % {"who": visit.met_who}] if visit.met_who else []
    return " · ".join([moment(visit.visited_at), visit.by.name, *met])


def of_late(late: LateReport) -> str:
    """When it was, by whom, when it came, how it ended."""
    came = _("%(when)s才收到") % {"when": when(late.received_at)}
    return " · ".join([moment(late.visited_at), late.by.name, came, late.get_outcome_display()])


def late_reports(count: int) -> str:
    """How many late reports wait to be looked at; "" where none does."""
    told = ngettext("有 %(count)d 条迟到的走访等您核对", "有 %(count)d 条迟到的走访等您核对", count)
    return told % {"count": count} if count else ""


def photos_under_way(visit: Visit, come: Sequence[Any]) -> str:
    """How many photos of a visit have not come from the phone yet; "" where none is missing."""
    n = len(set(visit.photos_announced) - {photo.announced_as for photo in come})
    if not n:
        return ""
    told = ngettext("还有 %(n)d 张照片没到，手机连上网就会发来。", "还有 %(n)d 张照片没到，手机连上网就会发来。", n)
    return told % {"n": n}


def of_finding(finding: Finding) -> list[Fact]:
    """The facts beside a finding."""
    facts: list[Fact] = [
        (_("住户"), finding.household, reverse("visits:household_history", args=[finding.household_id])),
        (_("负责人"), finding.owner),
        (_("最晚反馈"), day(finding.due_on)),
    ]
    if finding.category:
        facts.append((_("类别"), finding.category))
    if finding.fixed_how:
        facts.append((_("怎么处理的"), finding.fixed_how))
    return facts


def overdue(finding: Finding) -> str:
    """For how long the household has not heard back, and who has been told of it; "" where there is time left."""
    late = (clock.today() - finding.due_on).days
    if not finding.is_open or late <= 0:
        return ""
    told = ngettext("已经过了 %(late)d 天还没反馈。", "已经过了 %(late)d 天还没反馈。", late) % {"late": late}
    reached = {
        0: "",
        1: _("已经提醒负责人。"),
        2: _("已经提醒负责人，也告诉了社区工作者。"),
        3: _("已经提醒负责人，也告诉了社区工作者和社区书记。"),
    }
    return told + reached[finding.escalation]


def last_time(finding: Finding) -> str:
    """What the household said at the last visit and what became of it, to be read to them."""
    said = {"day": day(finding.visit.visited_at), "text": finding.text.rstrip("。.")}
    opening = _("上次（%(day)s）您说：%(text)s。") % said
    match finding.state:
        case "fixed" if finding.fixed_how:
            after = _("后来这样处理了：%(how)s。") % {"how": finding.fixed_how.rstrip("。.")}
        case "fixed":
            after = _("后来处理好了。")
        case "requested" if finding.request is not None:
            words = {"number": finding.request.number, "state": finding.request.get_state_display()}
            after = _("后来登记成诉求 %(number)s，现在%(state)s。") % words
        case _rest if finding.for_hall:
            after = _("已经记下来，要请大家一起议一议。")
        case _rest:
            after = _("我们还在跟进，还没有办好。")
    return opening + after


def stations_of(finding: Finding, *, sees_request: bool) -> list[Station]:
    """From the door to the answer: found, handed over, dealt with, told."""
    stations = [Station(_("走访发现"), when(finding.visit.visited_at), finding.visit.get_absolute_url(), "done")]
    if finding.request:
        url = finding.request.get_absolute_url() if sees_request else ""
        detail = f"{finding.request.number} · {finding.request.get_state_display()}"
        stations.append(
            Station(
                _("请人调解") if finding.request.has_parties else _("登记诉求"),
                detail,
                url,
                "now" if finding.state == "requested" else "done",
            )
        )
    mended = _("当场解决") if finding.fixed_on_spot else _("处理")
    dealt = "done" if finding.state in {"fixed", "closed"} else "now" if finding.state == "open" else "next"
    stations.append(Station(mended, "", "", dealt))
    told = "done" if finding.state == "closed" else "now" if finding.state == "fixed" else "next"
    stations.append(Station(_("告诉家里"), when(finding.closed_at), "", told))
    return stations
