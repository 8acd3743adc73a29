"""Writes of erasure: a resident asks (PIPL art. 47), the office answers; and what the end of a period forgets."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from community import audit, personal
from community.notices import notify
from core import clock
from core.refusal import Refused
from core.scoping import locked
from grids.actions.changing import bump
from grids.actions.consents import withdraw_consent
from grids.models import CareTag, Consent, ErasureRequest, Household, Membership, Merge, Owner, Proposal, Resident

if TYPE_CHECKING:
    from community.models import User

# Stands where the name stood; data, like a name.
ERASED_NAME = gettext_noop("（已删除）")
# A merge is undone within the day; after that nothing needs what it overwrote.
UNDONE_WITHIN = timedelta(days=1)
State = ErasureRequest.State
_FOUND = "what is kept about a resident already found"
_ALWAYS = ("phone", "hukou", "employment", "note", "id_number", "id_hash")


@transaction.atomic
def ask_erasure(resident: Resident, *, household: Household, reason: str, by: User) -> ErasureRequest:
    """Ask that what is kept about a resident be erased; asking twice is asking once."""
    resident = locked(resident)
    rows = ErasureRequest.objects.unscoped(reason=_FOUND)
    standing: ErasureRequest | None = rows.open().filter(resident=resident).first()
    if standing is not None:
        return standing
    made = ErasureRequest(
        community_id=resident.community_id, resident=resident, household=household, reason=reason, asked_by=by
    )
    made.save(force_insert=True)
    audit.record("erasure_asked", made, by=by)
    return made


@transaction.atomic
def withdraw_erasure(request: ErasureRequest, *, by: User) -> ErasureRequest:
    """Let it be, while nobody has answered."""
    request = _open(request)
    if request.asked_by_id != by.pk:
        raise Refused(_("要撤回，请提出的人自己来。"))
    _close(request, State.WITHDRAWN, by=by)
    audit.record("erasure_withdrawn", request, by=by)
    return request


@transaction.atomic
def carry_out_erasure(request: ErasureRequest, *, by: User, answer: str = "") -> ErasureRequest:
    """Erase in every room what may go, in this one transaction; what went and what stayed is kept in numbers.

    It cannot be undone. Raises Refused where somebody answered before, or asked for himself.
    """
    request = _open(request)
    _not_ones_own(request, by)
    # Told before the account may go with the rest.
    notify([request.asked_by], about=request, kind="erasure_done", text=_("您要求删除的资料已经删除。"), url="/")
    effects = personal.erase(locked(request.resident), by=by)
    request.outcome = {"rooms": [asdict(effect) for effect in effects]}
    _close(request, State.DONE, by=by, answer=answer)
    audit.record("erasure_done", request, by=by, changes=_numbers(effects), reason=answer)
    return request


@transaction.atomic
def decline_erasure(request: ErasureRequest, *, by: User, reason: str) -> ErasureRequest:
    """Erase nothing, and say why."""
    request = _open(request)
    _not_ones_own(request, by)
    _close(request, State.DECLINED, by=by, answer=reason)
    audit.record("erasure_declined", request, by=by, reason=reason)
    text = _("您要求删除资料的事有了答复，请看原因。")
    notify([request.asked_by], about=request, kind="erasure_declined", text=text, url="grids:erasure_ask")
    return request


def forget_person(resident: Resident, *, name_too: bool) -> None:
    """Blank what the register keeps of a person, in the caller's transaction.

    Of whoever lives here the year of birth stays, and the name and how they stand to the head; of whoever does not,
    nothing but from when to when a nameless person lived at the door, and the name unless `name_too`.
    """
    resident = locked(resident)
    here = lives_here(resident)
    for field in _ALWAYS:
        setattr(resident, field, "")
    resident.birth_date = str(resident.birth_date.plain)[:4] if here else ""
    resident.is_party_member = None
    resident.sex = resident.sex if here else resident._meta.get_field("sex").default
    if name_too and not here:
        resident.name, resident.pinyin, resident.initials = ERASED_NAME, "", ""
    resident.forgotten_on = None if here else clock.today()
    resident.save()
    CareTag.objects.unscoped(reason=_FOUND).filter(resident=resident).update(evidence="")
    proposals = Proposal.objects.unscoped(reason=_FOUND).filter(resident=resident).exclude(state=Proposal.State.OPEN)
    proposals.update(before="", after="", note="")


def lives_here(resident: Resident) -> bool:
    """Whether the person belongs to a household today."""
    rows = Membership.objects.unscoped(reason=_FOUND).current().filter(resident=resident)
    return bool(rows.filter(resident__deceased_on__isnull=True).exists())


def erase_from_register(resident: Resident, by: User) -> None:
    """What the register does when somebody's data is erased."""
    _forget_household_phone(resident)
    for consent in Consent.objects.unscoped(reason=_FOUND).given().filter(resident=resident):
        withdraw_consent(resident, kind=consent.kind, how=_("随资料一起删除"), by=by)
    Proposal.objects.unscoped(reason=_FOUND).open().filter(resident=resident, source=Proposal.Source.RESIDENT).update(
        state=Proposal.State.WITHDRAWN, decided_at=clock.now(), decided_by=by
    )
    Owner.objects.unscoped(reason=_FOUND).filter(owns_nothing(), resident=resident).update(
        phone="", id_number="", id_hash="", name=ERASED_NAME
    )
    for person in [resident, *Resident.objects.unscoped(reason=_FOUND).filter(merged_into=resident)]:
        forget_person(person, name_too=True)
    seal = Merge.objects.unscoped(reason=_FOUND).filter(merged_at__lt=clock.now() - UNDONE_WITHIN)
    seal.filter(Q(kept_id=resident.pk) | Q(gone_id=resident.pk)).update(sealed="")
    for one in Membership.objects.unscoped(reason=_FOUND).current().filter(resident=resident):
        bump(locked(one.household))


def owns_nothing() -> Q:
    """The condition that an owner's group owns no dwelling any more."""
    return ~Q(group__ownerships__ends_on__isnull=True, group__ownerships__isnull=False)


def _forget_household_phone(resident: Resident) -> None:
    """The contact number of the household goes where it is the person's own, or nobody else lives there."""
    for one in Membership.objects.unscoped(reason=_FOUND).filter(resident=resident).select_related("household"):
        household = locked(one.household)
        rest = Membership.objects.unscoped(reason=_FOUND).current().filter(household=household)
        alone = not rest.exclude(resident=resident).exists()
        if household.phone and (alone or household.phone == resident.phone):
            household.phone = ""
            household.save(update_fields=["phone"])


def _open(request: ErasureRequest) -> ErasureRequest:
    request = locked(request)
    if request.state == State.OPEN:
        return request
    words = {"name": request.decided_by or _("别人"), "state": request.get_state_display()}
    raise Refused(_("%(name)s先办了这一件：%(state)s。") % words)


def _not_ones_own(request: ErasureRequest, by: User) -> None:
    mine = request.resident.appointments.unscoped(reason=_FOUND).filter(user=by)
    if mine.exists():
        raise Refused(_("这是您自己的资料，请让社区里另一位同志来办。"))


def _close(request: ErasureRequest, state: str, *, by: User, answer: str = "") -> None:
    request.state, request.answer = state, answer
    request.decided_at, request.decided_by = clock.now(), by
    request.save(update_fields=["state", "answer", "decided_at", "decided_by", "outcome"])


def _numbers(effects: list[personal.Effect]) -> dict[str, Any]:
    return {effect.room: sum(one.number for one in effect.goes) for effect in effects}
