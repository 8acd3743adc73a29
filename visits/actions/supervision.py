"""Looking after a round: visits drawn by lot and asked about again, and talks about what looked odd."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from community import audit
from core import clock
from core.hashing import digest
from core.refusal import Refused
from core.scoping import locked
from visits import oddities
from visits.models import Recheck, Sample, Talk, Visit

if TYPE_CHECKING:
    from community.models import User
    from visits.models import Campaign

MOST = 200
_WHY = "the visits of a round already found, to draw from"
# A visit that is being written when the draw begins would stand in no list and in the next one.
_SETTLED = timedelta(minutes=1)
_ASKED_AGAIN = (Visit.Outcome.MET, Visit.Outcome.PHONE)


@transaction.atomic
def draw_sample(campaign: Campaign, *, size: int, by: User) -> Sample:
    """Draw visits by lot, to be asked about again by phone: of those with somebody spoken to, each once a round.

    The seed and the hash of what was drawn from are kept, so that anybody can draw the same once more (`redraw`).
    Raises Refused where there is nothing left to draw from.
    """
    campaign = locked(campaign)
    if not 1 <= size <= MOST:
        raise Refused(_("一次抽 1 到 %(most)d 次走访。") % {"most": MOST})
    now = clock.now()
    drawn_from = _population(campaign, now, before=_drawn(campaign))
    if not drawn_from:
        raise Refused(_("现在没有可以抽的走访：见到人或打通电话的都抽过了，或者还没有。"))
    seed = secrets.token_hex(16)
    sample = Sample.objects.create(
        community_id=campaign.community_id,
        campaign=campaign,
        seed=seed,
        size=min(size, len(drawn_from)),
        population=len(drawn_from),
        population_hash=hash_of(drawn_from),
        drawn_by=by,
        created_at=now,
    )
    Recheck.objects.bulk_create(
        Recheck(community_id=campaign.community_id, sample=sample, visit_id=visit)
        for visit in draw(drawn_from, seed=seed, size=sample.size)
    )
    audit.record("sample_drawn", sample, by=by, changes={"size": [None, sample.size]}, reason=f"{seed}")
    return sample


def draw(drawn_from: Sequence[UUID], *, seed: str, size: int) -> list[UUID]:
    """The draw itself: `random.Random(seed).sample` over the sorted ids, with no other source of chance."""
    return Random(seed).sample(sorted(drawn_from), size)  # noqa: S311 the seed is from `secrets`, and is to be repeated


def hash_of(drawn_from: Iterable[UUID]) -> str:
    """Names a population: the SHA-256 of its sorted ids."""
    return digest(sorted(str(visit) for visit in drawn_from))


def redraw(sample: Sample) -> list[UUID]:
    """The same draw once more, from what stands in the register; equal to the visits of the sample's rechecks.

    Raises Refused where the visits that were drawn from are no longer the same.
    """
    earlier = Sample.objects.unscoped(reason=_WHY).filter(campaign=sample.campaign_id)
    earlier = earlier.filter(Q(created_at__lt=sample.created_at) | Q(created_at=sample.created_at, pk__lt=sample.pk))
    rows = Recheck.objects.unscoped(reason=_WHY).filter(sample__in=earlier)
    drawn_from = _population(sample.campaign, sample.created_at, before=set(rows.values_list("visit", flat=True)))
    if hash_of(drawn_from) != sample.population_hash:
        raise Refused(_("当时参加抽取的走访和现在登记的对不上，重抽不出同样的结果。"))
    return draw(drawn_from, seed=sample.seed, size=sample.size)


def _drawn(campaign: Campaign) -> set[UUID]:
    rows = Recheck.objects.unscoped(reason=_WHY).filter(sample__campaign=campaign)
    return set(rows.values_list("visit", flat=True))


def _population(campaign: Campaign, at: datetime, *, before: set[UUID]) -> list[UUID]:
    """The visits that stood at a moment and had not been drawn, by id."""
    there = at - _SETTLED
    rows = Visit.objects.unscoped(reason=_WHY).filter(target__campaign=campaign, received_at__lte=there)
    rows = rows.filter(outcome__in=_ASKED_AGAIN).exclude(via=Visit.Via.CARD)
    standing = rows.filter(Q(superseded_by__isnull=True) | Q(superseded_by__received_at__gt=there))
    return sorted(set(standing.order_by().values_list("pk", flat=True)) - before)


@transaction.atomic
def record_recheck(recheck: Recheck, *, outcome: str, by: User, note: str = "") -> Recheck:
    """Keep what a household said on the phone about a visit.

    Raises Refused where the caller is the visitor, where it was asked already, and where something differs and nothing
    is said about what. Who was not reached may be called again.
    """
    recheck = locked(recheck)
    if recheck.visit.by_id == by.pk:
        raise Refused(_("这次是您自己去走访的，请换一位同事来打电话。"))
    if recheck.outcome not in ("", Recheck.Outcome.NOT_REACHED):
        raise Refused(_("这一户已经回访过了：%(outcome)s。") % {"outcome": recheck.get_outcome_display()})
    if outcome not in Recheck.Outcome.values:
        raise Refused(_("请选一下结果。"))
    if outcome in (Recheck.Outcome.DIFFERS, Recheck.Outcome.NOT_VISITED) and not note.strip():
        raise Refused(_("请写一下家里是怎么说的。"))
    before = recheck.outcome or None
    recheck.outcome, recheck.note, recheck.called_at, recheck.called_by = outcome, note.strip(), clock.now(), by
    recheck.save(update_fields=["outcome", "note", "called_at", "called_by"])
    home = recheck.visit.household_id
    audit.record("visit_rechecked", recheck, by=by, changes={"outcome": [before, outcome]}, household_id=home)
    return recheck


def odd_visits(campaign: Campaign, *, by: User) -> list[oddities.Oddity]:
    """What looks odd in a round and has not been talked about; two queries."""
    talks: Any = Talk.objects.visible_to(by).filter(campaign=campaign).values_list("about", "visits_hash")
    found = oddities.find(oddities.rows_of(Visit.objects.visible_to(by), campaign))
    return oddities.not_talked_about(found, talks)


@transaction.atomic
def record_talk(campaign: Campaign, *, about: str, visits_hash: str, said: str, by: User) -> Talk:
    """Keep what was said with a walker about visits that looked odd; they are not listed again.

    Raises Refused where nothing is said, where these visits are not listed any more, and for one's own visits.
    """
    campaign = locked(campaign)
    if not said.strip():
        raise Refused(_("请写一下谈了什么。"))
    listed = odd_visits(campaign, by=by)
    one = next((one for one in listed if (one.about, one.visits_hash) == (about, visits_hash)), None)
    if one is None:
        raise Refused(_("这一条已经谈过，或者走访更正过了，请看最新的列表。"))
    if one.walker == by.pk:
        raise Refused(_("这些是您自己的走访，请换一位同事来谈。"))
    talk = Talk.objects.create(
        community_id=campaign.community_id,
        campaign=campaign,
        walker_id=one.walker,
        about=one.about,
        visits_hash=one.visits_hash,
        said=said.strip(),
        by=by,
    )
    audit.record("visitor_talked_to", talk, by=by, changes={"about": [None, one.about]})
    return talk
