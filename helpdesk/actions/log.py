"""A request comes in: numbered, placed, with its deadlines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from community.calendar import work_calendar
from community.models import Appointment, User
from community.numbers import next_number, prefix_of
from community.roles import Role
from core import clock
from core.photos import CleanPhoto
from core.refusal import Refused
from core.sql import insert
from grids.models import Building, Grid, Household
from helpdesk import deadlines, informants, sides, tracking
from helpdesk.actions.following import follow
from helpdesk.actions.updates import walked
from helpdesk.models import Category, Fixture, ServiceRequest
from helpdesk.states import State


@transaction.atomic
def log_request(
    *,
    by: User | None,
    category: Category,
    title: str,
    place_kind: str = "",
    place: str = "",
    building: Building | None = None,
    household: Household | None = None,
    grid: Grid | None = None,
    description: str = "",
    reporter: User | None = None,
    reporter_name: str = "",
    reporter_phone: Any = "",
    visibility: str = ServiceRequest.Visibility.HANDLERS,
    consent: bool = False,
    source: str = "",
    photos: Sequence[CleanPhoto] = (),
    other: Household | None = None,
    fixture: Fixture | None = None,
    system: str = "",
    master: ServiceRequest | None = None,
) -> ServiceRequest:
    """Write down what somebody asks for, give it its number and its deadlines, and tell who triages it.

    A resident reports (`reporter` is `by`), or staff writes it down for somebody: then `household` names the
    household, whose head is the reporter unless another `reporter` or `reporter_name` is given; the head's account,
    where there is one, gets to follow and rate it. The place is that household's door unless `building` or `place`
    says otherwise, or the `fixture` whose sign was scanned does. `other` is the other household of a mediation, which
    hears nothing of what is said here. Nobody logs what another `system` sends, which then stands as the one who
    brought it. It follows `master` from the first where somebody has asked for the same before. What is asked in
    confidence names nobody: who it was, and from where, is kept apart. Raises Refused where neither a place nor a
    person is named, and where the two households cannot be brought together.
    """
    if reporter is None:
        own = by is not None and household is not None and household.pk in by.scope.households and not reporter_name
        reporter = by if own else _account_of_head(household, reporter_name)
    apart = category.is_confidential
    if fixture:
        place_kind, place, building = _at(fixture)
    place_kind, place, building = _placed(place_kind, place, building, household, apart=apart)
    near = (None, None) if apart else (household, by)
    now, calendar = clock.now(), work_calendar()
    row = ServiceRequest(
        community_id=category.community_id,
        number=_number(category.community_id),
        category=category,
        title=title,
        description=description,
        place_kind=place_kind,
        place=place[:80],
        building=building,
        grid=grid or (fixture and fixture.grid) or _grid_of(building, *near),
        home=household,
        reporter=reporter,
        reporter_name=(reporter_name or _name_of(reporter, household))[:40],
        reporter_phone=reporter_phone or _phone_of(reporter, household),
        logged_by=by,
        source=source or (ServiceRequest.Source.ONLINE if reporter == by else ServiceRequest.Source.BEHALF),
        visibility=ServiceRequest.Visibility.HANDLERS if category.never_public else visibility,
        consent=consent,
        is_confidential=apart,
        fixture=fixture,
        submitted_at=now,
        clock_from=now,
    )
    deadlines.promise(row, category, calendar)
    if row.is_on_behalf and row.reporter_phone:
        row.tracking_hash = tracking.hash_of(tracking.code_of(row.pk))
    asker = _taken_out(row) if apart else None
    joining = follow(row, master, by) if master and by else {}
    if master:
        row.state, row.closed_at = State.MERGED, now
    insert([row])
    if asker:
        informants.keep(row, **asker)
    first = sides.set_up(row, other, by=by) if other and by else None
    details = {"reporter": row.reporter_name} if row.is_on_behalf else {}
    if system:
        details["system"] = system
    action, details = ("join" if master else "log"), {**details, **joining}
    return walked(row, action, "", by=by, text=description, photos=photos, details=details, party=first)


def join(master: ServiceRequest, *, by: User, **fields: Any) -> ServiceRequest:
    """Write down a request that follows `master` from the first, since somebody has asked for the same before.

    `fields` are those of `log_request`. Raises Refused where the two are not one matter; `following.refusal` says why.
    """
    return log_request(by=by, master=master, **fields)


def _number(community_id: int) -> str:
    """ZF225-2026-000123: the community's prefix, the year, and a number without gaps."""
    year = str(clock.today().year)
    return f"ZF{prefix_of(community_id)}-{year}-{next_number(community_id, kind='request', period=year):06d}"


def _taken_out(row: ServiceRequest) -> dict[str, Any]:
    """Take everything that says who asked out of a row that is not written yet; gives it for `informants.keep`."""
    taken = {
        "user": row.reporter,
        "household": row.home,
        "name": row.reporter_name,
        "phone": row.reporter_phone,
    }
    row.reporter = row.home = row.logged_by = None
    row.reporter_name, row.reporter_phone, row.has_informant = informants.NAMELESS, "", True
    return taken


def _at(fixture: Fixture) -> tuple[str, str, Building | None]:
    """Where a fixture stands, as a place that somebody has named."""
    kinds = ServiceRequest.Place
    words = f"{fixture.name}（{fixture.code}），{fixture.place}"
    return (kinds.BUILDING, words, fixture.building) if fixture.building else (kinds.ELSEWHERE, words, None)


def _placed(
    kind: str, place: str, building: Building | None, household: Household | None, *, apart: bool
) -> tuple[str, str, Building | None]:
    """Which kind of place it is, its words, and the building it belongs to; no door of somebody who is kept `apart`."""
    kinds = ServiceRequest.Place
    kind = kind or (kinds.BUILDING if building else kinds.ELSEWHERE if place else kinds.HOME)
    if apart and kind == kinds.HOME:
        kind, place = kinds.ELSEWHERE, place or _("没有写在哪里")
    if kind == kinds.HOME and household:
        return kind, household.dwelling.label, household.building
    if kind == kinds.BUILDING and building:
        return kind, f"{building.label} {place}".strip(), building
    if kind == kinds.ELSEWHERE and place:
        return kind, place, None
    raise Refused(_("请说清楚在哪里，办的人才找得到。"))


def _grid_of(building: Building | None, household: Household | None, by: User | None) -> Grid | None:
    if building and building.grid:
        return building.grid
    if household and household.building.grid:
        return household.building.grid
    grids = by.scope.grids if by else frozenset()
    return Grid.objects.unscoped(reason="the grid one leads").get(pk=next(iter(grids))) if len(grids) == 1 else None


def _account_of_head(household: Household | None, name: str) -> User | None:
    """The account of the household's head, who then follows the request; none where another person is named."""
    if household is None or household.head is None or (name and name != household.head.name):
        return None
    held = (
        Appointment.objects.unscoped(reason="the account of the head of a household already found")
        .current()
        .filter(role=Role.RESIDENT, household=household, resident=household.head, user__is_active=True)
        .select_related("user")
        .first()
    )
    return held.user if held else None


def _name_of(reporter: User | None, household: Household | None) -> str:
    if reporter:
        return reporter.name
    if household and household.head:
        return household.head.name
    raise Refused(_("请写上是谁提出的，办的人好联系。"))


def _phone_of(reporter: User | None, household: Household | None) -> Any:
    if reporter:
        return reporter.phone
    if household:
        return household.phone or (household.head.phone if household.head else "")
    return ""
