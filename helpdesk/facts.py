"""What a request is, beside its course, as the one who reads may know it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.templatetags.portal import day
from helpdesk import deadlines, words
from helpdesk.models import Approval, ServiceRequest
from helpdesk.parties import side_of
from helpdesk.slots import slot_words
from helpdesk.states import State

if TYPE_CHECKING:
    from community.models import User

Fact = tuple[Any, ...]


def facts_of_side(found: ServiceRequest, reader: User) -> list[Fact]:
    """What one of two households learns: who mediates and its own consent, nothing of the other."""
    side = side_of(found, reader)
    facts: list[Fact] = [(_("谁和谁"), _("%(door)s和另一户") % {"door": side} if side else _("两户"))]
    if side:
        facts.append(
            (_("您家"), _("%(day)s同意调解") % {"day": day(side.agreed_on)} if side.agreed_on else _("还没同意"))
        )
    if found.handler:
        facts.append((_("谁来说和"), words.person(found.handler.name, found.handler_role)))
    agreed = slot_words(found.appointment_from, found.appointment_until, found.appointment)
    if agreed and found.state != State.IN_PROGRESS:
        facts.append((_("约好的时间"), agreed))
    if found.follow_up_on:
        facts.append((_("回访"), day(found.follow_up_on)))
    facts.append((_("谁能看到"), _("您家写的，只有办理的人和您家看得到")))
    return facts


def facts_of(found: ServiceRequest, reader: User, *, works: bool) -> list[Fact]:
    """Where, who, until when; for those who work on it also who asked."""
    facts: list[Fact] = [(_("在哪里"), found.place_for(reader))]
    if works:
        name = _("提出人（保密）") if found.has_informant else found.reporter_name
        facts.append((_("谁提出的"), f"{name} {found.reporter_phone}".strip()))
        facts.append((_("怎么来的"), found.get_source_display()))
    if works and found.grid:
        facts.append((_("网格"), found.grid.name))
    if found.handler:
        facts.append((_("谁在办"), words.person(found.handler.name, found.handler_role)))
    agreed = slot_words(found.appointment_from, found.appointment_until, found.appointment)
    if agreed and found.state != State.IN_PROGRESS:
        facts.append((_("约好的时间"), agreed))
    if works and found.is_open and not found.first_contact_at:
        facts.append((_("联系期限"), deadlines.sign_words(found)))
    facts += _waiting(found, works=works) + _rounds(found, works=works)
    if found.hop_count:
        facts.append((_("退单"), _("%(count)s 次") % {"count": found.hop_count}))
    if found.follow_up_on:
        facts.append((_("回访"), day(found.follow_up_on)))
    if found.has_parties:
        facts.append((_("谁能看到"), _("两家各看各的，办理的人都看得到")))
        return facts
    facts.append(
        (_("谁能看到"), _("只有社区书记和办理的人") if found.is_confidential else found.get_visibility_display())
    )
    return facts


def _waiting(found: ServiceRequest, *, works: bool) -> list[Fact]:
    """What it waits for, or has waited for."""
    facts: list[Fact] = []
    if found.answer_due_at:
        facts.append((_("等本人补充"), _("到%(day)s为止") % {"day": day(found.answer_due_at)}))
    if found.review_on:
        facts.append((_("挂账"), _("%(day)s再看") % {"day": day(found.review_on)}))
    if found.referred_to:
        facts.append((_("转给了"), f"{found.referred_to} {found.referred_number}".strip()))
    if found.next_check_on:
        facts.append((_("下次去问"), day(found.next_check_on)))
    if found.extended_to:
        facts.append((_("延期"), _("延到%(day)s") % {"day": day(found.extended_to)}))
    if works and found.asked_for:
        facts.append((_("等社区书记同意"), Approval.Step(found.asked_for).label))
    return facts


def _rounds(found: ServiceRequest, *, works: bool) -> list[Fact]:
    """How often it was begun, and how many it is for."""
    facts: list[Fact] = []
    if found.followers:
        facts.append((_("一共几件"), _("%(count)s 件，一起办") % {"count": found.followers + 1}))
    if found.round > 1:
        facts.append((_("第几次办理"), _("第 %(round)s 次") % {"round": found.round}))
    if works and found.late_rounds:
        facts.append((_("以前超期"), _("%(count)s 次") % {"count": found.late_rounds}))
    return facts
