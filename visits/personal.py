"""What the home visits keep about a person: to take away, to erase, and what has to stay."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.account_data import accounts_of
from community.files import forget
from community.personal import Going, Room, Section, Staying
from core.fields import is_filled, plain_of
from grids.own import residents_of
from visits.fields import BasicField, field_of
from visits.models import (
    Campaign,
    Card,
    Conflict,
    Feedback,
    Finding,
    LatePhoto,
    LateReport,
    Recheck,
    Talk,
    Verification,
    Visit,
    VisitPhoto,
)

if TYPE_CHECKING:
    from community.models import User

_FOUND = "what is kept about a person already found"
_OWN = "what is kept about one's own household"
# A new value in the form of a visit, of the household or of one member.
_NEW = re.compile(r"(?:h|r-(?P<whose>[0-9a-f]{32}))-(?P<name>\w+)-new")
# While the round is still walked, what was said about it is needed.
_WALKED = ~Q(campaign__state=Campaign.State.CLOSED)
_PROBLEM = re.compile(r"f\d+-text")


def sections(user: User) -> list[Section]:
    """The visits to the own household, what was verified, what was found and answered; one's own values in plain."""
    own = user.scope.households
    visits = Visit.objects.visible_to(user).filter(household__in=own).standing().for_list()
    return [
        Section("visits", _("走访"), _visit_columns(), [_visit(one) for one in visits]),
        Section("verifications", _("核实过的信息"), _verified_columns(), _verified(user)),
        Section("findings", _("走访时记下的问题"), _finding_columns(), _findings(user)),
        Section("rechecks", _("为走访打来的回访电话"), _recheck_columns(), _rechecks(user)),
        Section("cards", _("留在我家门下的卡片"), _card_columns(), _cards(user)),
        Section("late_reports", _("迟到的走访"), _late_columns(), _late(user)),
        Section("talks", _("就我的走访谈过的话"), _talk_columns(), _talks(user)),
    ]


def _visit_columns() -> list[tuple[str, str]]:
    return [
        ("at", _("时间")),
        ("by", _("走访人")),
        ("outcome", _("结果")),
        ("met", _("见到谁")),
        ("note", _("备注")),
    ]


def _visit(one: Visit) -> dict[str, Any]:
    outcome = one.get_outcome_display()
    return {"at": one.visited_at, "by": one.by.name, "outcome": outcome, "met": one.met_who, "note": one.note}


def _verified_columns() -> list[tuple[str, str]]:
    return [
        ("at", _("时间")),
        ("who", _("谁的")),
        ("field", _("项目")),
        ("result", _("核实结果")),
        ("before", _("原来")),
        ("after", _("现在")),
    ]


def _verified(user: User) -> list[dict[str, Any]]:
    mine = set(residents_of(user).values())
    rows = Verification.objects.visible_to(user).filter(household__in=user.scope.households)
    found = []
    for one in rows.select_related("visit", "resident").order_by("visit__visited_at", "pk"):
        own = one.resident_id in mine
        before, after = (one.before.plain, one.after.plain) if own else (one.before_shown, one.after_shown)
        if own and one.basic.choices:
            before, after = one.before_shown, one.after_shown
        found.append(
            {
                "at": one.visit.visited_at,
                "who": one.subject,
                "field": str(one.basic.label),
                "result": one.get_result_display(),
                "before": before,
                "after": after,
            }
        )
    return found


def _finding_columns() -> list[tuple[str, str]]:
    return [("at", _("时间")), ("text", _("是什么问题")), ("state", _("进展")), ("told", _("告诉了家里什么"))]


def _findings(user: User) -> list[dict[str, Any]]:
    told: dict[Any, list[str]] = {}
    for answer in Feedback.objects.visible_to(user).filter(finding__household__in=user.scope.households):
        told.setdefault(answer.finding_id, []).append(answer.told)
    rows = Finding.objects.visible_to(user).filter(household__in=user.scope.households)
    return [
        {
            "at": one.created_at,
            "text": one.text,
            "state": one.get_state_display(),
            "told": _("；").join(told.get(one.pk, [])),
        }
        for one in rows
    ]


def _recheck_columns() -> list[tuple[str, str]]:
    return [("at", _("时间")), ("by", _("回访人")), ("outcome", _("结果")), ("note", _("说了什么"))]


def _rechecks(user: User) -> list[dict[str, Any]]:
    """What the household said on the phone about a visit."""
    rows = Recheck.objects.unscoped(reason=_OWN).filter(visit__household__in=user.scope.households)
    called = rows.filter(called_at__isnull=False).select_related("called_by").order_by("called_at", "pk")
    return [
        {"at": one.called_at, "by": one.called_by.name, "outcome": one.get_outcome_display(), "note": one.note}
        for one in called
    ]


def _card_columns() -> list[tuple[str, str]]:
    return [
        ("at", _("时间")),
        ("by", _("留卡人")),
        ("expires", _("有效期至")),
        ("answered", _("填写时间")),
        ("void", _("作废时间")),
    ]


def _cards(user: User) -> list[dict[str, Any]]:
    """The cards under the own door; what was written on them stands with the visits and what was verified."""
    rows = Card.objects.unscoped(reason=_OWN).filter(household__in=user.scope.households)
    return [
        {
            "at": one.created_at,
            "by": one.issued_by.name,
            "expires": one.expires_at,
            "answered": one.visit.visited_at if one.visit else None,
            "void": one.void_at,
        }
        for one in rows.select_related("issued_by", "visit").order_by("created_at", "pk")
    ]


def _late_columns() -> list[tuple[str, str]]:
    return [
        ("at", _("时间")),
        ("by", _("走访人")),
        ("outcome", _("结果")),
        ("state", _("进展")),
        ("written", _("写了什么")),
    ]


def _late(user: User) -> list[dict[str, Any]]:
    """Reports that came when another had the door; one that was taken in stands among the visits."""
    mine = {one.hex for one in residents_of(user).values()}
    rows = LateReport.objects.unscoped(reason=_OWN).filter(household__in=user.scope.households)
    kept = rows.exclude(state=LateReport.State.TAKEN).select_related("by")
    return [
        {
            "at": one.visited_at,
            "by": one.by.name,
            "outcome": one.get_outcome_display(),
            "state": one.get_state_display(),
            "written": _("；").join(_written(one, mine)),
        }
        for one in kept
    ]


def _written(late: LateReport, mine: set[str]) -> Iterator[str]:
    """The remark, the problems and the new values of a late report; of others in the household what is masked."""
    fields = json.loads(str(plain_of(late.sent)) or "{}").get("fields", {})
    for name, (*_before, text) in fields.items():
        new = _NEW.fullmatch(name)
        field = _field(new) if new else None
        if new and field:
            shown = text if new["whose"] in (None, *mine) and not field.choices else field.show(text)
            yield _("%(field)s：%(text)s") % {"field": field.label, "text": shown}
        elif name == "note" or _PROBLEM.fullmatch(name):
            yield text


def _field(named: re.Match[str]) -> BasicField | None:
    try:
        return field_of(named["name"], of_resident=named["whose"] is not None)
    except KeyError:
        return None


def _talk_columns() -> list[tuple[str, str]]:
    return [("at", _("时间")), ("by", _("谈话人")), ("about", _("谈什么")), ("said", _("说了什么"))]


def _talks(user: User) -> list[dict[str, Any]]:
    """What the office said with somebody who walks, about the visits that they recorded."""
    rows = Talk.objects.with_oneself(user).for_list()
    return [
        {"at": one.talked_at, "by": one.by.name, "about": one.get_about_display(), "said": one.said} for one in rows
    ]


def _values(resident: Any) -> Any:
    rows = Verification.objects.unscoped(reason=_FOUND).filter(resident=resident)
    return rows.filter(is_filled("before") | is_filled("after"))


def _photos(resident: Any) -> Any:
    """Photos of visits to where the person lives or lived, and nobody else does."""
    homes = resident.memberships.unscoped(reason=_FOUND).values("household")
    photos = VisitPhoto.objects.unscoped(reason=_FOUND).filter(visit__household__in=homes)
    return photos.exclude(visit__household__in=_shared(resident))


def _shared(resident: Any) -> Any:
    """The homes of the person, of now and before, in which others live."""
    homes = resident.memberships.unscoped(reason=_FOUND).values("household")
    others = resident.memberships.model.objects.unscoped(reason=_FOUND).current().exclude(resident=resident)
    return others.filter(household__in=homes).values("household")


def goes(resident: Any) -> list[Going]:
    """The values that were changed at the door, who was met by name, and photos of a home that is nobody else's."""
    return [
        Going(_values(resident).count(), _("处走访时改动的前后内容，核实过这件事本身留着")),
        Going(_met(resident).count(), _("次走访里“见到谁”写的姓名")),
        Going(_photos(resident).count(), _("张走访照片")),
        Going(_declined(resident).count(), _("次没有收下的走访里写的内容")),
        Going(_called(resident).count(), _("次回访电话里说的话")),
        Going(_talked(resident).exclude(_WALKED).count(), _("次就走访谈过的话")),
    ]


def _met(resident: Any) -> Any:
    homes = resident.memberships.unscoped(reason=_FOUND).values("household")
    rows = Visit.objects.unscoped(reason=_FOUND).filter(household__in=homes)
    return rows.filter(met_who__contains=resident.name) if resident.name else rows.none()


def _declined(resident: Any) -> Any:
    """Late reports to the homes that nobody has taken in, as far as their content is still kept."""
    homes = resident.memberships.unscoped(reason=_FOUND).values("household")
    rows = LateReport.objects.unscoped(reason=_FOUND).filter(household__in=homes, state=LateReport.State.DECLINED)
    return rows.filter(is_filled("sent"))


def _called(resident: Any) -> Any:
    """What was said on the phone from a home that is nobody else's, and wherever the person is named in it."""
    homes = resident.memberships.unscoped(reason=_FOUND).values("household")
    rows = Recheck.objects.unscoped(reason=_FOUND).filter(visit__household__in=homes).exclude(note="")
    alone = ~Q(visit__household__in=_shared(resident))
    return rows.filter(alone | Q(note__contains=resident.name) if resident.name else alone)


def _talked(resident: Any) -> Any:
    """What was said with the person about visits that the person recorded."""
    return Talk.objects.unscoped(reason=_FOUND).filter(walker__in=accounts_of(resident)).exclude(said="")


def stays(resident: Any) -> list[Staying]:
    """That a door was visited stays: it is the office's own record of its work."""
    homes = resident.memberships.unscoped(reason=_FOUND).values("household")
    late = LateReport.objects.unscoped(reason=_FOUND).filter(household__in=homes, state=LateReport.State.WAITING)
    duty = _("个人信息保护法第十三条第一款第三项：居委会的工作记录")
    return [
        Staying(late.count(), _("次还没有核对的迟到的走访"), duty, _("到核对以后")),
        Staying(_talked(resident).filter(_WALKED).count(), _("次就走访谈过的话"), duty, _("到这一季走访结束")),
        Staying(
            Visit.objects.unscoped(reason=_FOUND).filter(household__in=homes).count(),
            _("次走访的时间、结果和问题"),
            duty,
            _("长期"),
        ),
    ]


def erase(resident: Any, by: User) -> None:
    """Blank the values and the name; the photos go with their files where nothing else needs them."""
    _values(resident).update(before="", after="")
    settled = Conflict.objects.unscoped(reason=_FOUND).filter(resident=resident, settled_at__isnull=False)
    settled.update(brought="", found="")
    for visit in _met(resident):
        visit.met_who = "、".join(name for name in visit.met_who.split("、") if name != resident.name)
        visit.save(update_fields=["met_who"])
    _called(resident).update(note="")
    _talked(resident).exclude(_WALKED).update(said="")
    blank_late(_declined(resident))
    photos = list(_photos(resident).select_related("attachment"))
    VisitPhoto.objects.unscoped(reason=_FOUND).filter(pk__in=[one.pk for one in photos]).delete()
    forget([one.attachment for one in photos])


def blank_late(rows: Any) -> int:
    """Forget what late reports said, and their photos; that they came, and what became of them, stays."""
    late = [one.pk for one in rows]
    photos = list(LatePhoto.objects.unscoped(reason=_FOUND).filter(report__in=late).select_related("attachment"))
    LatePhoto.objects.unscoped(reason=_FOUND).filter(pk__in=[one.pk for one in photos]).delete()
    LateReport.objects.unscoped(reason=_FOUND).filter(pk__in=late).update(sent="")
    forget([one.attachment for one in photos])
    return len(late)


ROOM = Room(gettext_lazy("走访"), sections, goes, stays, erase)
