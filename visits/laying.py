"""Laying out the targets of a round in steps, so that whoever is killed between two of them goes on exactly there.

Each step is one transaction: it locks the round, takes the households after `laid_until`, keeps their targets and moves
`laid_until` on. Two workers at the same round take turns, and nothing is laid twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from community import audit
from community.models import User
from community.notices import notify
from core import clock, jobs
from core.models import Job
from core.quarters import Month
from core.refusal import Refused
from core.scoping import locked
from grids.codes import Cadence
from grids.models import CareTag, Household
from visits import planning
from visits.models import Campaign, Target

if TYPE_CHECKING:
    from datetime import date

# Households a step: what fits one is laid while the person waits.
STEP = 2_000
_ROWS = 1_000
_WHY = "the targets of a round already found"
State = Campaign.State


@transaction.atomic
def step(campaign: Campaign) -> Campaign:
    """Lay the next households' targets; after the last of them the round is open. Gives it as it is then."""
    campaign = locked(campaign)
    if campaign.state != State.PREPARING:
        return campaign
    homes = planning.next_homes(campaign.community_id, after=campaign.laid_until, most=STEP)
    targets = planning.targets_for(campaign, homes, from_day=campaign.starts_on)
    _keep(targets)
    campaign.laid += len(targets)
    if homes.rows:
        campaign.laid_until = homes.rows[-1]["pk"]
    if len(homes.rows) < STEP:
        _begin(campaign)
    campaign.save(update_fields=["laid", "laid_until", "state"])
    return campaign


def begin_job(campaign: Campaign, *, by: User) -> Job:
    """Let a worker lay the rest, inside the transaction of the caller, who holds the round's lock."""
    label = _("安排%(quarter)s走访") % {"quarter": campaign}
    job = jobs.start("campaign_lay", label, owner=by, task=_lay, args=[str(campaign.pk)])
    campaign.job = job.pk
    campaign.save(update_fields=["job"])
    return job


@transaction.atomic
def take_up(campaign: Campaign, *, by: User) -> Campaign:
    """Go on with a round whose laying was given up; Refused while a worker is still at it."""
    campaign = locked(campaign)
    if campaign.state != State.PREPARING:
        return campaign
    if not gave_up(campaign):
        raise Refused(_("还在安排，请等一等再看。"))
    begin_job(campaign, by=by)
    audit.record("campaign_taken_up", campaign, by=by, changes={"laid": [None, campaign.laid]})
    return campaign


def job_of(campaign: Campaign) -> Job | None:
    """The job that lays the round, as long as anybody remembers it."""
    return Job.objects.filter(pk=campaign.job).first() if campaign.job else None


def gave_up(campaign: Campaign) -> bool:
    """Whether the laying ended before its end."""
    return broke_off(campaign, job_of(campaign))


def broke_off(campaign: Campaign, job: Job | None) -> bool:
    """As `gave_up`, of a round whose job, as far as anybody remembers it, has been found already."""
    return campaign.state == State.PREPARING and (job is None or job.is_over)


def lay_missing() -> int:
    """Lay what the open rounds lack: households that moved in since, and those that came into monthly care.

    Gives how many households it was. Run daily.
    """
    rounds = Campaign.objects.unscoped(reason="housekeeping").open().filter(ends_on__gte=clock.today())
    return sum(_lay_missing_of(campaign) for campaign in rounds)


def _lay_missing_of(campaign: Campaign) -> int:
    ids = list(_lacking(campaign).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), STEP):
        _lay_these(campaign, ids[start : start + STEP], from_day=max(campaign.starts_on, clock.today()))
    return len(ids)


@transaction.atomic
def _lay_these(campaign: Campaign, ids: list[UUID], *, from_day: date) -> None:
    campaign = locked(campaign)
    if not campaign.is_open:
        return
    homes = planning.these_homes(campaign.community_id, ids)
    before = _of(campaign).count()
    _keep(planning.targets_for(campaign, homes, from_day=from_day))
    campaign.laid += _of(campaign).count() - before
    campaign.save(update_fields=["laid"])


def _lacking(campaign: Campaign) -> Any:
    """Households that live here without the quarter's target, or in monthly care without this month's."""
    due_on = min(Month.of(max(campaign.starts_on, clock.today())).end, campaign.ends_on)
    mine = _of(campaign).filter(household=OuterRef("pk"))
    quarterly = Exists(mine.filter(kind=Target.Kind.QUARTERLY))
    monthly = Exists(mine.filter(kind=Target.Kind.MONTHLY_CARE, due_on=due_on))
    tags = CareTag.objects.unscoped(reason=_WHY).current().visited(Cadence.MONTHLY)
    in_care = Exists(tags.filter(household=OuterRef("pk")))
    homes = Household.objects.unscoped(reason=_WHY).living_here().filter(community=campaign.community_id)
    return homes.filter(~Q(quarterly) | Q(in_care) & ~Q(monthly))


def _keep(targets: list[Target]) -> None:
    """Keep them; what stands already, stays as it is."""
    Target.objects.unscoped(reason=_WHY).bulk_create(targets, batch_size=_ROWS, ignore_conflicts=True)


def _of(campaign: Campaign) -> Any:
    return Target.objects.unscoped(reason=_WHY).filter(campaign=campaign)


def _begin(campaign: Campaign) -> None:
    """All targets are laid: the round is open, and those who walk are told."""
    if not campaign.laid:
        raise Refused(_("登记册里还没有住户。请先录入住户，再开始走访。"))
    campaign.state = State.OPEN
    if campaign.job:
        # Whoever moved out while the job was at it found no door to close.
        gone = _of(campaign).waiting().filter(household__left_on__isnull=False)
        gone.update(state=Target.State.MOVED, done_at=clock.now())
        changes = {"state": [State.PREPARING.value, State.OPEN.value], "laid": [None, campaign.laid]}
        audit.record("campaign_laid", campaign, by=campaign.opened_by, changes=changes)
    walkers = User.objects.filter(pk__in=_of(campaign).filter(assignee__isnull=False).values("assignee"))
    notify(walkers, about=campaign, kind="campaign_opened", text=_("%(quarter)s走访开始了") % {"quarter": campaign})


@jobs.work
def _lay(job: Job, campaign_id: str) -> dict[str, Any]:
    campaign = Campaign.objects.get(pk=campaign_id)
    homes = Household.objects.unscoped(reason=_WHY).living_here().filter(community=campaign.community_id)
    total = homes.count()
    done = homes.filter(pk__lte=campaign.laid_until).count() if campaign.laid_until else 0
    while campaign.state == State.PREPARING:
        jobs.progress(job, min(done, total), max(total, 1))
        campaign = step(campaign)
        done += STEP
    words = _("%(quarter)s的走访开始了，一共 %(count)s 个走访任务。") % {
        "quarter": campaign,
        "count": f"{campaign.laid:,}",
    }
    return {"url": campaign.get_absolute_url(), "words": words}
