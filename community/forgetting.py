"""The retention rules of this room: forms, sign-ins, notices, letters."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from community.models import ActivationLetter, Community, Notice, Submission
from community.retention import Rule

_WHY = "housekeeping: what has had its time"
DELETED = _("删除")


def _submissions(community: Community, before: datetime) -> Any:
    return Submission.objects.filter(at__lt=before)


def _sessions(community: Community, before: datetime) -> Any:
    return Session.objects.filter(expire_date__lt=before)


def _read_notices(community: Community, before: datetime) -> Any:
    return Notice.objects.unscoped(reason=_WHY).filter(community=community, read_at__lt=before)


def _notices(community: Community, before: datetime) -> Any:
    return Notice.objects.unscoped(reason=_WHY).filter(community=community, created_at__lt=before)


def _letters(community: Community, before: datetime) -> Any:
    rows = ActivationLetter.objects.unscoped(reason=_WHY).filter(community=community)
    return rows.filter(Q(redeemed_at__lt=before) | Q(voided_at__lt=before) | Q(expires_at__lt=before))


def _deleting(slug: str, rows: Any, *, what: Any, days: int, basis: Any, platform: bool = False) -> Rule:
    return Rule(
        slug=slug,
        what=what,
        then=DELETED,
        days=days,
        basis=basis,
        count=lambda community, before: int(rows(community, before).count()),
        forget=lambda community, before: int(rows(community, before).delete()[0]),
        platform=platform,
    )


RULES = (
    _deleting(
        "submissions",
        _submissions,
        what=_("交过的表单的编号"),
        days=1,
        basis=_("只为不让同一张表办两次，一天就够了。"),
        platform=True,
    ),
    _deleting("sessions", _sessions, what=_("到期的登录状态"), days=0, basis=_("已经到期，没有用了。"), platform=True),
    _deleting("read_notices", _read_notices, what=_("看过的站内提醒"), days=90, basis=_("看过就办完了它的事。")),
    _deleting("notices", _notices, what=_("站内提醒"), days=365, basis=_("一年没看，说的事也过去了。")),
    _deleting(
        "letters",
        _letters,
        what=_("用过、作废或者过期的开通信"),
        days=365,
        basis=_("一年内用来查对信交给了谁；码本身从不保存。"),
    ),
)
