"""What of a household stands under published quarters, for whoever takes along what the portal keeps of them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community import personal
from core.money import yuan
from property.models import PublicationLeaf

if TYPE_CHECKING:
    from community.models import User


def sections(user: User) -> list[personal.Section]:
    """What the own households paid in each published quarter, as it was frozen."""
    sums: dict[tuple[str, int, str], Decimal] = {}
    if user.scope.households:
        leaves = PublicationLeaf.objects.visible_to(user).select_related("publication")
        for leaf in leaves.order_by("publication__quarter", "publication__version", "door"):
            key = leaf.publication.quarter, leaf.publication.version, leaf.door
            sums[key] = sums.get(key, Decimal("0.00")) + leaf.paid - leaf.back
    columns = [("quarter", _("季度")), ("version", _("版本")), ("door", _("门牌")), ("sum", _("交的（元）"))]
    rows = [
        {"quarter": quarter, "version": version, "door": door, "sum": yuan(sum_)}
        for (quarter, version, door), sum_ in sums.items()
    ]
    note = _("公示以后不能再改，按会计档案保存。")
    return [personal.Section("published_payments", _("公示里我家交的钱"), columns, rows, note)]


def register() -> None:
    """Say what is kept; called when the app is ready."""
    personal.register("proofs", personal.Room(gettext_lazy("账目公示的证明"), sections=sections))
