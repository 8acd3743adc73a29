"""What care asks of somebody today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from community.access import Permission
from community.questions import Row
from community.today import Ask
from core.sql import Within
from core.templatetags.portal import when
from grids.care import tally
from grids.care.tally import Tally
from grids.models import CareTag

if TYPE_CHECKING:
    from community.models import User


def cared(user: User) -> list[Within] | None:
    """Care households without somebody to look after them, and tags whose review is due."""
    return [tally.asked(CareTag.objects.in_duty_of(user))] if user.scope.may(Permission.CARE_MANAGE) else None


def say(user: User, rows: list[Row]) -> list[Ask]:
    """The gaps and the reviews of the answer."""
    counted = tally.read(rows)
    return [*_gaps(user, [one for one in counted if one.lacking]), *_reviews(counted)]


def _gaps(user: User, lacking: list[Tally]) -> list[Ask]:
    """One line a building for the leader, one for the whole community for the office."""
    if not lacking:
        return []
    url = reverse("grids:gaps")
    if user.scope.offices_communities:
        where = _("分布在 %(buildings)d 幢楼") % {"buildings": len(lacking)}
        title = _("%(count)d 户关爱户还缺结对人") % {"count": sum(tally.lacking for tally in lacking)}
        return [Ask(title, url, _("去结对"), " · ".join([*_whom(lacking), where]))]
    title = _("%(building)s有 %(count)d 户关爱户还缺结对人")
    return [
        Ask(
            title % {"building": tally.label, "count": tally.lacking},
            f"{url}?building={tally.building}",
            _("去结对"),
            " · ".join(_whom([tally])),
        )
        for tally in lacking
    ]


def _whom(lacking: list[Tally]) -> list[str]:
    """Who is lacking, in words."""
    stewards = sum(tally.lacking_steward for tally in lacking)
    members = sum(tally.lacking_member for tally in lacking)
    words = []
    if stewards:
        words.append(_("缺楼栋管家 %(count)d 户") % {"count": stewards})
    if members:
        words.append(_("缺同楼党员 %(count)d 户") % {"count": members})
    return words


def _reviews(counted: list[Tally]) -> list[Ask]:
    since = min((tally.due_since for tally in counted if tally.due_since is not None), default=None)
    if since is None:
        return []
    title = _("关爱标签到期要复核 %(count)d 个") % {"count": sum(tally.due for tally in counted)}
    detail = _("最早的 %(day)s 到期") % {"day": when(since)}
    return [Ask(title, f"{reverse('grids:care')}?review=due&sort=review", _("去复核"), detail)]
