"""What residents have asked of the register, as Today asks it of those who answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from community import today
from community.access import Permission
from community.questions import Row
from community.today import Ask
from grids.models import ErasureRequest, Proposal

if TYPE_CHECKING:
    from community.models import User


def register() -> None:
    """Proposals to check, and for the office requests to erase."""
    today.register(_proposed, _proposals)
    today.register(_to_erase, _erasures)


def _proposals(_user: User, rows: list[Row]) -> list[Ask]:
    since = [moment for (moment,) in rows]
    if not since:
        return []
    title = _("更正申请 %(count)d 件等您核对") % {"count": len(since)}
    detail = _("居民、走访和花名册提出的，核对了才改登记")
    return [Ask(title, reverse("grids:proposals"), _("去核对"), detail, min(since))]


def _proposed(user: User) -> Any:
    if not user.scope.may(Permission.HOUSEHOLD_EDIT):
        return None
    return Proposal.objects.in_duty_of(user).open().order_by().values_list("created_at")


def _erasures(_user: User, rows: list[Row]) -> list[Ask]:
    since = [moment for (moment,) in rows]
    if not since:
        return []
    title = _("有 %(count)d 位居民要求删除资料") % {"count": len(since)}
    return [Ask(title, reverse("grids:erasures"), _("去答复"), "", min(since))]


def _to_erase(user: User) -> Any:
    if not user.scope.may(Permission.ERASURE_DECIDE):
        return None
    rows = ErasureRequest.objects.visible_to(user).filter(community__in=user.scope.offices_communities).open()
    return rows.order_by().values_list("created_at")
