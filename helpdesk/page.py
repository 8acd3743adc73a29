"""What the page of a request, and its card in a list, show to the one who reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from crispy_forms.utils import render_crispy_form
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.access import Permission
from community.calendar import work_calendar
from core.drawn_fields import drawn_blank
from core.templatetags.portal import day
from helpdesk import appointments, deadlines, followed, words
from helpdesk.afterwards import links_of
from helpdesk.appointments import Appointment
from helpdesk.before_after import BeforeAfter, before_after
from helpdesk.facts import facts_of, facts_of_side
from helpdesk.forms import OtherForm, SidesUpdateForm, StepForm, UpdateForm, WorkingUpdateForm, step_form
from helpdesk.logged import Paper, papers_of
from helpdesk.models import Party, Pause, Rating, ServiceRequest, Update, UpdatePhoto
from helpdesk.offers import Offer, Offers, offers_of
from helpdesk.panels import Panel, panels_for
from helpdesk.parties import SIDE, WORKING, parties_of, side_of, steps_for
from helpdesk.querysets import ServiceRequestQuerySet, leaders_of
from helpdesk.states import LEADER, REPORTER, SECRETARY, State
from helpdesk.timeline import Entry, Photo, entries, photo_of
from helpdesk.told import told

if TYPE_CHECKING:
    from community.models import User
    from core.workdays import WorkCalendar

# Where a rating stands, if there is one.
RATED = (State.CLOSED, State.MERGED)
# What the button of a card says to the one whose step is next.
CALLS = {
    State.SUBMITTED: gettext_lazy("去受理"),
    State.ACCEPTED: gettext_lazy("去派单"),
    State.DISPATCHED: gettext_lazy("去签收"),
    State.IN_PROGRESS: gettext_lazy("去办理"),
    State.REVIEW: gettext_lazy("去审核"),
    State.RESOLVED: gettext_lazy("去评价"),
    State.NEED_INFO: gettext_lazy("去补充"),
    State.SUSPENDED: gettext_lazy("去看一看"),
    State.REFERRED: gettext_lazy("去问一问"),
}


@dataclass(frozen=True)
class Card:
    """A request in a list."""

    found: ServiceRequest
    tone: str
    deadline: deadlines.Deadline
    place: str
    title: str
    offer: Offer | None = None


@dataclass(frozen=True)
class Thread:
    """One household of a mediation, as those who work on it see it: what is between it and them."""

    label: str
    door: str
    agreed: str
    tone: str
    agree_url: str
    lines: list[Entry]


@dataclass(frozen=True)
class Together:
    """A request that is one matter with the one shown."""

    number: str
    title: str
    url: str


@dataclass(frozen=True)
class Page:
    """The page of a request."""

    title: str
    kicker: str
    tone: str
    deadline: deadlines.Deadline
    back: tuple[str, str]
    offers: Offers
    form: StepForm | None
    update_fields: SafeString
    lines: list[Entry]
    facts: list[tuple[Any, ...]]
    days: list[deadlines.Day]
    doubt: str
    limit: str
    rating: Rating | None
    may_call: bool
    threads: list[Thread] = field(default_factory=list)
    agreement: list[Photo] = field(default_factory=list)
    paper_url: str = ""
    agree_url: str = ""
    other_form: OtherForm | None = None
    appointment: Appointment | None = None
    pictures: BeforeAfter | None = None
    merged: list[Together] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)


def page_of(found: ServiceRequest, reader: User) -> Page:
    """Everything on the page of a request, for `reader`."""
    calendar, parties = work_calendar(), parties_of(found, reader)
    steps = steps_for(found, reader, parties)
    works = not WORKING.isdisjoint(parties)
    offers = offers_of(found, steps, parties)
    master = found.master if found.state == State.MERGED else None
    course = told(found, reader)
    # What is one household's own stands beside the course of a mediation.
    common = [one for one in course if one.party_id is None] if works and found.has_parties else course
    return Page(
        title=found.title_for(reader, works=works),
        kicker=kicker(found),
        tone=words.TONES[found.state],
        deadline=deadlines.deadline_of(master or found, calendar),
        back=_back(parties, reader),
        offers=offers,
        form=_first_form(offers, found, reader),
        update_fields=_update_fields(found, parties),
        lines=_course(found, master, common, reader, parties),
        facts=facts_of_side(found, reader) if SIDE in parties else facts_of(found, reader, works=works),
        days=[] if master else deadlines.day_by_day(found, calendar, Pause.objects.spans_of(found)),
        doubt=deadlines.doubt(found, calendar),
        limit=deadlines.limit_words(found.finish_kind, found.finish_amount),
        rating=Rating.objects.of(found).first() if found.state in RATED else None,
        may_call=works and bool(found.reporter_phone) and reader.scope.may(Permission.REQUEST_HANDLE),
        threads=_threads(found, course, reader, parties) if works else [],
        agreement=_agreement(found, course) if found.has_parties else [],
        paper_url=_paper_url(found) if works else "",
        agree_url=_agree_url(found, side_of(found, reader)) if SIDE in parties else "",
        other_form=_other_form(found, reader, parties),
        appointment=appointments.shown(found, parties),
        pictures=before_after(found, common) if found.replied_at else None,
        merged=_merged(found, master, reader, works=works),
        papers=[*papers_of(found, reader, parties), *links_of(found, reader, parties)],
        panels=panels_for(found, reader, parties),
    )


def _first_form(offers: Offers, found: ServiceRequest, reader: User) -> StepForm | None:
    """The form of what is expected first, as short as can be."""
    if offers.first is None:
        return None
    form = step_form(offers.first.action, request=found, user=reader)
    form.shorten()
    return form


def _course(
    found: ServiceRequest,
    master: ServiceRequest | None,
    course: Iterable[Update],
    reader: User,
    parties: frozenset[str],
) -> list[Entry]:
    """What has happened and what comes next; of what follows another request, of both."""
    if master is None:
        upcoming = words.next_step(found, leaders_of(found), reader)
        return entries(found, course, viewer=reader, parties=parties, upcoming=upcoming)
    own = entries(found, course, viewer=reader, parties=parties, upcoming="")
    upcoming = followed.upcoming(found, master, reader)
    return followed.course_of_both(own, followed.followed_lines(found, master, reader), upcoming)


def _merged(found: ServiceRequest, master: ServiceRequest | None, reader: User, *, works: bool) -> list[Together]:
    """The requests that are one matter with this one, for those who work on it; others read the number alone."""
    if master is not None:
        leads = works and not WORKING.isdisjoint(parties_of(master, reader))
        return [Together(master.number, "", master.get_absolute_url() if leads else "")]
    if not works or not found.followers:
        return []
    rows = ServiceRequest.objects.visible_to(reader).filter(master=found).order_by("submitted_at", "pk")
    return [Together(row.number, row.title, row.get_absolute_url()) for row in rows]


def _threads(found: ServiceRequest, course: Iterable[Update], reader: User, parties: frozenset[str]) -> list[Thread]:
    return [
        Thread(
            label=side.get_side_display(),
            door=str(side),
            agreed=_("%(day)s同意调解") % {"day": day(side.agreed_on)} if side.agreed_on else _("还没同意"),
            tone="good" if side.agreed_on else "wait",
            agree_url=_agree_url(found, side),
            lines=entries(
                found,
                [one for one in course if one.party_id == side.pk],
                viewer=reader,
                parties=parties,
                upcoming="",
            ),
        )
        for side in found.sides
    ]


def _agree_url(found: ServiceRequest, side: Party | None) -> str:
    """Where it is recorded that this household agrees; "" where it has, or nobody asks any more."""
    if side is None or side.agreed_on or found.state not in (State.SUBMITTED, State.ACCEPTED):
        return ""
    return reverse("helpdesk:agree", args=[found.pk, side.pk])


def _agreement(found: ServiceRequest, course: Iterable[Update]) -> list[Photo]:
    """The signed agreement, each of its files."""
    papers = [photo for one in course for photo in one.pictures if photo.moment == UpdatePhoto.Moment.AGREEMENT]
    return [photo_of(found, photo) for photo in papers]


def _paper_url(found: ServiceRequest) -> str:
    """Where the paper for both households is printed; "" where nobody is about it."""
    is_at_work = found.has_parties and found.state == State.IN_PROGRESS
    return reverse("helpdesk:agreement", args=[found.pk]) if is_at_work else ""


def _other_form(found: ServiceRequest, reader: User, parties: frozenset[str]) -> OtherForm | None:
    """The form to name the other household, for those who triage a mediation that has none yet."""
    waits = found.category.is_mediation and not found.has_parties and found.home_id is not None
    if waits and found.state in (State.SUBMITTED, State.ACCEPTED) and parties & {LEADER, SECRETARY}:
        return OtherForm(user=reader, auto_id="other_%s")
    return None


def kicker(found: ServiceRequest) -> str:
    """The line above the title: number and category."""
    return _("诉求 %(number)s · %(category)s") % {"number": found.number, "category": found.category.label}


def _update_fields(found: ServiceRequest, parties: frozenset[str]) -> SafeString:
    """The fields for a remark; "" for those who have no part in it, and once it is closed."""
    if not parties or found.closed_at is not None:
        return SafeString("")
    kind = update_form(found, parties)
    auto_id = "update_%s"
    return (
        drawn_blank(kind, auto_id) if isinstance(kind, type) else SafeString(render_crispy_form(kind(auto_id=auto_id)))
    )


def update_form(found: ServiceRequest, parties: frozenset[str]) -> Callable[..., UpdateForm]:
    """The form for a remark: those who work on it also choose who reads it."""
    if WORKING.isdisjoint(parties):
        return UpdateForm
    return partial(SidesUpdateForm, sides=found.sides) if found.has_parties else WorkingUpdateForm


def cards_of(rows: Iterable[ServiceRequest], reader: User, calendar: WorkCalendar | None = None) -> list[Card]:
    """Requests as cards; asks the database for the calendar and the rows, whatever their number."""
    calendar = calendar or work_calendar()
    return [
        Card(
            found=row,
            tone=words.TONES[row.state],
            deadline=deadlines.deadline_of(row, calendar),
            place=row.place_for(reader),
            title=row.title_for(reader),
            offer=_call(row, reader),
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Tally:
    """How many requests there are of a kind, and the list of them."""

    label: str
    count: int
    query: str
    tone: str


def tallies(seen: ServiceRequestQuerySet) -> list[Tally]:
    """What stands above the list; one query."""
    counts = seen.tallied()
    return [
        Tally(_("超期"), counts["overdue"], "?overdue=yes&sort=due", "bad" if counts["overdue"] else ""),
        Tally(_("待受理"), counts["submitted"], "?state=submitted&sort=due", "warn" if counts["submitted"] else ""),
        Tally(_("待审核"), counts["review"], "?state=review&sort=due", "wait" if counts["review"] else ""),
        Tally(_("还在办的"), counts["open"], "?state=open&sort=due", ""),
    ]


# What hangs under the head of the list: the name of the address, the label, and who sees it.
WAYS: list[tuple[str, Any, Permission]] = [
    ("helpdesk:board", gettext_lazy("派单台"), Permission.REQUEST_TRIAGE),
    ("helpdesk:rates", gettext_lazy("三率"), Permission.RATES_VIEW),
    ("helpdesk:spots", gettext_lazy("未诉先办"), Permission.REQUEST_TRIAGE),
    ("helpdesk:digest", gettext_lazy("每周简报"), Permission.REQUEST_TRIAGE),
    ("helpdesk:settings", gettext_lazy("诉求设置"), Permission.REQUEST_SETTINGS),
]


@dataclass(frozen=True)
class Way:
    """A page that hangs under the list."""

    label: str
    url: str


def ways(reader: User) -> list[Way]:
    """The pages beside the list that this reader may open."""
    return [Way(str(label), reverse(name)) for name, label, needs in WAYS if reader.scope.may(needs)]


def _call(row: ServiceRequest, reader: User) -> Offer | None:
    """The answer or the rating, for the one who is asked for it; among one's own, what names nobody is one's own."""
    if row.state == State.NEED_INFO and (row.reporter_id == reader.pk or row.has_informant):
        return Offer(str(CALLS[State.NEED_INFO]), row.get_absolute_url(), is_main=True)
    if row.asks_rating and (row.reporter_id == reader.pk or row.has_informant):
        return Offer(str(CALLS[State.RESOLVED]), reverse("helpdesk:rate", args=[row.pk]), is_main=True)
    return None


def _back(parties: frozenset[str], reader: User) -> tuple[str, str]:
    if REPORTER in parties or not reader.scope.may(Permission.REQUEST_HANDLE):
        return reverse("helpdesk:mine"), _("我的诉求")
    return reverse("helpdesk:list"), _("全部诉求")
