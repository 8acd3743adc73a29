"""What neighbours need is written down, what units offer as well; both change and end."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from alliance.models import Need, Partner, Project, Resource
from alliance.partners.actions.units import changed
from alliance.partners.querysets import led_in
from alliance.partners.states import NeedState
from alliance.partners.wishes import may_become_need
from community import audit
from community.models import Community, User
from core import clock
from core.refusal import Refused
from core.scoping import locked
from helpdesk.models import ServiceRequest
from helpdesk.parties import parties_of
from helpdesk.stories import numbers_in

_OPEN = "whether something is open for a need or a resource already found"


@transaction.atomic
def log_need(community: Community, *, by: User, request: ServiceRequest | None = None, **fields: Any) -> Need:
    """Write down what neighbours need, or the wish of a request. Raises Refused for numbers of phones and cards, for a
    day that is past, and for a request that is no wish or has become a need already."""
    _may_log(community.pk, by)
    _check_need(fields)
    if request is not None:
        _check_wish(locked(request), by)
    row: Need = Need.objects.create(community=community, logged_by=by, request=request, **fields)
    audit.record("need_logged", row, by=by, changes={"title": ["", row.title]})
    return row


def _check_wish(request: ServiceRequest, by: User) -> None:
    if not may_become_need(request, parties_of(request, by)):
        raise Refused(_("这条诉求现在不能请联盟单位帮忙。"))
    if Need.objects.unscoped(reason=_OPEN).filter(request=request).exclude(state=NeedState.DROPPED).exists():
        raise Refused(_("这条诉求已经请联盟单位看了，不用再登记。"))


@transaction.atomic
def change_need(need: Need, *, by: User, **fields: Any) -> Need:
    """Change its words while it waits or is in hand."""
    row = locked(need)
    _may_log(row.community_id, by)
    if row.state in (NeedState.MET, NeedState.DROPPED):
        raise Refused(_("这个需求已经了结，不再改了。"))
    _check_need(fields)
    changes = changed(row, fields)
    if changes:
        row.save()
        audit.record("need_changed", row, by=by, changes=changes)
    return row


@transaction.atomic
def drop_need(need: Need, *, by: User, reason: str) -> Need:
    """It is not needed any more. Raises Refused where somebody has it in hand or it is over."""
    row = locked(need)
    _may_log(row.community_id, by)
    if row.state in (NeedState.MET, NeedState.DROPPED):
        raise Refused(_("这个需求已经了结了。"))
    if Project.objects.unscoped(reason=_OPEN).open().filter(need=row).exists():
        raise Refused(_("有单位正在对接，请先把那个项目了结。"))
    row.state, row.reason = NeedState.DROPPED, reason.strip()
    row.save(update_fields=["state", "reason"])
    audit.record("need_dropped", row, by=by, reason=row.reason)
    return row


@transaction.atomic
def offer_resource(partner: Partner, *, by: User, **fields: Any) -> Resource:
    """Write down what a unit offers: by whoever speaks for it, or by the office for it."""
    _may_offer(partner, by)
    if fields.get("until") and fields["until"] < clock.today():
        raise Refused(_("到哪天为止，请写今天以后。"))
    row: Resource = Resource.objects.create(community_id=partner.community_id, partner=partner, logged_by=by, **fields)
    audit.record("resource_offered", row, by=by, changes={"title": ["", row.title]})
    return row


@transaction.atomic
def change_resource(resource: Resource, *, by: User, **fields: Any) -> Resource:
    """Change its words."""
    row = locked(resource)
    _may_offer(row.partner, by)
    changes = changed(row, fields)
    if changes:
        row.save()
        audit.record("resource_changed", row, by=by, changes=changes)
    return row


@transaction.atomic
def withdraw_resource(resource: Resource, *, by: User) -> Resource:
    """It is not offered any more; what was agreed with it stays agreed."""
    row = locked(resource)
    _may_offer(row.partner, by)
    if row.withdrawn_at is not None:
        raise Refused(_("已经收回了。"))
    row.withdrawn_at = clock.now()
    row.save(update_fields=["withdrawn_at"])
    audit.record("resource_withdrawn", row, by=by)
    return row


def _may_log(community_id: int, by: User) -> None:
    if community_id not in led_in(by):
        raise Refused(_("需求由社区工作者或者网格长登记。"))


def _may_offer(partner: Partner, by: User) -> None:
    if partner.community_id not in by.scope.offices_communities and partner.pk not in by.scope.partners:
        raise Refused(_("请由这个单位的联络员或者社区来登记。"))
    if not partner.is_active:
        raise Refused(_("这个单位已经退出了。"))


def _check_need(fields: dict[str, Any]) -> None:
    if numbers_in(" ".join(fields.get(name, "") for name in ("title", "text", "place"))):
        raise Refused(_("需求里不写电话和证件号码，也不写谁家。请去掉。"))
    if fields.get("until") and fields["until"] < clock.today():
        raise Refused(_("最好在哪天以前，请写今天以后的日子。"))
