"""What stands on a printed round sheet and on the page where it is typed in: the same lines in the same order."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock, qr
from core.documents import render
from core.templatetags.portal import day
from grids.codes import Sex
from grids.models import Membership
from visits import reasons
from visits.fields import age_on
from visits.models import RoundSheet, Target, Visit

if TYPE_CHECKING:
    from community.models import User
    from grids.models import Building, Household, Resident
    from visits.models import Campaign

# The two-character family names that are met with; all others are the first character.
_LONG_FAMILY_NAMES = (
    "欧阳", "上官", "司马", "诸葛", "夏侯", "东方", "皇甫", "尉迟", "公孙", "令狐",
    "慕容", "司徒", "宇文", "长孙", "端木", "轩辕", "独孤", "南宫", "百里", "呼延",
)  # fmt: skip
_CHILD = 14
_DIGITS = re.compile(r"(\d+)")
_WAY = ("household__dwelling__unit__number", "household__dwelling__room_no")
_WHY = "the doors of a building already found"


@dataclass(frozen=True)
class Line:
    """One door of a sheet. `said` tells why there is nothing to type in, `url` leads to what happened there."""

    number: int
    target: UUID
    door: str
    people: str
    why: tuple[str, ...] = ()
    said: str = ""
    url: str = ""
    tone: str = ""

    @property
    def is_there(self) -> bool:
        """Whether the reader may see this door, and it is still in the register."""
        return bool(self.url)

    @property
    def waits(self) -> bool:
        """Whether it can be typed in."""
        return not self.said


def doors_waiting(building: Building, campaign: Campaign) -> list[UUID]:
    """The targets of a building that wait today, one a door, as one walks: by stairwell and room.

    The quarter's own speaks for a door, else the one that is due first.
    """
    rows = Target.objects.unscoped(reason=_WHY).filter(campaign=campaign, building=building).waiting()
    found: dict[UUID, list[tuple[Any, ...]]] = defaultdict(list)
    for household, kind, due_on, key, *place in (
        rows.due_by(clock.today()).order_by().values_list("household", "kind", "due_on", "pk", *_WAY)
    ):
        found[household].append((kind != Target.Kind.QUARTERLY, due_on, key, place))
    first = [min(rows, key=lambda row: row[:3]) for rows in found.values()]
    first.sort(key=lambda row: ([_as_people_count(part) for part in row[3]], row[2]))
    return [row[2] for row in first]


def visit_id(sheet: RoundSheet, target: UUID) -> UUID:
    """The id of the visit that a line becomes: the same however often the sheet is typed in."""
    return uuid5(sheet.pk, str(target))


def lines_of(user: User, sheet: RoundSheet) -> list[Line]:
    """The lines as they were printed, with what has become of each, in five queries."""
    keys = [UUID(text) for text in sheet.targets]
    rows = Target.objects.visible_to(user).filter(campaign=sheet.campaign_id)
    targets = rows.select_related("household__dwelling").in_bulk(keys)
    homes = {target.household_id for target in targets.values()}
    why: dict[UUID, list[Target]] = defaultdict(list)
    for other in rows.filter(household__in=homes).due_by(clock.today()).order_by("due_on", "pk"):
        why[other.household_id].append(other)
    people = _people(user, homes)
    ids = {visit_id(sheet, key): key for key in keys}
    found = Visit.objects.visible_to(user).filter(pk__in=ids)
    visits = {ids[visit.pk]: visit for visit in found.select_related("superseded_by")}
    return [
        _line(number, key, targets.get(key), why=why, people=people, visit=visits.get(key))
        for number, key in enumerate(keys, start=1)
    ]


def _line(
    number: int,
    key: UUID,
    target: Target | None,
    *,
    why: dict[UUID, list[Target]],
    people: dict[UUID, str],
    visit: Visit | None,
) -> Line:
    if target is None:
        return Line(number, key, "—", "", said=_("这一户不在您这里了，不用录入。"), tone="idle")
    home = target.household
    due = [one for one in why[home.pk] if one.is_due] or [target]
    told = tuple(dict.fromkeys(on_paper(reason) for one in due for reason in _reasons(one)))
    line = Line(number, key, str(home), people.get(home.pk, ""), told, url=target.get_absolute_url())
    if visit is not None:
        words = {"outcome": visit.get_outcome_display(), "day": day(visit.visited_at)}
        said = _("已经录入：%(outcome)s，%(day)s") % words
        return replace(line, said=said, url=visit.get_absolute_url(), tone="good")
    if not target.is_due:
        history = reverse("visits:household_history", args=[home.pk])
        return replace(line, said=_state_of(target), url=history, tone="idle")
    return line


def _state_of(target: Target) -> str:
    words = {"state": target.get_state_display(), "day": day(target.done_at)}
    return _("后来%(state)s，%(day)s") % words if target.done_at else target.get_state_display()


def gone(number: int) -> str:
    """A line whose door is no longer there."""
    return _("第 %(number)d 行：这一户已经不在名单里了。") % {"number": number}


def typed_before(number: int, home: Household) -> str:
    """A line that was typed in already."""
    return _("第 %(number)d 行 %(door)s：以前录入过了。") % {"number": number, "door": home}


def reached_before(number: int, target: Target) -> str:
    """A line whose door somebody else reached meanwhile."""
    words = {"number": number, "door": target.household, "state": _state_of(target)}
    return _("第 %(number)d 行 %(door)s：%(state)s，没有重复记。") % words


def _reasons(target: Target) -> Iterable[dict[str, Any]]:
    if target.kind in (Target.Kind.FOLLOW_UP, Target.Kind.SPECIAL) and not target.reasons:
        return [{"code": "kind", "kind": target.kind}]
    return list(target.reasons)


def on_paper(reason: reasons.Reason) -> str:
    """A reason for a sheet that neighbours may glance at: no name, and not what somebody is cared for."""
    match reason:
        case {"code": "kind", "kind": kind}:
            return str(Target.Kind(kind).label)
        case {"code": "care"}:
            return _("每月看望")
        case {"code": "review"}:
            return _("到期复核")
        case {"code": "not_known", "who": who}:
            return reasons.sentence(
                {**reason, "who": _("%(name)s家人") % {"name": family_name(who)}} if who else reason
            )
    return reasons.sentence(reason)


def _people(user: User, homes: Iterable[UUID]) -> dict[UUID, str]:
    rows = Membership.objects.visible_to(user).current().filter(household__in=homes).select_related("resident")
    found: dict[UUID, list[str]] = defaultdict(list)
    for member in rows.only("household", "resident__name", "resident__sex", "resident__birth_date").order_by("pk"):
        found[member.household_id].append(addressed(member.resident))
    return {home: _("、").join(names) for home, names in found.items()}


def addressed(resident: Resident) -> str:
    """As one speaks of somebody in a stairwell: 王女士, 李先生, 王小朋友."""
    name = family_name(resident.name)
    age = age_on(resident.birth_date, clock.today())
    if age is not None and age < _CHILD:
        return _("%(name)s小朋友") % {"name": name}
    if resident.sex == Sex.FEMALE:
        return _("%(name)s女士") % {"name": name}
    if resident.sex == Sex.MALE:
        return _("%(name)s先生") % {"name": name}
    return _("%(name)s家人") % {"name": name}


def family_name(name: str) -> str:
    """The family name of a Chinese name; of another one its last word."""
    name = name.strip()
    if name.isascii() or "·" in name:
        return name.replace("·", " ").split()[-1] if name else ""
    return name[:2] if len(name) > 2 and name[:2] in _LONG_FAMILY_NAMES else name[:1]


def _as_people_count(text: str) -> list[tuple[int, int, str]]:
    """So that 9 comes before 10."""
    return [(0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in _DIGITS.split(str(text)) if piece]


def pdf_of(user: User, sheet: RoundSheet) -> bytes:
    """The sheet as a paper."""
    lines = lines_of(user, sheet)
    address = f"{settings.SITE_URL}{sheet.get_absolute_url()}"
    office = sheet.community
    return render(
        "visits/round_sheet",
        {
            "title": f"{sheet.building} · {_('走访表')}",
            "issuer": office.name,
            "version": _("第 %(number)d 号 · %(quarter)s · 打印于 %(day)s")
            % {"number": sheet.number, "quarter": sheet.campaign, "day": day(sheet.created_at)},
            "number": _("第 %(number)d 号") % {"number": sheet.number},
            "lead": _(
                "还要走的 %(doors)d 户。见到人、情况都和登记的一样，勾“见到”；没人在家，勾“没人”；"
                "有变动、有问题、不愿受访或已经搬走，勾“其他”，写在后面，回来单独录入。"
            )
            % {"doors": len(lines)},
            "discreet": _("这张表上写着住户的情况，请收好，录入以后交社区统一销毁。"),
            "blanks": [_("走访日期"), _("走访人"), _("录入人")],
            "headings": [
                _("行"),
                _("门牌"),
                _("谁住这里"),
                _("为什么去"),
                _("见到"),
                _("没人"),
                _("其他"),
                _("有什么变化"),
                _("签名"),
            ],
            "rows": [_row(line, sheet.building) for line in lines],
            "qr": str(qr.svg(address, _("录入页面的二维码"))),
            "qr_alt": _("录入页面的二维码"),
            "qr_words": _("走完回来扫一扫，或在“纸质走访表”里填表号，照着这张表逐行录入。"),
        },
    )


def _row(line: Line, building: Building) -> list[str]:
    return [
        str(line.number),
        line.door.removeprefix(building.label) or line.door,
        line.people,
        _("；").join(line.why),
        line.said,
    ]


def typed_lines(sheets: Sequence[RoundSheet]) -> dict[UUID, int]:
    """How many lines of each sheet have been typed in; one query."""
    ids = {visit_id(sheet, UUID(text)): sheet.pk for sheet in sheets for text in sheet.targets}
    counts: dict[UUID, int] = defaultdict(int)
    for key in (
        Visit.objects.unscoped(reason="lines of sheets already found").filter(pk__in=ids).values_list("pk", flat=True)
    ):
        counts[ids[key]] += 1
    return counts
