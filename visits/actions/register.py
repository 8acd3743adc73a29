"""Changes from the door, brought into the register through its own actions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.refusal import Refused
from grids.actions import change_household, change_resident, set_care
from grids.actions.proposals import propose
from grids.codes import Departure
from grids.corrections import newcomer_text
from grids.models import Membership, Proposal
from visits.fields import CARE_ENDED, BasicField
from visits.report import Going

if TYPE_CHECKING:
    from community.models import User
    from grids.models import Household, Resident
    from visits.report import Came, Gone


def apply_change(
    household: Household, resident: Resident | None, changes: Mapping[BasicField, str], *, by: User
) -> None:
    """Give new values to the registry; an end of care, which only it can decide, is proposed to it."""
    given = {field.name: field.parse(text) for field, text in changes.items() if field.registry in _OWNERS}
    if given and resident is None:
        change_household(household, by=by, **given)
    elif given and resident is not None:
        change_resident(resident, household=household, by=by, **given)
    for field, text in changes.items():
        if field.registry == "care" and text == CARE_ENDED:
            _propose(household, resident, Proposal.Kind.CARE_END, by=by)
        elif field.registry == "care":
            set_care(household, category=text, resident=resident, by=by)


def propose_changes(household: Household, resident: Resident | None, changes: Mapping[BasicField, str]) -> None:
    """What a household wrote on its card: nobody saw who wrote it, so that the leader looks before it counts."""
    row = resident or household
    for field, text in changes.items():
        if field.registry not in _OWNERS:
            raise Refused(_("这一项不在卡片上，请当面告诉走访的人。"))
        if field.text(getattr(row, field.name)) != text:
            source, note = Proposal.Source.RESIDENT, _("住户凭卡片填的")
            propose(
                household,
                kind=Proposal.Kind.CHANGE,
                source=source,
                by=None,
                resident=resident,
                field=field.name,
                after=text,
                note=note,
            )


def propose_left(household: Household, *, by: User, note: str) -> None:
    """At the door it turned out that nobody of the household lives there any more."""
    _propose(household, None, Proposal.Kind.LEAVE, by=by, note=note[:200])


def propose_came(household: Household, came: Iterable[Came], *, by: User) -> None:
    """Somebody has come to live here: the register takes them in once the papers have been seen."""
    for one in came:
        after = newcomer_text(name=one.name, relation=one.relation, birth_date=one.birth_date, phone=one.phone)
        _propose(household, None, Proposal.Kind.JOIN, by=by, after=after)


def propose_gone(household: Household, gone: Iterable[Gone], *, by: User) -> None:
    """Members live here no longer; raises Refused where one of them is no member any more."""
    gone = list(gone)
    rows = Membership.objects.unscoped(reason="the members of a household already found").current()
    members = rows.filter(household=household).select_related("resident") if gone else []
    here = {one.resident_id: one.resident for one in members}
    for one in gone:
        if one.resident not in here:
            raise Refused(_("这一户的人刚刚有变动。请重新打开走访表核对，您填的内容都还在。"))
        since = one.since.isoformat() if one.since else ""
        how = Departure.DIED.value if one.how == Going.DIED else ""
        _propose(household, here[one.resident], Proposal.Kind.LEAVE, by=by, field=how, after=since)


def _propose(household: Household, resident: Resident | None, kind: str, *, by: User, **given: str) -> None:
    propose(household, kind=kind, source=Proposal.Source.VISIT, by=by, resident=resident, **given)


_OWNERS = ("household", "resident")
