"""What care asks of somebody today."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from community.access import Permission
from community.today import Ask
from core import clock
from core.templatetags.portal import when
from grids.care import gaps
from grids.models import CareTag

if TYPE_CHECKING:
    from community.models import User


def asks(user: User) -> list[Ask]:
    """Care households without somebody to look after them, and tags whose review is due; two queries."""
    if not user.scope.may(Permission.CARE_MANAGE):
        return []
    looked = gaps.look(CareTag.objects.in_duty_of(user))
    return [*_gaps(user, looked.broken), *_reviews(looked.homes)]


def _gaps(user: User, broken: list[gaps.Tie]) -> list[Ask]:
    """One line a building for the leader, one for the whole community for the office."""
    if not broken:
        return []
    url = reverse("grids:gaps")
    if user.scope.offices_communities:
        buildings = len({tie.home.building for tie in broken})
        where = _("分布在 %(buildings)d 幢楼") % {"buildings": buildings}
        title = _("%(count)d 户关爱户还缺结对人") % {"count": len({tie.home.pk for tie in broken})}
        return [Ask(title, url, _("去结对"), " · ".join([*_lacking(broken), where]))]
    labels = {tie.home.building: tie.home.building_label for tie in broken}
    found = []
    for building, label in labels.items():
        here = [tie for tie in broken if tie.home.building == building]
        words = {"building": label, "count": len({tie.home.pk for tie in here})}
        title = _("%(building)s有 %(count)d 户关爱户还缺结对人") % words
        found.append(Ask(title, f"{url}?building={building}", _("去结对"), " · ".join(_lacking(here))))
    return found


def _lacking(broken: list[gaps.Tie]) -> list[str]:
    """What is lacking, in words."""
    kinds = Counter(tie.kind for tie in broken)
    words = []
    if kinds[gaps.STEWARD]:
        words.append(_("缺楼栋管家 %(count)d 户") % {"count": kinds[gaps.STEWARD]})
    if kinds[gaps.MEMBER]:
        words.append(_("缺同楼党员 %(count)d 户") % {"count": kinds[gaps.MEMBER]})
    return words


def _reviews(homes: list[gaps.Home]) -> list[Ask]:
    due = [day for home in homes for day in home.reviews if day <= clock.today()]
    if not due:
        return []
    title = _("关爱标签到期要复核 %(count)d 个") % {"count": len(due)}
    detail = _("最早的 %(day)s 到期") % {"day": when(min(due))}
    return [Ask(title, f"{reverse('grids:care')}?review=due&sort=review", _("去复核"), detail)]
