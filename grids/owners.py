"""The owners of the register one by one, as they leave the portal in plain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from grids.models import Owner, OwnerGroup

if TYPE_CHECKING:
    from django.db.models import Model

    from community.access import Scope
    from community.models import User
    from core.lists import Columns
    from grids.querysets import OwnerGroupQuerySet, OwnerQuerySet


def listed(user: User) -> OwnerGroupQuerySet:
    """The owner groups that one sees, with what the list shows."""
    rows: OwnerGroupQuerySet = OwnerGroup.objects.visible_to(user).for_list()
    return rows


def decided(groups: OwnerGroupQuerySet, scope: Scope) -> OwnerQuerySet:
    """Everybody in these groups, as far as the office or the leader of a grid may take them along."""
    owners = Owner.objects.unscoped(reason="owners of groups that are in scope themselves")
    rows: OwnerQuerySet = owners.filter(group__in=groups.in_duty_of(scope).order_by().values("pk")).for_sheet()
    return rows


def columns() -> Columns:
    """The columns of the spreadsheet of owners; `grids.exports` writes phone and number in plain."""
    return [
        (_("业主"), "group.label"),
        (_("小区"), "group.estate.name"),
        (_("房屋"), lambda owner: "、".join(one.dwelling.label for one in owner.group.owned)),
        (_("姓名或名称"), "name"),
        (_("投票代表"), lambda owner: _("是") if owner.group.voter_id == owner.pk else ""),
        (_("份额（百分之）"), "share"),
        (_("手机号"), "phone"),
        (_("证件号码"), "id_number"),
    ]


def shows(owner: Any) -> list[Model]:
    """Whose data a row shows: the owner group's, and the household's in which the owner lives, or lived last."""
    homes = owner.resident.homes if owner.resident else []
    return [owner.group, *(home.household for home in homes[:1])]
