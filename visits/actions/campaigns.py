"""Beginning and ending a quarter's round."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.models import User
from core import clock
from core.quarters import Quarter
from core.refusal import Refused
from core.scoping import locked
from visits import laying, planning
from visits.models import DUE, TARGET_STEPS, Campaign, Target

if TYPE_CHECKING:
    from community.models import Community


@transaction.atomic
def open_campaign(
    community: Community,
    *,
    quarter: Quarter,
    by: User,
    starts_on: date | None = None,
    ends_on: date | None = None,
    notice: str = "",
) -> Campaign:
    """Begin a quarter's round: a target for every household that lives here, monthly ones for those in need of it.

    What is too much for one step is laid by a job; until then the round is being prepared, and nobody walks it.
    Raises Refused where the quarter has its round already, another one is still open, or nobody lives here yet.
    """
    locked(community)
    begins, ends = planning.window_of(quarter, clock.today())
    begins, ends = starts_on or begins, ends_on or ends
    _may_open(community, quarter, begins, ends)
    campaign = Campaign.objects.create(
        community=community,
        year=quarter.year,
        quarter=quarter.number,
        starts_on=begins,
        ends_on=ends,
        notice=notice,
        state=Campaign.State.PREPARING,
        opened_by=by,
    )
    campaign = laying.step(campaign)
    if not campaign.is_open:
        laying.begin_job(campaign, by=by)
    audit.record("campaign_opened", campaign, by=by, changes={"state": [None, campaign.state]}, reason=notice)
    return campaign


@transaction.atomic
def close_campaign(campaign: Campaign, *, by: User, explanation: str = "") -> Campaign:
    """End a round; the doors nobody reached stay on record, with the reason.

    Raises Refused where it has ended already, or where doors are left and no reason is given.
    """
    campaign = locked(campaign)
    if campaign.state == Campaign.State.PREPARING:
        raise Refused(_("这个季度的走访还在安排，安排好以后才能结束。"))
    if not campaign.is_open:
        raise Refused(_("这个季度的走访已经结束了。"))
    rows = Target.objects.unscoped(reason="the doors left of a round already found")
    left = rows.filter(campaign=campaign, state__in=DUE)
    count = left.filter(kind=Target.Kind.QUARTERLY).count()
    if count and not explanation.strip():
        raise Refused(_("还有 %(count)d 户没走到，请写明原因和打算。") % {"count": count})
    step = TARGET_STEPS.find(Target.State.WAITING, "close", ("office",))
    left.update(state=step.target)
    campaign.state = Campaign.State.CLOSED
    campaign.closed_at, campaign.closed_by, campaign.explanation = clock.now(), by, explanation.strip()
    campaign.save(update_fields=["state", "closed_at", "closed_by", "explanation"])
    audit.record("campaign_closed", campaign, by=by, changes={"state": ["open", campaign.state]}, reason=explanation)
    return campaign


def _may_open(community: Community, quarter: Quarter, begins: date, ends: date) -> None:
    rounds = Campaign.objects.unscoped(reason="one round a quarter").filter(community=community)
    if rounds.filter(year=quarter.year, quarter=quarter.number).exists():
        raise Refused(_("%(quarter)s的走访已经有了。") % {"quarter": quarter.label})
    still = rounds.not_closed().first()
    if still:
        raise Refused(_("%(quarter)s的走访还没结束，请先结束它。") % {"quarter": still})
    if ends < begins:
        raise Refused(_("结束日期要在开始日期之后。"))
