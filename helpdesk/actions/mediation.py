"""Two households are brought together."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.models import User
from core import clock
from core.photos import CleanPhoto
from core.refusal import Refused
from core.scoping import locked
from grids.models import Household
from helpdesk import sides
from helpdesk.actions.log import log_request
from helpdesk.actions.updates import tell, write
from helpdesk.categories import MEDIATION
from helpdesk.models import Category, Party, ServiceRequest, Update
from helpdesk.parties import WORKING, parties_of, side_of
from helpdesk.states import LEADER, SECRETARY, State


@transaction.atomic
def open_mediation(
    *,
    by: User,
    title: str,
    home: Household,
    other: Household,
    description: str = "",
    category: Category | None = None,
    source: str = "",
    photos: Sequence[CleanPhoto] = (),
) -> ServiceRequest:
    """Ask for a mediation between `home`, which says so, and `other`, which learns of it when it is accepted.

    Raises Refused where the community has no such category, and where the two cannot be brought together.
    """
    rows = Category.objects.unscoped(reason="the category of mediations").in_use()
    category = category or rows.filter(community=home.community_id, slug=MEDIATION).first()
    if category is None or not category.is_mediation:
        raise Refused(_("本社区没有“矛盾调解”这一类，请先让社区加上。"))
    return log_request(
        by=by,
        category=category,
        title=title,
        description=description,
        household=home,
        other=other,
        source=source,
        photos=photos,
    )


@transaction.atomic
def name_other(request: ServiceRequest, *, other: Household, by: User) -> ServiceRequest:
    """Make a mediation that one household asked for one between two; what was said until now stays with the first.

    For those who triage it. Raises Refused where it is handled already, or the two cannot be brought together.
    """
    row = locked(request)
    if not parties_of(row, by) & {LEADER, SECRETARY}:
        raise Refused(_("这一步要由别的同志来办。"))
    if not row.category.is_mediation or row.has_parties or row.state not in (State.SUBMITTED, State.ACCEPTED):
        raise Refused(_("还没派人的调解，才能补上另一家。"))
    sides.set_up(row, other, by=by)
    row.version += 1
    row.save()
    audit.record("request_sided", row, by=by)
    return row


@transaction.atomic
def agree(request: ServiceRequest, party: Party, *, by: User) -> Party:
    """Record that a household agrees to a mediation: as it says itself, or as it told those who work on it.

    Raises Refused where it is not theirs to say, where it is said already, or where nobody asks any more.
    """
    row = locked(request)
    found = next((side for side in row.sides if side.pk == party.pk), None)
    parties = parties_of(row, by)
    if found is None or not (parties & WORKING or found == side_of(row, by)):
        raise Refused(_("同意不同意，要由这一家自己说，或者由办理的人问过再记。"))
    if row.state not in (State.SUBMITTED, State.ACCEPTED):
        raise Refused(_("现在不用再问同意不同意了。"))
    if found.agreed_on:
        raise Refused(_("这一家已经同意了。"))
    found.agreed_on, found.agreed_by = clock.today(), by
    found.save(update_fields=["agreed_on", "agreed_by"])
    update = write(row, Update.Kind.REMARK, by=by, details={"agreed": True}, party=found)
    audit.record("request_agreed", row, by=by, changes={"side": [None, found.side]})
    tell(row, update, by)
    return found
