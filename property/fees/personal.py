"""What fees keep about a person: to take away, to erase, and for how long it is kept."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community import personal, retention
from community.models import Community
from community.personal import Going, Room, Section, Staying
from community.retention import Rule
from core.money import yuan
from property.fees.querysets import of_own
from property.models import Bill, Payment, Relief, Vehicle
from property.querysets import yuan_of

if TYPE_CHECKING:
    from community.models import User

_FOUND = "what is kept about a person already found"
_OVER = "what has been kept for its time"
YEAR = 365


def sections(user: User) -> list[Section]:
    """Bills, payments, vehicles and reliefs of one's own household."""
    if not user.scope.households:
        return []
    return [_bills(user), _payments(user), _vehicles(user), _reliefs(user)]


def goes(resident: Any) -> list[Going]:
    """Plates of vehicles that are gone, and the reasons of reliefs that are over."""
    return [
        Going(_gone(resident).count(), _("辆不再停的车：去掉车牌号")),
        Going(_over(resident).count(), _("项已经结束的减免：去掉原因")),
    ]


def stays(resident: Any) -> list[Staying]:
    """Bills and payments are accounting records."""
    basis = _("会计档案管理办法")
    until = _("三十年")
    bills, payments = _of(Bill, resident).count(), _of(Payment, resident).count()
    return [Staying(bills, _("张住户的账单"), basis, until), Staying(payments, _("笔住户的缴费"), basis, until)]


def erase(resident: Any, by: User) -> None:
    """Take away what nobody needs any more; what is billed and paid stays."""
    _gone(resident).update(plate="")
    _over(resident).update(reason="")


def register() -> None:
    """Say what is kept and for how long; called when the app is ready."""
    personal.register("fees", Room(gettext_lazy("物业收费"), sections, goes, stays, erase))
    retention.register(*RULES)


def _bills(user: User) -> Section:
    rows = Bill.objects.visible_to(user).filter(of_own(user)).with_paid().oldest_first()
    columns = [("month", _("月份")), ("what", _("项目")), ("amount", _("应交（元）")), ("paid", _("已交（元）"))]
    found = [
        {"month": one.month, "what": one.label, "amount": yuan(one.amount), "paid": yuan(yuan_of(one.paid_fen))}
        for one in rows.select_related("schedule")
    ]
    return Section("fee_bills", _("我家的账单"), columns, found, _("按会计档案保存。"))


def _payments(user: User) -> Section:
    rows = Payment.objects.visible_to(user).filter(of_own(user)).order_by("taken_at", "pk")
    columns = [("day", _("日期")), ("number", _("收据号")), ("kind", _("种类")), ("amount", _("金额（元）"))]
    columns += [("means", _("收付款方式")), ("payer", _("付款人"))]
    found = [
        {
            "day": one.paid_on,
            "number": one.receipt_no,
            "kind": one.get_kind_display(),
            "amount": yuan(one.amount),
            "means": one.get_means_display(),
            "payer": one.payer,
        }
        for one in rows
    ]
    return Section("fee_payments", _("我家的缴费"), columns, found, _("按会计档案保存。"))


def _vehicles(user: User) -> Section:
    rows = Vehicle.objects.visible_to(user).filter(of_own(user))
    columns = [("plate", _("车牌号")), ("starts_on", _("起")), ("ends_on", _("止"))]
    found = [{"plate": one.plate.plain, "starts_on": one.starts_on, "ends_on": one.ends_on} for one in rows]
    return Section("vehicles", _("我家的车辆"), columns, found)


def _reliefs(user: User) -> Section:
    rows = Relief.objects.visible_to(user).filter(of_own(user))
    columns = [("percent", _("减免（百分之）")), ("reason", _("原因")), ("decided_by", _("谁决定的"))]
    columns += [("starts_on", _("起")), ("ends_on", _("止"))]
    found = [
        {
            "percent": one.percent,
            "reason": one.reason.plain,
            "decided_by": one.decided_by,
            "starts_on": one.starts_on,
            "ends_on": one.ends_on,
        }
        for one in rows
    ]
    return Section("reliefs", _("我家的减免"), columns, found)


def _of(model: Any, resident: Any) -> Any:
    """Rows of the households that the person belongs to or belonged to."""
    homes = resident.memberships.unscoped(reason=_FOUND).values("household")
    return model.objects.unscoped(reason=_FOUND).filter(household__in=homes)


def _gone(resident: Any) -> Any:
    return _of(Vehicle, resident).filter(ends_on__isnull=False).exclude(plate="")


def _over(resident: Any) -> Any:
    return _of(Relief, resident).filter(ends_on__isnull=False).exclude(reason="")


def _ended(model: Any, community: Community, before: datetime) -> Any:
    return model.objects.unscoped(reason=_OVER).filter(community=community, ends_on__lt=before.date())


RULES = (
    Rule(
        slug="vehicle_plates",
        what=gettext_lazy("不再停的车的车牌号"),
        then=gettext_lazy("只留下停过一辆车"),
        days=3 * YEAR,
        basis=gettext_lazy("收费有异议还要能查对一段时间"),
        count=lambda community, before: int(_ended(Vehicle, community, before).exclude(plate="").count()),
        forget=lambda community, before: int(_ended(Vehicle, community, before).exclude(plate="").update(plate="")),
    ),
    Rule(
        slug="relief_reasons",
        what=gettext_lazy("已经结束的减免的原因"),
        then=gettext_lazy("只留下减免多少、谁决定的"),
        days=3 * YEAR,
        basis=gettext_lazy("减免有异议还要能查对一段时间"),
        count=lambda community, before: int(_ended(Relief, community, before).exclude(reason="").count()),
        forget=lambda community, before: int(_ended(Relief, community, before).exclude(reason="").update(reason="")),
    ),
)
