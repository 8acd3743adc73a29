"""The retention rules of the register: who moved out long ago, answered proposals, rosters, merges."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.models import Community
from community.retention import Rule
from core.fields import is_filled
from grids.actions import merging
from grids.actions.erasure import forget_person
from grids.models import Membership, Merge, Proposal, Resident, RosterDoubt, RosterUpload
from grids.rosters import uploads

_WHY = "housekeeping: what has had its time"


def _moved_out(community: Community, before: datetime) -> Any:
    """Who belonged to a household once, and to none since the day."""
    terms = Membership.objects.unscoped(reason=_WHY).filter(resident=OuterRef("pk"))
    since = Q(ends_on__isnull=True) | Q(ends_on__gte=timezone.localtime(before).date())
    rows = Resident.objects.unscoped(reason=_WHY).filter(community=community, forgotten_on__isnull=True)
    return rows.filter(Exists(terms), ~Exists(terms.filter(since)))


def _forget_moved_out(community: Community, before: datetime) -> int:
    """The name stays beside the door and the days, for whoever needs a proof of having lived here."""
    gone = list(_moved_out(community, before))
    for resident in gone:
        forget_person(resident, name_too=False)
    return len(gone)


def _proposals(community: Community, before: datetime) -> Any:
    rows = Proposal.objects.unscoped(reason=_WHY).filter(community=community, decided_at__lt=before)
    return rows.filter(is_filled("before") | is_filled("after") | ~Q(note=""))


def _rosters(community: Community, before: datetime) -> int:
    rows = RosterUpload.objects.unscoped(reason=_WHY).exclude(state__in=RosterUpload.OVER)
    return int(rows.filter(created_at__lt=before).count())


def _doubts(community: Community, before: datetime) -> Any:
    rows = RosterDoubt.objects.unscoped(reason=_WHY).filter(community=community, decided_at__lt=before)
    return rows.filter(is_filled("content"))


def _merges(community: Community, before: datetime) -> int:
    rows = Merge.objects.unscoped(reason=_WHY).exclude(sealed="")
    return sum(not merging.can_undo(one) for one in rows)


RULES = (
    Rule(
        slug="moved_out",
        what=_("已经搬走的居民的资料"),
        then=_("电话、证件号码、出生日期、就业等都删除，只留姓名、门牌和住过的日子"),
        days=5 * 365,
        basis=_("搬走后五年内还会来开居住证明、核对补贴；过后不再需要（个人信息保护法第十九条）。"),
        count=lambda community, before: int(_moved_out(community, before).count()),
        forget=_forget_moved_out,
    ),
    Rule(
        slug="proposals",
        what=_("答复过的更正申请里填写的内容"),
        then=_("内容删除，只留谁在什么时候提过、怎样答复"),
        days=365,
        basis=_("一年内可以再来问、再核对。"),
        count=lambda community, before: int(_proposals(community, before).count()),
        forget=lambda community, before: int(_proposals(community, before).update(before="", after="", note="")),
    ),
    Rule(
        slug="rosters",
        what=_("上传以后没有人决定的花名册"),
        then=_("文件和预览删除"),
        days=uploads.KEPT.days,
        basis=_("要登记的可以再传一次，原件不该留在这里。"),
        count=_rosters,
        forget=lambda community, before: uploads.forget_old(),
        platform=True,
    ),
    Rule(
        slug="roster_doubts",
        what=_("花名册里处理过的存疑的行"),
        then=_("那一行写的内容删除，只留是哪一行、怎样处理"),
        days=365,
        basis=_("下一份花名册里同样的行不用再问一遍；过后不再需要。"),
        count=lambda community, before: int(_doubts(community, before).count()),
        forget=lambda community, before: int(_doubts(community, before).update(content="")),
    ),
    Rule(
        slug="merges",
        what=_("合并重复登记时盖掉的内容"),
        then=_("内容删除，只留合并这件事"),
        days=1,
        basis=_("只为当天可以撤销。"),
        count=_merges,
        forget=lambda community, before: merging.forget_sealed(),
        platform=True,
    ),
)
