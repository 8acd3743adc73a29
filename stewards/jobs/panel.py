"""What stands of the red stewards on the page of a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core.sql import Given
from helpdesk import panels as request_panels
from helpdesk.panels import Panel
from helpdesk.states import CO_HANDLER, ENDED, HANDLER, REPORTER, SECRETARY
from helpdesk.states import LEADER as REQUEST_LEADER
from helpdesk.states import State as RequestState
from stewards.jobs import forbidden, words
from stewards.jobs.actions.held import going
from stewards.jobs.states import LIVE, TAKEN, WORKED, State
from stewards.models import Job, Skill

if TYPE_CHECKING:
    from community.models import User
    from helpdesk.models import ServiceRequest

TEMPLATE, STYLE = "stewards/jobs/_panel.html", "css/jobs.css"
_FOUND = "the job of a request already found"
LEADING = frozenset({REQUEST_LEADER, SECRETARY})


@dataclass(frozen=True)
class OnRequest:
    """The panel: a sentence, the time, the codes for who is at home, and the way on."""

    title: str
    text: str
    tone: str = ""
    state: str = ""
    slot: str = ""
    says: str = ""
    hears: str = ""
    url: str = ""
    button: str = ""
    is_main: bool = False


def register() -> None:
    """The panel, and what it wants to know."""
    request_panels.register(panels, _called_for, _asked)


def panels(
    found: ServiceRequest, _reader: User, parties: frozenset[str], answers: list[list[tuple[Any, ...]]]
) -> list[Panel]:
    """The job of a request, or the offer to ask; a query more where somebody was asked."""
    called_for, asked = answers
    if found.has_parties or found.is_confidential or found.has_informant or found.category.is_mediation:
        return []
    if not parties & (LEADING | {HANDLER, CO_HANDLER, REPORTER}):
        return []
    if found.state in (RequestState.SUBMITTED, *ENDED):
        return []
    if found.state == RequestState.ACCEPTED and parties & LEADING and (State.OFFERED,) not in asked:
        return _offer_to_ask(found) if called_for else []
    if not asked:
        return []
    rows = Job.objects.unscoped(reason=_FOUND).filter(request=found).exclude(state=State.STOPPED)
    said = _of_job(rows.for_page().order_by("-asked_at")[0], found, parties)
    return [Panel(TEMPLATE, said, STYLE)] if said else []


def _called_for(_reader: User) -> Any:
    """A row where requests of this category call for a skill of stewards."""
    rows = Skill.objects.unscoped(reason=_FOUND).filter(community=Given(1), categories=Given(2), is_active=True)
    return rows.order_by().values_list("pk")[:1]


def _asked(_reader: User) -> Any:
    """The states of its jobs, but what was stopped."""
    rows = Job.objects.unscoped(reason=_FOUND).filter(request=Given(0)).exclude(state=State.STOPPED)
    return rows.order_by().values_list("state")


def _offer_to_ask(found: ServiceRequest) -> list[Panel]:
    title = _("请红管家上门")
    if ban := forbidden.ban_on(found.title, found.description):
        text = _("%(what)s的活不能请志愿者做。%(turn_to)s") % {"what": ban.what, "turn_to": ban.turn_to}
        return [Panel(TEMPLATE, OnRequest(title, text, tone="warn", state=_("不能请志愿者")))]
    text = _("先问一位最合适的，没答应再问三位、再问大家。去不去由他们自己定。")
    url = reverse("stewards:ask", args=[found.pk])
    return [Panel(TEMPLATE, OnRequest(title, text, url=url, button=_("请红管家")))]


def _of_job(job: Job, found: ServiceRequest, parties: frozenset[str]) -> OnRequest | None:
    """The panel of a job that is under way, or done and not confirmed; None where there is nothing to say any more."""
    asked, works = REPORTER in parties, bool(parties & (LEADING | {HANDLER, CO_HANDLER}))
    if job.state not in LIVE and job.state not in WORKED:
        return None
    there = going(job) if job.state != State.OFFERED else []
    who = words.names(one.steward for one in there)
    at_door = asked and job.state in (State.ACCEPTED, State.ON_THE_WAY)
    return OnRequest(
        title=_("红管家上门帮忙"),
        text=_sentence(job, who, asked=asked),
        tone=words.TONES[State(job.state)],
        state=str(job.get_state_display()),
        slot=words.when_of(job) if job.state in TAKEN else "",
        says=job.home_code if at_door else "",
        hears=job.steward_code if at_door else "",
        url=job.get_absolute_url() if asked or works else "",
        button=_("去确认") if asked and not works and job.state == State.DONE else _("看上门帮忙"),
        is_main=(job.state == State.DONE and asked) or (bool(parties & {HANDLER}) and job.state in TAKEN),
    )


def _sentence(job: Job, who: str, *, asked: bool) -> str:
    """Where the job stands, as one says it."""
    if job.state == State.OFFERED:
        return _("正在问红管家谁能去，有人答应就告诉您。") if asked else _("正在问红管家谁能去。")
    if job.state in (State.ACCEPTED, State.ON_THE_WAY):
        return _("%(who)s答应上门。") % {"who": who}
    if job.state == State.ARRIVED:
        return _("%(who)s已经到了。") % {"who": who}
    if job.state == State.DONE:
        pattern = _("%(who)s说做完了，请您确认。") if asked else _("%(who)s说做完了，等住户确认。")
        return pattern % {"who": who}
    return _("%(who)s来过，做完了。") % {"who": who}
