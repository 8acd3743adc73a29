"""The retention rules of this room: forms, sign-ins, notices, letters, messages and mailboxes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from community.models import ActivationLetter, Appointment, Choice, Community, Delivery, Notice, Submission
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


def _deliveries(community: Community, before: datetime) -> Any:
    return Delivery.objects.unscoped(reason=_WHY).filter(community=community, ended_at__lt=before)


def _unconfirmed(community: Community, before: datetime) -> Any:
    rows = Choice.objects.unscoped(reason=_WHY).filter(community=community, code_until__lt=before)
    return rows.exclude(pk__in=rows.with_address().values("pk"))


def _mailboxes(community: Community, before: datetime) -> Any:
    """Of those who have held nothing here since."""
    held = Appointment.objects.unscoped(reason=_WHY).filter(user=OuterRef("user"))
    since = held.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=before.date()))
    return Choice.objects.unscoped(reason=_WHY).filter(~Exists(since), community=community, created_at__lt=before)


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
    _deleting(
        "deliveries",
        _deliveries,
        what=_("邮件和群消息的发送记录"),
        days=90,
        basis=_("三个月内用来查对送到没有；内容在站内提醒里。"),
    ),
    _deleting(
        "unconfirmed_mailboxes",
        _unconfirmed,
        what=_("填了没有验证的邮箱"),
        days=7,
        basis=_("一个星期还没验证，多半填错了。"),
    ),
    _deleting(
        "mailboxes",
        _mailboxes,
        what=_("已经搬走、卸任的人留的邮箱"),
        days=30,
        basis=_("个人信息保护法第四十七条：不再有消息要发给他。"),
    ),
)
