"""What residents have asked of the register, as Today asks it of those who answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from community.access import Permission
from community.questions import rows_for
from community.today import Ask
from grids.models import ErasureRequest, Proposal

if TYPE_CHECKING:
    from community.models import User


def asks(user: User) -> list[Ask]:
    """Proposals to check, and for the office requests to erase; a query each."""
    found = _proposals(user) if user.scope.may(Permission.HOUSEHOLD_EDIT) else []
    return [*found, *(_erasures(user) if user.scope.may(Permission.ERASURE_DECIDE) else [])]


def _proposals(user: User) -> list[Ask]:
    since = [moment for (moment,) in rows_for(user, _proposed)]
    if not since:
        return []
    title = _("更正申请 %(count)d 件等您核对") % {"count": len(since)}
    detail = _("居民、走访和花名册提出的，核对了才改登记")
    return [Ask(title, reverse("grids:proposals"), _("去核对"), detail, min(since))]


def _proposed(user: User) -> Any:
    return Proposal.objects.in_duty_of(user).open().order_by().values_list("created_at")


def _erasures(user: User) -> list[Ask]:
    since = [moment for (moment,) in rows_for(user, _to_erase)]
    if not since:
        return []
    title = _("有 %(count)d 位居民要求删除资料") % {"count": len(since)}
    return [Ask(title, reverse("grids:erasures"), _("去答复"), "", min(since))]


def _to_erase(user: User) -> Any:
    rows = ErasureRequest.objects.visible_to(user).filter(community__in=user.scope.offices_communities).open()
    return rows.order_by().values_list("created_at")
