"""A unit joins, changes its words, and leaves."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from alliance.models import Partner, Pledge, Project
from alliance.partners.actions.projects import follow_need
from alliance.partners.querysets import contacts_of
from community import audit
from community.actions import end_appointment
from community.models import Appointment, Community, User
from community.roles import Role
from core import clock
from core.refusal import Refused
from core.scoping import locked

_TAKEN = "whether a name is taken, and what is open with a unit already found"


@transaction.atomic
def add_partner(community: Community, *, by: User, **fields: Any) -> Partner:
    """A unit joins; its contacts are appointed by the secretary. Raises Refused for a name that is there already."""
    _check(community.pk, fields)
    row: Partner = Partner.objects.create(community=community, **fields)
    audit.record("partner_added", row, by=by, changes={"name": ["", row.name]})
    return row


@transaction.atomic
def change_partner(partner: Partner, *, by: User, **fields: Any) -> Partner:
    """Change what a unit is called, what it is and what is told of it."""
    row = locked(partner)
    _check(row.community_id, fields, but=row.pk)
    changes = changed(row, fields)
    if changes:
        row.save()
        audit.record("partner_changed", row, by=by, changes=changes)
    return row


def leaving(partner: Partner) -> list[tuple[int, str]]:
    """What is open with a unit that is about to leave, in numbers; nothing is changed."""
    projects = Project.objects.unscoped(reason=_TAKEN).open().filter(partner=partner).count()
    pledges = Pledge.objects.unscoped(reason=_TAKEN).open().filter(partner=partner).count()
    found = [
        (projects, _("个还没做完的项目，会记成不做了")),
        (pledges, _("个还没兑现的承诺，留在记录里")),
        (len(contacts_of(partner.pk)), _("位联络员的任命到今天为止")),
    ]
    return [one for one in found if one[0]]


@transaction.atomic
def let_go(partner: Partner, *, by: User) -> Partner:
    """A unit leaves: its contacts' terms end, what was not done yet is dropped. Its past stays.

    Raises Refused where it has left already.
    """
    row = locked(partner)
    if row.left_on is not None:
        raise Refused(_("这个单位已经退出了。"))
    today = clock.today()
    for project in Project.objects.unscoped(reason=_TAKEN).open().filter(partner=row):
        project.state, project.ended_at, project.outcome = "dropped", clock.now(), _("单位退出了联盟。")
        project.save(update_fields=["state", "ended_at", "outcome"])
        follow_need(project)
        audit.record("project_drop", project, by=by, reason=project.outcome)
    held = Appointment.objects.unscoped(reason=_TAKEN).current().filter(role=Role.PARTNER_CONTACT, partner=row)
    for one in held.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=today)):
        end_appointment(one, last_day=today, reason=_("单位退出了联盟。"), by=by)
    row.left_on = today
    row.save(update_fields=["left_on"])
    audit.record("partner_left", row, by=by)
    return row


def changed(row: Any, fields: dict[str, Any]) -> dict[str, list[Any]]:
    """Put the fields into the row, and give what was and is, as the record keeps it."""
    changes = {name: [_said(getattr(row, name)), _said(value)] for name, value in fields.items()}
    for name, value in fields.items():
        setattr(row, name, value)
    return {name: pair for name, pair in changes.items() if pair[0] != pair[1]}


def _said(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int) else str(value)


def _check(community_id: int, fields: dict[str, Any], but: int | None = None) -> None:
    taken = Partner.objects.unscoped(reason=_TAKEN).filter(community=community_id, name=fields["name"])
    if taken.exclude(pk=but).exists():
        raise Refused(_("“%(name)s”已经在名单里了。") % {"name": fields["name"]})
    if fields["joined_on"] > clock.today():
        raise Refused(_("加入的日子请写今天或以前。"))
