"""What the pages of offers and jobs show to the one who reads them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.money import yuan
from core.templatetags.portal import moment, when
from helpdesk.slots import slot_words
from stewards.jobs import waves, words
from stewards.jobs.actions.answering import ANSWERABLE
from stewards.jobs.actions.held import going, offers_of, parties
from stewards.jobs.forms import AcceptForm, ArriveForm, TapForm
from stewards.jobs.states import HOUSEHOLD, JOBS, LEADER, STEWARD, TAKEN, WORKED, State
from stewards.models import Job, JobOffer, PartsClaim

if TYPE_CHECKING:
    from community.models import User

# Steps with a page of their own, in the order in which the job's page offers them; the first that can be taken is red.
MAIN = {"finish", "confirm"}
BESIDE = (
    "doubt", "rebook", "pass_on", "give_back", "arrive_for", "confirm_for", "stop",
)  # fmt: skip
# Taken by a button on the page itself.
TAPS = {"set_out": gettext_lazy("我出发了"), "widen": gettext_lazy("不等了，再多问几位")}
NEXT_WAVE = {
    1: gettext_lazy("先问了一位；%(when)s前没有答应，就再问三位。"),
    2: gettext_lazy("%(when)s前没有答应，就问所有能去的。"),
}
PARTS_TONES = {"claimed": "wait", "drafted": "good", "declined": "warn"}


@dataclass(frozen=True)
class Link:
    """A way on."""

    label: str
    url: str


@dataclass(frozen=True)
class Asked:
    """Somebody who was asked, as who leads the request sees it."""

    name: str
    wave: int
    tone: str
    answer: str
    at: str
    reasons: list[str]
    by_phone: bool
    answer_url: str


@dataclass(frozen=True)
class Parts:
    """What somebody paid for parts."""

    what: str
    amount: str
    tone: str
    state: str
    reason: str
    receipt_url: str


@dataclass(frozen=True)
class Codes:
    """Both sides of the visit code, as far as the reader needs them."""

    says: str
    hears: str
    who: str


@dataclass(frozen=True)
class JobPage:
    """The page of a job."""

    tone: str
    kicker: str
    back: Link
    facts: list[tuple[Any, ...]]
    tap: TapForm | None = None
    tap_label: str = ""
    tap_url: str = ""
    main: Link | None = None
    beside: list[Link] = field(default_factory=list)
    arrive: ArriveForm | None = None
    steward_codes: Codes | None = None
    home_codes: Codes | None = None
    phone_codes: Codes | None = None
    check: TapForm | None = None
    asked: list[Asked] = field(default_factory=list)
    next_wave: str = ""
    notes: list[tuple[str, str]] = field(default_factory=list)
    parts: list[Parts] = field(default_factory=list)
    parts_url: str = ""
    calendar_url: str = ""


def url_of(job: Job, step: str) -> str:
    """The page of a step."""
    return reverse("stewards:job_step", args=[job.pk, step])


def job_page(job: Job, reader: User) -> JobPage:
    """Everything on the page of a job, for `reader`."""
    held = parties(job, reader)
    there = going(job)
    steps = {row.action: row for row in JOBS.steps(job.state, held)}
    if STEWARD in held and (job.steward is None or job.steward.user_id != reader.pk):
        steps.pop("finish", None)
    if job.state == State.OFFERED:
        steps = {name: row for name, row in steps.items() if name in ("give_back", "stop", "widen")}
    if LEADER in held and any(one.steward.user_id == reader.pk for one in there):
        steps = {name: row for name, row in steps.items() if name not in ("arrive_for", "confirm_for")}
    tap = next((name for name in TAPS if name in steps), "")
    main = next((name for name in MAIN if name in steps), "")
    who = words.names(one.steward for one in there)
    at_door = job.state in (State.ACCEPTED, State.ON_THE_WAY)
    return JobPage(
        tone=words.TONES[State(job.state)],
        kicker=_("上门帮忙 · %(number)s · %(skill)s") % {"number": job.request.number, "skill": job.skill},
        back=_back(job, held),
        facts=_facts(job, reader, held, who),
        tap=TapForm(job=job, user=reader) if tap else None,
        tap_label=str(TAPS[tap]) if tap else "",
        tap_url=url_of(job, tap) if tap else "",
        main=Link(str(steps[main].label), url_of(job, main)) if main else None,
        beside=[Link(str(steps[name].label), url_of(job, name)) for name in BESIDE if name in steps],
        arrive=ArriveForm(job=job, user=reader, auto_id="arrive_%s") if at_door and STEWARD in held else None,
        steward_codes=Codes(job.steward_code, "", "") if at_door and STEWARD in held else None,
        home_codes=Codes(job.home_code, job.steward_code, who) if at_door and HOUSEHOLD in held else None,
        phone_codes=Codes(job.home_code, job.steward_code, who) if at_door and _phones(job, held) else None,
        check=TapForm(job=job, user=reader, auto_id="check_%s")
        if at_door and HOUSEHOLD in held and not job.checked_at
        else None,
        asked=[_asked(one) for one in _offers(job)] if LEADER in held else [],
        next_wave=_next_wave(job) if LEADER in held else "",
        notes=_notes(job, held),
        parts=[_parts(one) for one in _claims(job)] if held & {LEADER, STEWARD} else [],
        parts_url=url_of(job, "parts") if STEWARD in held and _pays_parts(job) else "",
        calendar_url=reverse("stewards:job_file", args=[job.pk]) if job.state in TAKEN else "",
    )


def _phones(job: Job, held: frozenset[str]) -> bool:
    """Whether the reader tells the household the codes by phone: it has no account, or does not look."""
    return LEADER in held and STEWARD not in held


def _pays_parts(job: Job) -> bool:
    on = job.state in (State.ARRIVED, *WORKED)
    return on and job.building is not None and job.building.estate.is_self_managed


def _back(job: Job, held: frozenset[str]) -> Link:
    if STEWARD in held and LEADER not in held:
        return Link(_("我帮的忙"), reverse("stewards:offers"))
    return Link(_("回到这件诉求"), job.request.get_absolute_url())


def _facts(job: Job, reader: User, held: frozenset[str], who: str) -> list[tuple[Any, ...]]:
    """What, when, where, who; the place as far as the reader may know it."""
    found: list[tuple[Any, ...]] = [(_("什么时候"), words.when_of(job))]
    knows = job.state != State.OFFERED or held & {LEADER, HOUSEHOLD}
    found.append((_("地方"), job.request.place_for(reader) if knows else roughly(job)))
    if who:
        found.append((_("谁去"), who))
    if job.needs_two:
        found.append((_("去几个人"), _("两个人一起去")))
    if job.bring and held & {STEWARD, LEADER}:
        found.append((_("注意"), job.bring))
    if STEWARD in held and knows:
        found.append((_("诉求"), _("看详情和联系电话"), job.request.get_absolute_url()))
    if job.arrived_at and held & {STEWARD, LEADER}:
        found.append((_("到达"), f"{moment(job.arrived_at)} · {job.get_arrival_display()}"))
    if job.done_at:
        found.append((_("做完"), f"{moment(job.done_at)} · {job.get_result_display()}"))
    return found


def _notes(job: Job, held: frozenset[str]) -> list[tuple[str, str]]:
    """Sentences with a tone, each of its own."""
    found = []
    if job.state == State.OFFERED and job.starts_at and STEWARD in held:
        found.append(("wait", _("您答应了，还差一位一起去；人齐了告诉您，门牌那时候看得到。")))
    if job.checked_at and job.state in TAKEN:
        found.append(("good", _("住户核对过来人的码了。")))
    if job.arrival_reason and LEADER in held:
        found.append(("idle", _("到达是打电话核实的：%(reason)s") % {"reason": job.arrival_reason}))
    if job.doubted_at and job.state == State.DONE:
        found.append(("warn", _("住户说还没办好：%(text)s") % {"text": job.doubt}))
    if job.state == State.CONFIRMED:
        said = job.confirm_note and held & {STEWARD, LEADER, HOUSEHOLD}
        text = _("%(how)s（%(when)s）") % {"how": job.get_confirmed_via_display(), "when": when(job.confirmed_at)}
        found.append(("good", _("%(text)s：“%(note)s”") % {"text": text, "note": job.confirm_note} if said else text))
    if job.state == State.LAPSED and LEADER in held:
        found.append(("warn", _("满 7 天住户没有确认。请打个电话问一问，替他记下，红管家的时长才进本子。")))
    if job.state == State.STOPPED:
        found.append(("idle", _("不请了：%(reason)s") % {"reason": job.stop_reason}))
    return found


def _offers(job: Job) -> list[JobOffer]:
    rows: list[JobOffer] = list(offers_of(job).select_related("steward__user", "recorded_by"))
    for row in rows:
        row.job = job
    return rows


def _asked(offer: JobOffer) -> Asked:
    open_job = offer.job.state == State.OFFERED or (offer.passed_by_id is not None and offer.job.state in TAKEN)
    answer = str(offer.get_state_display())
    if offer.channel and offer.channel != JobOffer.Channel.PORTAL and offer.recorded_by:
        words_of = {"answer": answer, "how": offer.get_channel_display(), "who": offer.recorded_by.name}
        answer = _("%(answer)s（%(how)s，%(who)s代记）") % words_of
    return Asked(
        name=offer.steward.user.name,
        wave=offer.wave,
        tone=words.OFFER_TONES[JobOffer.State(offer.state)],
        answer=answer,
        at=when(offer.answered_at or offer.offered_at),
        reasons=words.reasons_about(offer),
        by_phone=offer.steward.by_phone,
        answer_url=reverse("stewards:offer_answer", args=[offer.pk]) if open_job and can_answer(offer) else "",
    )


def can_answer(offer: JobOffer) -> bool:
    """Whether a yes would still count."""
    return offer.state in ANSWERABLE


def _next_wave(job: Job) -> str:
    if job.state != State.OFFERED:
        return ""
    if job.wave >= waves.POOL:
        return _("能去的都问了，谁先答应谁去。")
    if job.wave_due_at is None:
        return ""
    return str(NEXT_WAVE[job.wave]) % {"when": moment(job.wave_due_at)}


def _claims(job: Job) -> Iterable[PartsClaim]:
    rows = PartsClaim.objects.unscoped(reason="parts of a job already found")
    return rows.filter(job=job).order_by("claimed_at", "pk")


def _parts(claim: PartsClaim) -> Parts:
    return Parts(
        what=claim.what,
        amount=_("%(amount)s 元") % {"amount": yuan(claim.amount)},
        tone=PARTS_TONES[claim.state],
        state=str(claim.get_state_display()),
        reason=claim.declined_reason,
        receipt_url=reverse("stewards:receipt", args=[claim.pk]),
    )


@dataclass(frozen=True)
class OfferCard:
    """An offer, as the steward reads it before they have answered."""

    offer: JobOffer
    what: str
    where: str
    slots: list[str]
    reasons: list[str]
    bring: str
    two: bool
    urgent: bool
    until: str
    tone: str
    answer: str
    form: AcceptForm | None
    decline: TapForm | None
    taken: str = ""


def offer_card(offer: JobOffer, *, form: AcceptForm | None = None) -> OfferCard:
    """What an offer says: why you, roughly where, when. The door comes with the yes."""
    job = offer.job
    wanted = can_answer(offer) and (job.state == State.OFFERED or (offer.passed_by_id and job.state in TAKEN))
    wanted = bool(wanted and job.slots_to_come)
    return OfferCard(
        offer=offer,
        what=job.what,
        where=roughly(job),
        slots=[slot_words(*slot) for slot in job.slots],
        reasons=words.reasons(offer),
        bring=job.bring,
        two=job.needs_two,
        urgent=job.urgency != Job.Urgency.ORDINARY,
        until=_until(offer.due_at) if offer.state == JobOffer.State.OPEN else "",
        tone=words.OFFER_TONES[JobOffer.State(offer.state)],
        answer="" if offer.state == JobOffer.State.OPEN and wanted else _answer(offer, wanted=wanted),
        form=(form or AcceptForm(offer=offer, auto_id=f"yes_{offer.pk}_%s")) if wanted else None,
        decline=TapForm(job=job, user=offer.steward.user, auto_id=f"no_{offer.pk}_%s")
        if wanted and offer.state != JobOffer.State.DECLINED
        else None,
    )


def _answer(offer: JobOffer, *, wanted: bool) -> str:
    """How an offer stands, to the one who was asked."""
    if offer.state == JobOffer.State.ACCEPTED:
        return _("您答应了")
    if offer.state == JobOffer.State.HANDED_ON:
        return _("您答应过，后来换了人")
    if offer.state == JobOffer.State.DECLINED:
        return _("您说这次不行；又能去了也可以说") if wanted else _("您说这次不行")
    if wanted:
        return _("过了时间，不过还没有人去，您能去的话照样算")
    return _("已经有人去了，或者不用去了，谢谢您")


def _until(due: datetime | None) -> str:
    return _("请在%(when)s前回个话") % {"when": moment(due)} if due else ""


def roughly(job: Job) -> str:
    """Where it is, without the door."""
    if job.building is not None:
        return _("%(building)s（答应以后看到门牌）") % {"building": job.building} if job.home_id else str(job.building)
    return _("社区里（答应以后看到地点）")
