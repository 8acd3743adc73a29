"""How a skill, a training, an insurance of a steward stands, in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _

from core import clock
from core.templatetags.portal import day
from stewards.members.querysets import SOON_DAYS

if TYPE_CHECKING:
    from stewards.models import Steward, StewardPause, StewardSkill


class Badge(NamedTuple):
    """A word in a colour."""

    tone: str
    label: str


class HeldLine(NamedTuple):
    """A skill as a line of a steward's page."""

    held: StewardSkill
    name: str
    level: str
    badges: list[Badge]
    returned: str
    has_paper: bool
    has_new_paper: bool
    to_look_at: bool


def line_of(held: StewardSkill) -> HeldLine:
    """A skill that was read with its kind."""
    return HeldLine(
        held=held,
        name=held.skill.label,
        level=str(held.get_level_display()),
        badges=badges_of(held),
        returned=held.returned,
        has_paper=held.paper_id is not None,
        has_new_paper=held.new_paper_id is not None,
        to_look_at=held.skill.needs_evidence and (held.confirmed_at is None or held.is_renewed),
    )


def badges_of(held: StewardSkill) -> list[Badge]:
    """What is to be known of a skill: looked at or not, running out or over."""
    found, ending = [], ending_of(held.valid_until)
    if held.returned:
        found.append(Badge("warn", _("请补一样东西")))
    elif held.skill.needs_evidence and held.confirmed_at is None:
        found.append(Badge("wait", _("等办公室核实")))
    elif held.is_renewed:
        found.append(Badge("wait", _("新证等办公室核实")))
    elif held.confirmed_at is not None and (ending is None or ending.tone != "bad"):
        found.append(Badge("good", _("核实过")))
    return [*found, ending] if ending else found


def ending_of(until: date | None) -> Badge | None:
    """What is over, or will be within SOON_DAYS; nothing where there is no end, or a far one."""
    if until is None:
        return None
    today = clock.today()
    if until < today:
        return Badge("bad", _("%(day)s过期了") % {"day": day(until)})
    if until <= today + timedelta(days=SOON_DAYS):
        return Badge("warn", _("%(day)s到期") % {"day": day(until)})
    return None


def serving_words(pauses: Iterable[StewardPause], *, appointed: bool) -> Badge:
    """Whether the steward is asked today."""
    if not appointed:
        return Badge("idle", _("现在不担任红管家"))
    held = next((one for one in pauses if one.is_current), None)
    if held is None:
        return Badge("good", _("照常服务"))
    if held.ends_on is None:
        return Badge("idle", _("暂停中"))
    return Badge("idle", _("暂停到%(day)s") % {"day": day(held.ends_on)})


def about_facts(steward: Steward) -> list[tuple[str, str]]:
    """What a steward says of themselves, as facts."""
    hours = _("%(hours)s 小时") % {"hours": f"{steward.weekly_minutes / 60:g}"}
    return [
        (_("自我介绍"), steward.about or _("还没有写")),
        (_("一周最多帮多久"), hours),
        (_("怎样联系"), _("打电话") if steward.by_phone else _("在手机上通知")),
    ]


def noted_facts(steward: Steward) -> list[tuple[str, str]]:
    """What the office keeps, as facts."""
    return [
        (_("培训"), _("%(day)s参加过") % {"day": day(steward.trained_on)} if steward.trained_on else _("还没有记")),
        (_("志愿者保险"), _insured(steward)),
    ]


def _insured(steward: Steward) -> str:
    if steward.insured_until is None:
        return _("还没有记")
    words = {"day": day(steward.insured_until), "insurer": steward.insurer or _("保险公司没有写")}
    if steward.insured_until < clock.today():
        return _("%(insurer)s，%(day)s已经到期") % words
    return _("%(insurer)s，保到%(day)s") % words
