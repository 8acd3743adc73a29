"""What is kept about a red steward: to take away, to erase, and for how long it is kept."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community import files, personal, retention
from community.account_data import accounts_of
from community.models import Appointment, Attachment, Community
from community.personal import Going, Room, Row, Section
from community.retention import Rule
from community.roles import Role
from core.templatetags.portal import moment
from stewards.members.standing import about_facts
from stewards.members.week import Hours
from stewards.models import Availability, AvailabilityException, Steward, StewardPause, StewardSkill

if TYPE_CHECKING:
    from community.models import User

_FOUND = "what is kept about a person already found"
_OVER = "what has been kept for its time"


def sections(user: User) -> list[Section]:
    """What a steward has said of themselves, and what the office keeps; nothing for all others."""
    stewards = list(Steward.objects.unscoped(reason=_FOUND).filter(user=user))
    if not stewards:
        return []
    return [_about(stewards), _skills(stewards), _week(stewards), _said(stewards), _pauses(stewards)]


def goes(resident: Any) -> list[Going]:
    """Everything that was said of the person as a volunteer; their hours are another room's."""
    stewards = _stewards_of(resident)
    return [
        Going(stewards.count(), _("份红管家的自我介绍和保单号")),
        Going(_of(StewardSkill, stewards).count(), _("项会做的事和它的证书")),
        Going(
            sum(_of(model, stewards).count() for model in (Availability, AvailabilityException, StewardPause)),
            _("条有空没空的时间"),
        ),
    ]


def erase(resident: Any, by: User) -> None:
    """Take away what the person said as a volunteer."""
    stewards = _stewards_of(resident)
    for model in (Availability, AvailabilityException, StewardPause):
        _of(model, stewards).delete()
    _drop_papers(_of(StewardSkill, stewards))
    _of(StewardSkill, stewards).delete()
    stewards.update(about="", insurer="", policy="", insured_until=None, trained_on=None)


def register() -> None:
    """Say what is kept and for how long; called when the app is ready."""
    personal.register("stewards", Room(gettext_lazy("红管家"), sections, goes, None, erase))
    retention.register(*RULES)


def _stewards_of(resident: Any) -> Any:
    return Steward.objects.unscoped(reason=_FOUND).filter(user__in=[one.pk for one in accounts_of(resident)])


def _of(model: Any, stewards: Any) -> Any:
    return model.objects.unscoped(reason=_FOUND).filter(steward__in=stewards.values("pk"))


def _about(stewards: list[Steward]) -> Section:
    columns = [("what", _("项目")), ("text", _("内容"))]
    rows: list[Row] = [{"what": what, "text": text} for one in stewards for what, text in about_facts(one)]
    for one in stewards:
        rows += [
            {"what": _("培训"), "text": one.trained_on},
            {"what": _("志愿者保险"), "text": one.insurer},
            {"what": _("保单号"), "text": one.policy.plain},
            {"what": _("保到哪天"), "text": one.insured_until},
        ]
    return Section("steward", _("红管家登记"), columns, [row for row in rows if row["text"]])


def _skills(stewards: list[Steward]) -> Section:
    columns = [("skill", _("技能")), ("level", _("熟练程度")), ("paper", _("证书")), ("until", _("有效到哪天"))]
    columns += [("confirmed", _("谁核实的"))]
    rows = StewardSkill.objects.unscoped(reason=_FOUND).filter(steward__in=stewards)
    found = [
        {
            "skill": one.skill.label,
            "level": one.get_level_display(),
            "paper": one.paper.name if one.paper else "",
            "until": one.valid_until,
            "confirmed": one.confirmed_by,
        }
        for one in rows.select_related("skill", "paper", "confirmed_by")
    ]
    return Section("steward_skills", _("我会做的"), columns, found)


def _week(stewards: list[Steward]) -> Section:
    rows = Availability.objects.unscoped(reason=_FOUND).filter(steward__in=stewards)
    found = [{"when": Hours(one.weekday, one.starts_at, one.ends_at).words} for one in rows]
    return Section("steward_week", _("我平时有空的时间"), [("when", _("时间"))], found)


def _said(stewards: list[Steward]) -> Section:
    columns = [("from", _("从")), ("to", _("到")), ("what", _("有空没空")), ("note", _("备注"))]
    rows = AvailabilityException.objects.unscoped(reason=_FOUND).filter(steward__in=stewards)
    found = [
        {
            "from": moment(one.starts_at),
            "to": moment(one.ends_at),
            "what": _("有空") if one.is_free else _("没空"),
            "note": one.note,
        }
        for one in rows
    ]
    return Section("steward_times", _("我说过的例外时间"), columns, found, _("过去九十天以上的已经删除。"))


def _pauses(stewards: list[Steward]) -> Section:
    columns = [("from", _("从")), ("to", _("到")), ("reason", _("原因"))]
    rows = StewardPause.objects.unscoped(reason=_FOUND).filter(steward__in=stewards)
    found = [{"from": one.starts_on, "to": one.ends_on, "reason": one.reason} for one in rows]
    return Section("steward_pauses", _("我的暂停"), columns, found, _("结束九十天以上的已经删除。"))


def _drop_papers(rows: QuerySet[Any]) -> int:
    """Certificates off the rows, and the files with them; how many."""
    keys = {key for pair in rows.values_list("paper", "new_paper") for key in pair if key is not None}
    rows.update(paper=None, new_paper=None, new_until=None)
    return files.forget(Attachment.objects.unscoped(reason=_OVER).filter(pk__in=keys))


def _past(model: Any, community: Community, before: datetime) -> Any:
    rows = model.objects.unscoped(reason=_OVER).filter(community=community)
    return rows.filter(ends_at__lt=before) if model is AvailabilityException else rows.filter(ends_on__lt=before.date())


def _papers_of_former(community: Community, before: datetime) -> Any:
    """Certificates of those who have not been red stewards for so long."""
    held = Appointment.objects.unscoped(reason=_OVER).filter(role=Role.RED_STEWARD, community=community)
    lately = held.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=before.date()), user=OuterRef("steward__user"))
    rows = StewardSkill.objects.unscoped(reason=_OVER).filter(community=community)
    return rows.exclude(Exists(lately)).filter(Q(paper__isnull=False) | Q(new_paper__isnull=False))


def _gone(model: Any, community: Community, before: datetime) -> int:
    deleted, _by_model = _past(model, community, before).delete()
    return int(deleted)


RULES = (
    Rule(
        slug="steward_times",
        what=gettext_lazy("红管家说过的例外时间"),
        then=gettext_lazy("删除"),
        days=90,
        basis=gettext_lazy("过去的时间只用来核对当时的派活"),
        count=lambda community, before: int(_past(AvailabilityException, community, before).count()),
        forget=lambda community, before: _gone(AvailabilityException, community, before),
    ),
    Rule(
        slug="steward_pauses",
        what=gettext_lazy("红管家结束了的暂停"),
        then=gettext_lazy("连原因一起删除"),
        days=90,
        basis=gettext_lazy("过去的时间只用来核对当时的派活"),
        count=lambda community, before: int(_past(StewardPause, community, before).count()),
        forget=lambda community, before: _gone(StewardPause, community, before),
    ),
    Rule(
        slug="steward_papers",
        what=gettext_lazy("不再担任红管家的人的证书"),
        then=gettext_lazy("删除证书的照片，留下当时会什么"),
        days=365,
        basis=gettext_lazy("服务有争议还要能查对一段时间"),
        count=lambda community, before: int(_papers_of_former(community, before).count()),
        forget=lambda community, before: _drop_papers(_papers_of_former(community, before)),
    ),
)
