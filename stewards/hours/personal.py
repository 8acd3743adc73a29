"""What the hours keep about a person: to take away, to erase, and for how long."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community import files, personal, retention
from community.account_data import accounts_of
from community.models import Attachment, Community
from community.personal import Going, Room, Section, Staying
from community.retention import Rule
from stewards.hours.states import ReportState
from stewards.models import Certificate, HoursEntry, SelfReport

if TYPE_CHECKING:
    from community.models import User

_FOUND = "what is kept about a person already found"
_OVER = "what has been kept for its time"
YEAR = 365
# What came into the book is told there; of what did not, nobody needs the words.
_NOT_ENTERED = (ReportState.WAITING, ReportState.DECLINED, ReportState.WITHDRAWN)


def sections(user: User) -> list[Section]:
    """The own entries, reports and certificates."""
    return [_entries(user), _reports(user), _papers(user)]


def goes(resident: Any) -> list[Going]:
    """Reports that never came into the book, and the photos of all of them."""
    reports = _reports_of(resident)
    return [
        Going(reports.filter(state__in=_NOT_ENTERED).count(), _("次自己报、没有记入的服务")),
        Going(reports.filter(photo__isnull=False).count(), _("张自己报服务时传的照片")),
        Going(_papers_of(resident).exclude(name="").count(), _("份志愿服务证明上的姓名")),
    ]


def stays(resident: Any) -> list[Staying]:
    """The book of hours, which others have vouched for and papers rest upon."""
    entries = HoursEntry.objects.unscoped(reason=_FOUND).filter(volunteer__in=accounts_of(resident)).count()
    basis = _("志愿服务记录与证明出具办法（试行）")
    return [Staying(entries, _("条志愿服务时长"), basis, _("长期"))]


def erase(resident: Any, by: User) -> None:
    """What goes of it; the entries stay without a name, which the account loses."""
    reports = _reports_of(resident)
    _drop_photos(reports)
    reports.filter(state__in=_NOT_ENTERED).delete()
    _papers_of(resident).update(name="", purpose="")


def register() -> None:
    """Say what is kept and for how long; called when the app is ready."""
    personal.register("hours", Room(gettext_lazy("志愿时长"), sections, goes, stays, erase))
    retention.register(*RULES)


def _entries(user: User) -> Section:
    columns = [("day", _("哪天")), ("kind", _("哪一种")), ("what", _("做了什么")), ("minutes", _("分钟"))]
    columns += [("by", _("谁确认的")), ("reason", _("冲销的原因"))]
    rows = HoursEntry.objects.visible_to(user).filter(volunteer=user).select_related("confirmed_by")
    found = [
        {
            "day": one.day,
            "kind": one.get_kind_display(),
            "what": one.what,
            "minutes": one.minutes,
            "by": one.confirmed_by.name,
            "reason": one.reason,
        }
        for one in rows
    ]
    return Section("hours", _("志愿服务时长"), columns, found, _("别人为您确认过，长期保存。"))


def _reports(user: User) -> Section:
    columns = [("day", _("哪天")), ("what", _("做了什么")), ("minutes", _("分钟")), ("state", _("进展"))]
    columns += [("reason", _("没有记入的原因"))]
    rows = SelfReport.objects.visible_to(user).filter(volunteer=user)
    found = [
        {
            "day": one.day,
            "what": one.what,
            "minutes": one.minutes,
            "state": one.get_state_display(),
            "reason": one.reason,
        }
        for one in rows
    ]
    return Section("self_reports", _("自己报的服务"), columns, found)


def _papers(user: User) -> Section:
    columns = [("number", _("编号")), ("starts_on", _("从哪天")), ("ends_on", _("到哪天"))]
    columns += [("minutes", _("分钟")), ("state", _("进展")), ("purpose", _("用来做什么"))]
    rows = Certificate.objects.visible_to(user).filter(volunteer=user)
    found = [
        {
            "number": one.number,
            "starts_on": one.starts_on,
            "ends_on": one.ends_on,
            "minutes": one.minutes,
            "state": one.get_state_display(),
            "purpose": one.purpose,
        }
        for one in rows
    ]
    return Section("certificates", _("志愿服务证明"), columns, found)


def _reports_of(resident: Any) -> Any:
    return SelfReport.objects.unscoped(reason=_FOUND).filter(volunteer__in=accounts_of(resident))


def _papers_of(resident: Any) -> Any:
    return Certificate.objects.unscoped(reason=_FOUND).filter(volunteer__in=accounts_of(resident))


def _drop_photos(rows: Any) -> int:
    photos = list(rows.filter(photo__isnull=False).values_list("photo", flat=True))
    rows.update(photo=None)
    return files.forget(Attachment.objects.unscoped(reason=_FOUND).filter(pk__in=photos))


def _old_photos(community: Community, before: datetime) -> Any:
    rows = SelfReport.objects.unscoped(reason=_OVER)
    return rows.filter(community=community, photo__isnull=False, reported_at__lt=before)


def _old_reports(community: Community, before: datetime) -> Any:
    rows = SelfReport.objects.unscoped(reason=_OVER).filter(community=community, reported_at__lt=before)
    return rows.filter(state__in=(ReportState.DECLINED, ReportState.WITHDRAWN), photo__isnull=True)


RULES = (
    Rule(
        slug="self_report_photos",
        what=gettext_lazy("自己报服务时传的照片"),
        then=gettext_lazy("删去照片，留下做了什么"),
        days=YEAR,
        basis=gettext_lazy("时长有疑问时还要能看一看"),
        count=lambda community, before: int(_old_photos(community, before).count()),
        forget=lambda community, before: _drop_photos(_old_photos(community, before)),
    ),
    Rule(
        slug="self_reports",
        what=gettext_lazy("没有记入的自己报的服务"),
        then=gettext_lazy("整条删去"),
        days=2 * YEAR,
        basis=gettext_lazy("对答复有意见时还要能查对"),
        count=lambda community, before: int(_old_reports(community, before).count()),
        forget=lambda community, before: int(_old_reports(community, before).delete()[0]),
    ),
)
