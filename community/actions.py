"""Writes around people: who is appointed to what, what was read."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from community import appointed, audit
from community.models import Appointment, Community, Notice, User
from community.notices import notify
from community.roles import SCOPE_OF_ROLE, Office, Role
from core import clock
from core.refusal import Refused
from core.scoping import locked

# What a secretary gives; residents come by letter, the first secretary by the command `found_community`.
APPOINTABLE = (
    Role.GRID_LEADER,
    Role.BUILDING_STEWARD,
    Role.COMMITTEE,
    Role.AUDITOR,
    Role.COMMUNITY_STAFF,
    Role.RED_STEWARD,
    Role.GATEKEEPER,
    Role.PARTNER_CONTACT,
    Role.ADVISER,
)
_KEEPS_OR_CHECKS: dict[str, Role] = {Role.COMMITTEE: Role.AUDITOR, Role.AUDITOR: Role.COMMITTEE}
_HELD_BY_ONE = (Office.CHAIR, Office.BOOKKEEPER, Office.REVIEWER, Office.CASHIER)


@transaction.atomic
def make_account(*, phone: str, name: str, by: User | None) -> User:
    """The account with this phone, or a new one without a password, which then comes by letter.

    Raises Refused where the phone belongs to somebody of another name.
    """
    found = User.objects.filter(phone=phone).first()
    if found is None:
        return User.objects.create_user(phone, None, name=name)
    if found.name != name:
        raise Refused(_("这个手机号已经有账号，登记的姓名不一样。请核对手机号和姓名。"))
    return found


@transaction.atomic
def appoint(
    user: User,
    *,
    role: str,
    place: Any,
    by: User | None,
    office: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Appointment:
    """Give `user` a role for `place` (grid, building, estate, or the community) and a term, both days included.

    `by` None is the command line. Raises Refused where the term meets one that excludes it: a grid has one leader,
    an estate one chair, bookkeeper, reviewer and cashier each, nobody holds two offices of one estate, and who audits
    its books does not keep them. An auditor's term has a last day.
    """
    place = locked(place)
    community_id = place.pk if isinstance(place, Community) else place.community_id
    _check_appointer(role, community_id, by)
    made = Appointment(
        user=user,
        role=role,
        office=office,
        community_id=community_id,
        starts_on=starts_on or clock.today(),
        ends_on=ends_on,
        appointed_by=by,
        **({SCOPE_OF_ROLE[role]: place} if role in SCOPE_OF_ROLE else {}),
    )
    if made.ends_on and made.ends_on < made.starts_on:
        raise Refused(_("任期的最后一天在第一天之前，请改一下日期。"))
    if made.role == Role.AUDITOR and made.ends_on is None:
        raise Refused(_("审计有结束的一天，请填写到哪天止。"))
    _check_terms(made)
    _save(made)
    audit.record("appoint", made, by=by, changes={"role": [None, role], "starts_on": [None, made.starts_on]})
    notify([user], about=made, kind="appointed", text=_("您担任了%(role)s。") % {"role": made.get_role_display()})
    if made.is_current:
        appointed.tell(made)
    return made


@transaction.atomic
def end_appointment(appointment: Appointment, *, last_day: date, reason: str, by: User) -> Appointment:
    """Let an appointment hold until `last_day` and no longer; yesterday ends it now."""
    held = locked(appointment)
    _check_appointer(held.role, held.community_id, by)
    if held.ends_on is not None and held.ends_on < clock.today():
        raise Refused(_("这项任命已经结束了。"))
    if last_day < held.starts_on:
        raise Refused(_("最后一天不能早于任命开始的 %(day)s。") % {"day": held.starts_on})
    if held.ends_on is not None and last_day > held.ends_on:
        raise Refused(_("这里只能提前结束；要延长任期，请重新任命。"))
    before, held.ends_on = held.ends_on, last_day
    held.save(update_fields=["ends_on"])
    audit.record("end_appointment", held, by=by, changes={"ends_on": [before, last_day]}, reason=reason)
    text = _("您担任的%(role)s到 %(day)s 为止。") % {"role": held.get_role_display(), "day": last_day}
    notify([held.user], about=held, kind="appointment_ended", text=text)
    return held


def read_notice(notice: Notice) -> None:
    """One's own notice has been read."""
    if notice.read_at is None:
        notice.read_at = clock.now()
        notice.save(update_fields=["read_at"])


def read_all_notices(*, by: User) -> int:
    """All of one's own notices have been read; how many were new."""
    return Notice.objects.visible_to(by).unread().update(read_at=clock.now())


def _check_appointer(role: str, community_id: int, by: User | None) -> None:
    if by is None:
        return
    if community_id not in by.scope.ids("community", Role.SECRETARY):
        raise Refused(_("任命由本社区的书记来办。"))
    if role not in APPOINTABLE and role != Role.RESIDENT:
        raise Refused(_("这个角色不由社区任命。"))


def _check_terms(made: Appointment) -> None:
    """No two rows that exclude each other hold on the same day; the place's row is locked by the caller."""
    meeting = Appointment.objects.unscoped(reason="terms at the same place").filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=made.starts_on)
    )
    if made.ends_on is not None:
        meeting = meeting.filter(starts_on__lte=made.ends_on)
    if made.role in _KEEPS_OR_CHECKS:
        other_side = meeting.filter(role=_KEEPS_OR_CHECKS[made.role], estate=made.estate_id, user=made.user)
        _refuse(other_side.select_related("user").first(), _("%(name)s不能既管这个小区的账，又来审计它。"))
    others = meeting.filter(role=made.role)
    others = others.filter(**{name: getattr(made, name) for name in _place_fields(made.role)}).select_related("user")
    if made.role == Role.GRID_LEADER:
        _refuse(others.first(), _("这个网格在这段时间已经有网格长：%(name)s。请先结束那项任命。"))
    if made.role == Role.COMMITTEE:
        _refuse(
            others.filter(user=made.user).first(),
            _("%(name)s在这段时间已经担任这个小区自管会的职务，一个人只能担任一个。"),
        )
        if made.office in _HELD_BY_ONE:
            _refuse(
                others.filter(office=made.office).first(), _("这个职务在这段时间由%(name)s担任。请先结束那项任命。")
            )
    _refuse(others.filter(user=made.user).first(), _("%(name)s在这段时间已经担任这个角色了。"))


def _place_fields(role: str) -> list[str]:
    return ["community", SCOPE_OF_ROLE[role]] if role in SCOPE_OF_ROLE else ["community"]


def _refuse(standing: Appointment | None, sentence: str) -> None:
    if standing is not None:
        raise Refused(sentence % {"name": standing.user})


def _save(made: models.Model) -> None:
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(_("这项任命和已有的任命冲突，请先看一看任命名单。")) from error
