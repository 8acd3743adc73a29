"""What a steward paid for parts goes to the estate's committee as money to be paid back; it is never hours."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.files import store
from core import clock
from core.money import yuan
from core.photos import CleanPhoto
from core.refusal import Refused
from core.scoping import locked
from stewards.jobs import words
from stewards.jobs.actions.held import going, held, require
from stewards.jobs.states import STEWARD, WORKED, State
from stewards.models import Job, PartsClaim

if TYPE_CHECKING:
    from community.models import User

Parts = PartsClaim.State
MOST = Decimal("2000.00")


@transaction.atomic
def claim(job: Job, *, by: User, amount: Decimal, what: str, receipt: CleanPhoto) -> PartsClaim:
    """Ask for the money of parts back, in yuan, with a photo of the receipt. For who went, once they are there."""
    _request, job = held(job)
    require(job, by, STEWARD)
    if job.state not in (State.ARRIVED, *WORKED):
        raise Refused(_("上了门以后，才能交材料费的小票。"))
    if job.building is None or not job.building.estate.is_self_managed:
        raise Refused(_("这里没有自管会报销，请找社区。"))
    if not Decimal(0) < amount <= MOST:
        raise Refused(_("一张小票最多 %(most)s 元；再多的，请自管会直接去买。") % {"most": yuan(MOST)})
    seat = next(one for one in going(job) if one.steward.user_id == by.pk)
    content = store(
        receipt.content,
        name=f"{job.request.number}-{_('小票')}.jpg",
        content_type=receipt.content_type,
        community=job.community,
        by=by,
        width=receipt.width,
        height=receipt.height,
    )
    made = PartsClaim.objects.create(
        community_id=job.community_id,
        job=job,
        steward=seat.steward,
        estate=job.building.estate,
        amount=amount,
        what=what.strip(),
        receipt=content,
        claimed_at=clock.now(),
    )
    audit.record("parts_claimed", made, by=by, changes={"amount": [None, str(amount)]})
    return made


@transaction.atomic
def drafted(claimed: PartsClaim, *, voucher: Any, by: User) -> PartsClaim:
    """The bookkeeper has drafted the voucher: `voucher` is it. Refused where somebody has decided before."""
    claimed = _open(claimed)
    claimed.state, claimed.voucher = Parts.DRAFTED, voucher
    claimed.decided_by, claimed.decided_at = by, clock.now()
    claimed.save()
    audit.record("parts_drafted", claimed, by=by, changes={"amount": [None, str(claimed.amount)]})
    _tell(claimed, "parts_drafted", words.PARTS_PAID)
    return claimed


@transaction.atomic
def decline(claimed: PartsClaim, *, reason: str, by: User) -> PartsClaim:
    """The committee does not pay it back, with the reason; the steward reads it."""
    claimed = _open(claimed)
    if not reason.strip():
        raise Refused(_("请写明为什么不报销，垫钱的人看得到。"))
    claimed.state, claimed.declined_reason, claimed.voucher = Parts.DECLINED, reason.strip()[:120], None
    claimed.decided_by, claimed.decided_at = by, clock.now()
    claimed.save()
    audit.record("parts_declined", claimed, by=by, reason=claimed.declined_reason)
    _tell(claimed, "parts_declined", words.PARTS_DECLINED, reason=claimed.declined_reason)
    return claimed


def _open(claimed: PartsClaim) -> PartsClaim:
    """Locked and not decided; a voucher that was given up has decided nothing."""
    claimed = locked(claimed)
    given_up = claimed.voucher is not None and claimed.voucher.state == "voided"
    if claimed.state != Parts.CLAIMED and not given_up:
        raise Refused(_("这张小票已经有人办了：%(state)s。") % {"state": claimed.get_state_display()})
    return claimed


def _tell(claimed: PartsClaim, kind: str, pattern: words.Text, **named: Any) -> None:
    named |= {"parts": claimed.what, "amount": yuan(claimed.amount)}
    words.tell([claimed.steward.user], claimed, kind, pattern, **named)
