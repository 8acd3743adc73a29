"""Writes of the group itself: what is told of it and of each adviser, and whether residents read a name."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from alliance.advice.actions.sessions import KIND
from alliance.advice.people import secretaries_of
from alliance.advice.wording import check_fit
from alliance.models import AdviceSession, Adviser, AdvisoryGroup, Partner, Recommendation, RecommendationStep
from community import audit
from community.models import Appointment, Community, User
from community.notices import notify
from community.roles import Role
from core import clock
from core.refusal import Refused


@transaction.atomic
def change_group(
    community: Community, *, by: User, name: str, about: str = "", founded_on: date | None = None
) -> AdvisoryGroup:
    """Say what the group is; the first time makes it."""
    _check_office(community.pk, by)
    check_fit(community.pk, about)
    rows = AdvisoryGroup.objects.in_community(community.pk).select_for_update()
    group = rows.first() or AdvisoryGroup(community=community)
    before = {"name": group.name, "about": group.about}
    group.name, group.about, group.founded_on = name.strip(), about.strip(), founded_on
    group.save()
    changes = {key: [old, getattr(group, key)] for key, old in before.items() if old != getattr(group, key)}
    audit.record("advisory_group_changed", group, by=by, changes=changes)
    return group


@transaction.atomic
def describe_adviser(
    community: Community, user: User, *, by: User, background: str = "", partner: Partner | None = None
) -> Adviser:
    """Say what an adviser does and where from; the office, or the adviser."""
    adviser = _adviser(community, user, by)
    if partner is not None and partner.community_id != community.pk:
        raise Refused(_("只能选本社区的联盟单位。"))
    before = adviser.background
    adviser.background, adviser.partner = background.strip(), partner
    adviser.save()
    audit.record("adviser_described", adviser, by=by, changes={"background": [before, adviser.background]})
    return adviser


@transaction.atomic
def set_naming(community: Community, user: User, *, by: User, is_named: bool, how: str = "") -> Adviser:
    """Whether residents read an adviser's name. The adviser says so; the office writes down a consent that was given
    on paper or by phone, and `how`. It can be taken back at any time."""
    adviser = _adviser(community, user, by)
    if adviser.is_named == is_named:
        return adviser
    how = how.strip()
    if is_named and by.pk != user.pk and not how:
        raise Refused(_("请写明本人是怎么同意的，例如：当面签了同意书。"))
    adviser.is_named = is_named
    adviser.consent_how = how if is_named else ""
    adviser.consent_by = by if is_named else None
    adviser.consent_at = clock.now() if is_named else None
    adviser.save()
    audit.record("adviser_named" if is_named else "adviser_unnamed", adviser, by=by, reason=how)
    if not is_named:
        take_name_off(community.pk, user, by=by)
    return adviser


def take_name_off(community_id: int, user: User, *, by: User) -> None:
    """Sessions whose public words hold the name are no longer read by residents, until the secretary looks at them."""
    told = Recommendation.objects.out().filter(community=community_id)
    steps = RecommendationStep.objects.in_community(community_id).filter(words__contains=user.name)
    said = Q(text__contains=user.name) | Q(because__contains=user.name) | Q(to_whom__contains=user.name)
    holds = told.filter(said | Q(answer__contains=user.name) | Q(steps__in=steps)).values("session")
    rows = AdviceSession.objects.out().filter(community=community_id)
    for session in rows.filter(Q(public_text__contains=user.name) | Q(pk__in=holds)).select_for_update():
        session.published_at = session.published_by = None
        session.save(update_fields=["published_at", "published_by"])
        audit.record("advice_session_unpublished", session, by=by)
        text = _("%(which)s先不公开了：里面有人不再同意写名字，请看一看。") % {"which": session.label}
        notify(secretaries_of(community_id), about=session, kind=KIND, text=text)


def _adviser(community: Community, user: User, by: User) -> Adviser:
    """The row of an adviser of today, locked, or a new one; for the office, or the adviser."""
    if by.pk != user.pk:
        _check_office(community.pk, by)
    held = Appointment.objects.unscoped(reason="whether somebody advises today").current()
    if not held.filter(community=community, role=Role.ADVISER, user=user).exists():
        raise Refused(_("%(name)s现在不是顾问。") % {"name": user})
    rows = Adviser.objects.in_community(community.pk).select_for_update()
    return rows.filter(user=user).first() or Adviser(community=community, user=user)


def _check_office(community_id: int, by: User) -> None:
    if community_id not in by.scope.offices_communities:
        raise Refused(_("这一步由社区工作人员来办。"))
