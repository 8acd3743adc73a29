"""Writes of proposals: what somebody says should stand in the register, and what the leader or the office decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.notices import notify
from core import clock
from core.refusal import Refused
from core.scoping import locked
from grids import corrections
from grids.actions.care import end_care
from grids.actions.changing import stale
from grids.actions.moves import add_member, died, move_out
from grids.actions.people import change_household, change_resident
from grids.models import CareTag, Household, Membership, Proposal, Resident

if TYPE_CHECKING:
    from collections.abc import Iterable

    from community.models import User

AT_MOST = 20
Kind, Source, State = Proposal.Kind, Proposal.Source, Proposal.State
_FOUND = "what belongs to a household already found"


@transaction.atomic
def propose(
    household: Household,
    *,
    kind: str,
    source: str,
    by: User | None,
    resident: Resident | None = None,
    field: str = "",
    after: str = "",
    note: str = "",
) -> Proposal:
    """Keep a proposal; the register stays as it is. The same said twice is one proposal.

    Of what one person says of one field, the latest stands; so it does of what visits say of one who has come or left.
    Raises Refused where nothing would change, or a resident has more open than anybody can answer.
    """
    household = locked(household)
    made = Proposal(
        community_id=household.community_id,
        household=household,
        building_id=household.building_id,
        resident=resident,
        kind=kind,
        source=source,
        field=field,
        after=after,
        note=note,
        proposed_by=by,
    )
    fact = corrections.fact_for(made)
    if fact is not None:
        made.before = fact.text(resident or household)
        if made.before == made.after:
            raise Refused(_("登记的就是这个，不用改。"))
    standing = list(_open_ones(made))
    for one in standing:
        if (one.field, one.after, one.note) == (made.field, made.after, note):
            return one
    _keep_within_bounds(made)
    if (fact is not None and source == Source.RESIDENT) or (source == Source.VISIT and _about_one_person(made)):
        for one in standing:
            _close(one, State.WITHDRAWN, by=by, answer="")
    made.save(force_insert=True)
    shown = corrections.asked(made)
    audit.record("proposal_made", made, by=by, changes={"after": [None, shown.after or shown.what]}, reason=note)
    return made


@transaction.atomic
def withdraw_proposal(proposal: Proposal, *, by: User) -> Proposal:
    """Take back what one has proposed oneself, while nobody has answered."""
    proposal = _open(proposal)
    if proposal.proposed_by_id != by.pk:
        raise Refused(_("这是家里别人提的，要撤回请他自己来。"))
    _close(proposal, State.WITHDRAWN, by=by, answer="")
    audit.record("proposal_withdrawn", proposal, by=by)
    return proposal


@transaction.atomic
def accept_proposal(proposal: Proposal, *, by: User, version: int, answer: str = "", **given: Any) -> Proposal:
    """Bring a proposal into the register through its own actions; `version` is the household's that was shown.

    `given` depends on the kind: of a new member name, relation, starts_on and the other basic fields, of an end of
    care `tags`, of somebody who has left the first `day` without them, or that of the death. Raises Refused where
    somebody was faster, or proposed it himself.
    """
    household = locked(proposal.household)
    proposal = _open(proposal)
    _not_ones_own(proposal, by)
    if version != household.version:
        raise Refused(stale(household))
    _APPLY[Kind(proposal.kind)](proposal, household, by, given)
    _close(proposal, State.ACCEPTED, by=by, answer=answer)
    audit.record("proposal_accepted", proposal, by=by, reason=answer)
    _tell(proposal, by, _("您提的“%(what)s”已经核对，登记改好了。"))
    return proposal


@transaction.atomic
def decline_proposal(proposal: Proposal, *, by: User, reason: str) -> Proposal:
    """Leave the register as it is, and say why."""
    proposal = _open(proposal)
    _not_ones_own(proposal, by)
    _close(proposal, State.DECLINED, by=by, answer=reason)
    audit.record("proposal_declined", proposal, by=by, reason=reason)
    _tell(proposal, by, _("您提的“%(what)s”没有改，原因写在“我家信息”里。"))
    return proposal


def _open(proposal: Proposal) -> Proposal:
    proposal = locked(proposal)
    if proposal.state == State.OPEN:
        return proposal
    words = {"name": proposal.decided_by or _("别人"), "state": proposal.get_state_display()}
    raise Refused(_("%(name)s先办了这一件：%(state)s。") % words)


def _open_ones(made: Proposal) -> Iterable[Proposal]:
    """What is open about the same matter: of a field by the same person, of the rest by anybody."""
    rows = Proposal.objects.unscoped(reason=_FOUND).open().filter(household=made.household, resident=made.resident)
    rows = rows.filter(kind=made.kind, source=made.source)
    match made.kind:
        case Kind.CHANGE:
            return rows.filter(field=made.field, proposed_by=made.proposed_by)
        case Kind.LEAVE:
            return rows
        case Kind.JOIN:
            name = _name_of(made)
            return [one for one in rows if _name_of(one) == name]
    return rows.filter(field=made.field)


def _about_one_person(made: Proposal) -> bool:
    """Whether it says that somebody, by name, has come or has left."""
    return made.resident is not None if made.kind == Kind.LEAVE else made.kind == Kind.JOIN and bool(_name_of(made))


def _name_of(proposal: Proposal) -> str:
    return corrections.newcomer(str(proposal.after.plain)).get("name", "")


def _keep_within_bounds(made: Proposal) -> None:
    if made.source != Source.RESIDENT:
        return
    waiting = (
        Proposal.objects.unscoped(reason=_FOUND)
        .open()
        .filter(community=made.community_id, household=made.household, source=Source.RESIDENT)
    )
    if waiting.count() >= AT_MOST:
        raise Refused(_("已经有 %(count)d 件在等网格长核对，请等答复了再提。") % {"count": AT_MOST})


def _not_ones_own(proposal: Proposal, by: User) -> None:
    """Whoever lives in the household and proposed it lets another decide."""
    if proposal.source == Source.RESIDENT and proposal.proposed_by_id == by.pk:
        raise Refused(_("这是您自己提的，请让社区办公室来核对。"))


def _close(proposal: Proposal, state: str, *, by: User | None, answer: str) -> None:
    proposal.state, proposal.answer = state, answer
    proposal.decided_at, proposal.decided_by = clock.now(), by
    proposal.save(update_fields=["state", "answer", "decided_at", "decided_by"])


def _tell(proposal: Proposal, by: User, sentence: str) -> None:
    """The resident who asked is told, not a colleague whose visit or roster brought it."""
    asker = proposal.proposed_by
    if proposal.source != Source.RESIDENT or asker is None or asker.pk == by.pk:
        return
    words = {"what": corrections.asked(proposal).what}
    notify([asker], about=proposal, kind="proposal_decided", text=sentence % words, url="grids:mine")


def _change(proposal: Proposal, household: Household, by: User, given: dict[str, Any]) -> None:
    fact = corrections.fact_for(proposal)
    if fact is None:
        raise Refused(_("这一项不能直接改，请打开住户页面处理。"))
    value = fact.parse(str(proposal.after.plain))
    if proposal.resident is None:
        change_household(household, by=by, **{fact.name: value})
        return
    if not _belongs(proposal.resident, household):
        raise Refused(_("%(name)s已经不在这一户了，请核对后不采纳。") % {"name": proposal.resident})
    change_resident(proposal.resident, household=household, by=by, **{fact.name: value})


def _join(proposal: Proposal, household: Household, by: User, given: dict[str, Any]) -> None:
    add_member(household, by=by, **given)


def _leave(proposal: Proposal, household: Household, by: User, given: dict[str, Any]) -> None:
    members = Membership.objects.unscoped(reason=_FOUND).current().filter(household=household)
    if proposal.resident is not None:
        members = members.filter(resident=proposal.resident)
    residents = [one.resident for one in members.select_related("resident")]
    if not residents:
        raise Refused(_("%(name)s已经不在这一户了，请核对后不采纳。") % {"name": proposal.resident or household})
    if corrections.says_died(proposal) and proposal.resident is not None:
        died(proposal.resident, household=household, by=by, day=given["day"])
    else:
        move_out(household, by=by, day=given["day"], residents=residents)


def _end_care(proposal: Proposal, household: Household, by: User, given: dict[str, Any]) -> None:
    tags = given.get("tags") or []
    if not tags:
        raise Refused(_("请选出不再需要的是哪一项关爱。"))
    rows = CareTag.objects.unscoped(reason=_FOUND).filter(household=household, pk__in=[tag.pk for tag in tags])
    for tag in rows:
        end_care(tag, by=by, reason=str(proposal.note or proposal.get_source_display()))


def _words(proposal: Proposal, household: Household, by: User, given: dict[str, Any]) -> None:
    """What was said in own words was dealt with on the household's page; here it is answered."""


def _belongs(resident: Resident, household: Household) -> bool:
    rows = Membership.objects.unscoped(reason=_FOUND).current()
    return bool(rows.filter(household=household, resident=resident).exists())


_APPLY = {
    Kind.CHANGE: _change,
    Kind.JOIN: _join,
    Kind.LEAVE: _leave,
    Kind.CARE_END: _end_care,
    Kind.OTHER: _words,
}
