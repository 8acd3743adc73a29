"""What jobs keep about a person: to take away, and for how long an unanswered question is kept."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.models import Community
from community.personal import Room, Section
from community.retention import Rule
from core.money import yuan
from stewards.jobs import words
from stewards.jobs.states import LIVE
from stewards.models import Job, JobOffer, PartsClaim

if TYPE_CHECKING:
    from community.models import User

_FOUND = "what is kept about the person who asks for it"
UNANSWERED = (JobOffer.State.DECLINED, JobOffer.State.LAPSED, JobOffer.State.WITHDRAWN)


def sections(user: User) -> list[Section]:
    """What one was asked, where one went, who came, what was paid for parts."""
    offers = JobOffer.objects.asked_of(user).select_related("job").order_by("-offered_at")
    jobs = Job.objects.unscoped(reason=_FOUND).filter(
        Q(stewards__steward__user=user, stewards__handed_on=False) | Q(request__reporter=user)
    )
    claims = PartsClaim.objects.unscoped(reason=_FOUND).filter(steward__user=user)
    asked = [("when", _("什么时候问的")), ("what", _("做什么")), ("answer", _("回话"))]
    went = [("when", _("什么时候")), ("what", _("做什么")), ("state", _("进展")), ("text", _("做了什么"))]
    paid = [("when", _("什么时候交的")), ("what", _("买了什么")), ("amount", _("金额（元）")), ("state", _("进展"))]
    return [
        Section("job_offers", _("请我帮的忙"), asked, [_offer(one) for one in offers]),
        Section("jobs", _("上门帮忙"), went, [_job(one) for one in jobs.distinct().order_by("-asked_at")]),
        Section("parts", _("垫的材料费"), paid, [_claim(one) for one in claims.order_by("-claimed_at")]),
    ]


def _offer(one: JobOffer) -> dict[str, Any]:
    return {"when": one.offered_at, "what": one.job.what, "answer": one.get_state_display()}


def _job(one: Job) -> dict[str, Any]:
    return {"when": words.when_of(one), "what": one.what, "state": one.get_state_display(), "text": one.text}


def _claim(one: PartsClaim) -> dict[str, Any]:
    return {
        "when": one.claimed_at,
        "what": one.what,
        "amount": yuan(one.amount),
        "state": one.get_state_display(),
    }


def _old(community: Community, before: datetime) -> Any:
    """Questions that came to nothing, of jobs that are over."""
    rows = JobOffer.objects.unscoped(reason="questions that came to nothing are forgotten")
    over = rows.filter(community=community, state__in=UNANSWERED, offered_at__lt=before)
    return over.exclude(job__state__in=LIVE)


def _count(community: Community, before: datetime) -> int:
    return int(_old(community, before).count())


def _forget(community: Community, before: datetime) -> int:
    return int(_old(community, before).delete()[0])


ROOM = Room(gettext_lazy("上门帮忙"), sections)
RULES = (
    Rule(
        "job_offers",
        gettext_lazy("没有答应的邀请"),
        gettext_lazy("删除；谁说过不行，以后谁也查不到"),
        180,
        gettext_lazy("志愿服务条例第二十五条：去不去由志愿者自己定，不留下说不的记录"),
        _count,
        _forget,
    ),
)
