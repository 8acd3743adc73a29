"""What the home visits keep about a person: to take away, to erase, and what has to stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.files import forget
from community.personal import Going, Room, Section, Staying
from core.fields import is_filled
from grids.own import residents_of
from visits.models import Conflict, Feedback, Finding, LatePhoto, LateReport, Talk, Verification, Visit, VisitPhoto

if TYPE_CHECKING:
    from community.models import User

_FOUND = "what is kept about a person already found"


def sections(user: User) -> list[Section]:
    """The visits to the own household, what was verified, what was found and answered; one's own values in plain."""
    own = user.scope.households
    visits = Visit.objects.visible_to(user).filter(household__in=own).standing().for_list()
    return [
        Section("visits", _("走访"), _visit_columns(), [_visit(one) for one in visits]),
        Section("verifications", _("核实过的信息"), _verified_columns(), _verified(user)),
        Section("findings", _("走访时记下的问题"), _finding_columns(), _findings(user)),
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
    homes = resident.memberships.unscoped(reason=_FOUND).values_list("household", flat=True)
    shared = resident.memberships.model.objects.unscoped(reason=_FOUND).current().exclude(resident=resident)
    shared = shared.filter(household__in=homes).values("household")
    photos = VisitPhoto.objects.unscoped(reason=_FOUND).filter(visit__household__in=homes)
    return photos.exclude(visit__household__in=shared)


def goes(resident: Any) -> list[Going]:
    """The values that were changed at the door, who was met by name, and photos of a home that is nobody else's."""
    return [
        Going(_values(resident).count(), _("处走访时改动的前后内容，核实过这件事本身留着")),
        Going(_met(resident).count(), _("次走访里“见到谁”写的姓名")),
        Going(_photos(resident).count(), _("张走访照片")),
        Going(_declined(resident).count(), _("次没有收下的走访里写的内容")),
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


def stays(resident: Any) -> list[Staying]:
    """That a door was visited stays: it is the office's own record of its work."""
    homes = resident.memberships.unscoped(reason=_FOUND).values("household")
    return [
        Staying(
            Visit.objects.unscoped(reason=_FOUND).filter(household__in=homes).count(),
            _("次走访的时间、结果和问题"),
            _("个人信息保护法第十三条第一款第三项：居委会的工作记录"),
            _("长期"),
        )
    ]


def erase(resident: Any, by: User) -> None:
    """Blank the values and the name; the photos go with their files where nothing else needs them."""
    _values(resident).update(before="", after="")
    settled = Conflict.objects.unscoped(reason=_FOUND).filter(resident=resident, settled_at__isnull=False)
    settled.update(brought="", found="")
    for visit in _met(resident):
        visit.met_who = "、".join(name for name in visit.met_who.split("、") if name != resident.name)
        visit.save(update_fields=["met_who"])
    late = [one.pk for one in _declined(resident)]
    late_photos = list(LatePhoto.objects.unscoped(reason=_FOUND).filter(report__in=late).select_related("attachment"))
    LatePhoto.objects.unscoped(reason=_FOUND).filter(pk__in=[one.pk for one in late_photos]).delete()
    LateReport.objects.unscoped(reason=_FOUND).filter(pk__in=late).update(sent="")
    photos = list(_photos(resident).select_related("attachment"))
    VisitPhoto.objects.unscoped(reason=_FOUND).filter(pk__in=[one.pk for one in photos]).delete()
    forget([one.attachment for one in [*photos, *late_photos]])


ROOM = Room(gettext_lazy("走访"), sections, goes, stays, erase)
