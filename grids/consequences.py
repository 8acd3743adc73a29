"""What a move will do, in numbers, before anybody presses the button."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.models import Appointment
from community.roles import Role
from grids.models import CareTag, Membership, Pairing

if TYPE_CHECKING:
    from grids.models import Household

Line = tuple[int, str]
_WHY = "numbers about a household already found"


def of_leaving(
    household: Household, leaving: Sequence[Membership], *, staying: Sequence[Membership], moves: bool
) -> list[Line]:
    """Lines of (number, words) for those who leave; `moves`: they stay in the community and keep what is theirs."""
    people = [one.resident_id for one in leaving]
    cares = CareTag.objects.unscoped(reason=_WHY).filter(household=household, ends_on__isnull=True)
    accounts = Appointment.objects.unscoped(reason=_WHY).current().filter(role=Role.RESIDENT, household=household)
    lines = [(len(leaving), ngettext("人离开这一户", "人离开这一户", len(leaving)))]
    personal = cares.filter(resident__in=people).count()
    if personal:
        lines.append((personal, _("项个人关爱跟着走") if moves else _("项个人关爱到此结束")))
    if staying:
        lines.append((len(staying), ngettext("人留下", "人留下", len(staying))))
        read = accounts.filter(resident__in=people).count()
    else:
        own = cares.filter(resident__isnull=True).count()
        paired = Pairing.objects.unscoped(reason=_WHY).filter(household=household, ends_on__isnull=True).count()
        read = accounts.count()
        lines.append((1, _("户从此没有人住，不再走访")))
        lines += [(own, _("项全户的关爱随之处理"))] if own else []
        lines += [(paired, _("项结对结束"))] if paired else []
    if read:
        lines.append((read, _("个账号转到新家，不再看这一户") if moves else _("个账号停用，不再看这一户")))
    return lines
