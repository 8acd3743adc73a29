"""The three rates and the times: against counting by hand, and what each reader is given of them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from html import unescape
from itertools import count as counter
from statistics import median
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from community.calendar import work_calendar
from community.roles import Role
from core import clock, scoping
from core.quarters import Month, Quarter
from core.spreadsheets import read_sheets
from core.workdays import ZONE, WorkCalendar
from helpdesk import rates
from helpdesk.categories import LimitKind
from helpdesk.hours import OpenHours, clock_time
from helpdesk.models import Pause, Rating, ServiceRequest
from helpdesk.rates import Answer, Contact, Numbers
from helpdesk.states import ENDED, HANDLED, State
from tests.factories import Desk, GridFactory, appoint, desk, neighbour_of

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=ZONE)
QUARTER = Quarter(2026, 4)
_numbers = counter(1)


def laid(here: Desk, *, state: str = State.SUBMITTED, slug: str = "plumbing", **fields: Any) -> ServiceRequest:
    """A request in this state as the database keeps one, without walking there."""
    category = here.category(slug)
    submitted = fields.pop("submitted_at", NOW - timedelta(days=10))
    ended = submitted + timedelta(days=5) if state in ENDED else None
    finished = state in (State.RESOLVED, State.CLOSED)
    made: dict[str, Any] = {
        "community": here.grid.community,
        "number": f"ZF-{next(_numbers)}",
        "category": category,
        "title": "漏水",
        "place_kind": "elsewhere",
        "place": "小广场",
        "grid": here.grid,
        "reporter": here.reporter,
        "reporter_name": here.reporter.name,
        "logged_by": here.reporter,
        "is_confidential": category.is_confidential,
        "state": state,
        "submitted_at": submitted,
        "clock_from": submitted,
        "sign_due_at": submitted + timedelta(days=1),
        "due_at": submitted + timedelta(days=3),
        "sign_kind": category.sign_kind,
        "sign_amount": category.sign_amount,
        "finish_kind": category.finish_kind,
        "finish_amount": category.finish_amount,
        "handler": here.handler if state in HANDLED or finished else None,
        "resolved_at": submitted + timedelta(days=4) if finished else None,
        "resolved_by": here.leader if finished else None,
        "closed_at": ended,
        "reject_reason": "not_ours" if state == State.REJECTED else "",
        "review_on": date(2026, 12, 1) if state == State.SUSPENDED else None,
        "referred_to": "街道" if state == State.REFERRED else "",
        "next_check_on": date(2026, 12, 1) if state == State.REFERRED else None,
        "answer_due_at": NOW if state == State.NEED_INFO else None,
        "resume_state": State.ACCEPTED if state == State.NEED_INFO else "",
        **fields,
    }
    if state == State.MERGED and "master" not in made:
        made["master"] = laid(here, submitted_at=datetime(2026, 1, 5, tzinfo=ZONE))
    return ServiceRequest.objects.create(**made)


def rated(here: Desk, row: ServiceRequest, *, solved: str = "yes", score: int = 5, of: int = 1) -> Rating:
    return Rating.objects.create(
        community=row.community, request=row, round=of, solved=solved, score=score, by=here.reporter
    )


def counted(here: Desk, user: Any = None, period: Any = QUARTER) -> rates.Rates:
    user = user or here.secretary
    user.__dict__.pop("scope", None)
    with scoping.armed(), clock.at(NOW):
        rows = ServiceRequest.objects.counted_for(user).filter(community=here.grid.community)
        return rates.rates_of(rates.within(rows, period))


# By hand ---------------------------------------------------------------------------------------------------------


def contact_by_hand(row: ServiceRequest) -> str:
    if row.is_confidential:
        return Contact.CONFIDENTIAL
    if row.has_parties or row.category.slug == "mediation":
        return Contact.MEDIATION
    early = row.first_contact_at is None and row.closed_at is not None and row.closed_at <= row.sign_due_at
    if early and row.state in (State.MERGED, State.REJECTED, State.WITHDRAWN):
        return Contact(row.state)
    if row.state == State.NEED_INFO and row.first_contact_at is None:
        return Contact.ASKED
    if row.sign_due_at > NOW:
        return Contact.NOT_YET
    in_time = row.first_contact_at is not None and row.first_contact_at <= row.sign_due_at
    return Contact.IN_TIME if in_time else Contact.LATE


def answer_by_hand(row: ServiceRequest, rating: Rating | None) -> str:
    if row.is_confidential:
        return Answer.CONFIDENTIAL
    if row.has_parties or row.category.slug == "mediation":
        return Answer.MEDIATION
    if row.state in (State.REJECTED, State.WITHDRAWN):
        return Answer(row.state)
    if row.state == State.MERGED:
        return Answer.JOINED if rating else Answer.MERGED
    if row.state == State.CLOSED:
        return Answer.ANSWERED if rating else Answer.UNRATED
    return Answer.WAITING if row.state == State.RESOLVED else Answer.OPEN


def seconds_by_hand(row: ServiceRequest, kind: str, end: datetime | None) -> list[float]:
    if end is None:
        return []
    pauses = [(one.began_at, one.ended_at) for one in Pause.objects.filter(request=row) if one.ended_at]
    if kind in (LimitKind.HOURS, LimitKind.MINUTES):
        paused = sum((max(min(b, end) - max(a, row.clock_from), timedelta()) for a, b in pauses), timedelta())
        return [max((end - row.clock_from) - paused, timedelta()).total_seconds()]
    return [work_calendar().working_time(row.clock_from, end, pauses).total_seconds()]


def by_hand(rows: list[ServiceRequest]) -> tuple[Numbers, list[float], list[float]]:
    numbers, contact, finish = Numbers(), [], []
    for row in rows:
        rating = Rating.objects.filter(request=row, round=row.round).first()
        answer, solved = answer_by_hand(row, rating), rating.solved if rating else None
        numbers.add(contact_by_hand(row), answer, solved, rating.score if rating else None, 1)
        if answer not in (Answer.CONFIDENTIAL, Answer.MEDIATION):
            contact += seconds_by_hand(row, row.sign_kind, row.first_contact_at)
            finish += seconds_by_hand(row, row.finish_kind, row.resolved_at)
    return numbers, contact, finish


HOURS = st.integers(-30 * 24, 60 * 24)
ROWS = st.fixed_dictionaries(
    {
        "state": st.sampled_from([one for one in State if one != State.MERGED]) | st.just(State.MERGED),
        "slug": st.sampled_from(["plumbing", "emergency", "mediation", "tip_off", "enquiry"]),
        "submitted": st.integers(-60 * 24, -1),
        "sign": st.integers(1, 20 * 24),
        "contact": st.none() | st.integers(0, 30 * 24),
        "closed": st.integers(0, 30 * 24),
        "resolved": st.integers(1, 20 * 24),
        "round": st.integers(1, 2),
        "ratings": st.lists(st.tuples(st.sampled_from(["yes", "no"]), st.integers(1, 5)), max_size=2),
        "pause": st.none() | st.tuples(st.integers(0, 48), st.integers(0, 100)),
        "elsewhere": st.booleans(),
    }
)


class TestAgainstCountingByHand(TestCase):
    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(drawn=st.lists(ROWS, max_size=8))
    def test_every_number_is_exact_and_opens_as_many(self, drawn: list[dict[str, Any]]) -> None:
        here = desk()
        next_door = replace(here, grid=GridFactory(community=here.grid.community))
        for one in drawn:
            self.lay(next_door if one["elsewhere"] else here, one)
        rows = [row for row in ServiceRequest.objects.select_related("category") if QUARTER.contains(row.submitted_at)]
        found = counted(here)
        self.same(found.whole, rows)
        for grid, part in found.grids.items():
            self.same(part, [row for row in rows if row.grid_id == grid])
        for category, part in found.categories.items():
            self.same(part, [row for row in rows if row.category_id == category])
        numbers = found.whole.numbers
        self.opens("contact", numbers.contact | {"due": numbers.due})
        self.opens("answer", numbers.answer | {"solved": numbers.solved, "satisfied": numbers.satisfied})
        self.opens("answer", {"unsolved": numbers.answered - numbers.solved, "asked": numbers.asked})
        self.opens("answer", {"unsatisfied": numbers.answered - numbers.satisfied})
        self.opens("all", {"": len(rows)})

    def lay(self, here: Desk, one: dict[str, Any]) -> None:
        submitted = NOW + timedelta(hours=one["submitted"])

        def after(hours: int | None) -> datetime | None:
            return None if hours is None else min(submitted + timedelta(hours=hours), NOW)

        state = one["state"]
        finished = state in (State.RESOLVED, State.CLOSED)
        row = laid(
            here,
            state=state,
            slug=one["slug"],
            submitted_at=submitted,
            sign_due_at=submitted + timedelta(hours=one["sign"]),
            first_contact_at=after(one["contact"]),
            closed_at=after(one["closed"]) if state in ENDED else None,
            resolved_at=after(one["resolved"]) if finished else None,
            round=one["round"],
        )
        for number, (solved, score) in enumerate(one["ratings"], 1):
            rated(here, row, solved=solved, score=score, of=number)
        if one["pause"]:
            began, length = one["pause"]
            start = submitted + timedelta(hours=began)
            Pause.objects.create(
                community=row.community,
                request=row,
                question="？",
                began_at=start,
                ended_at=start + timedelta(hours=length),
            )

    def same(self, part: rates.Part, rows: list[ServiceRequest]) -> None:
        numbers, contact, finish = by_hand(rows)
        assert +part.numbers.contact == +numbers.contact
        assert +part.numbers.answer == +numbers.answer
        assert replace(part.numbers, contact=numbers.contact, answer=numbers.answer) == numbers
        assert sum(part.numbers.contact.values()) == sum(part.numbers.answer.values()) == len(rows)
        assert sorted(part.spans.contact) == pytest.approx(sorted(contact))
        assert sorted(part.spans.finish) == pytest.approx(sorted(finish))

    def opens(self, count: str, numbers: Any) -> None:
        rows = rates.within(ServiceRequest.objects.all(), QUARTER)
        with clock.at(NOW):
            for which, number in numbers.items():
                assert rates.behind(rows, count, which).count() == number, (count, which)
                assert rates.words_of(count, which)


MOMENTS = st.integers(0, 30 * 24 * 60).map(lambda m: datetime(2026, 9, 20, tzinfo=ZONE) + timedelta(minutes=m))


@given(start=MOMENTS, end=MOMENTS, pauses=st.lists(MOMENTS, max_size=6))
def test_open_hours_are_those_of_the_calendar(start: datetime, end: datetime, pauses: list[datetime]) -> None:
    calendar = WorkCalendar(lambda day: day.weekday() < 5 and day.day not in (1, 2, 5))
    ordered = sorted(pauses)
    stops = list(zip(ordered[::2], ordered[1::2], strict=False))
    hours = OpenHours(calendar, date(2026, 9, 20), date(2026, 10, 20))
    assert hours.between(start, end, stops) == pytest.approx(calendar.working_time(start, end, stops).total_seconds())
    assert clock_time(start, end) == max(0, (end - start).total_seconds())


def test_percents_are_rounded_down_and_nothing_has_none() -> None:
    assert rates.percent(0, 0) is None
    assert rates.percent(999, 1000) == Decimal("99.9")
    assert rates.percent(9999, 10000) == Decimal("99.9")
    assert rates.percent(3, 3) == 100
    assert rates.percent(2, 3) == Decimal("66.6")


# By example ------------------------------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Desk:
    return desk()


def test_the_three_rates_and_the_answer_rate(here: Desk) -> None:
    for solved, score in (("yes", 5), ("yes", 3), ("no", 4)):
        rated(
            here, laid(here, state=State.CLOSED, first_contact_at=NOW - timedelta(days=9.5)), solved=solved, score=score
        )
    laid(here, state=State.CLOSED)
    numbers = counted(here).whole.numbers
    assert (numbers.response, numbers.due) == (Decimal("75"), 4)
    assert (numbers.resolution, numbers.satisfaction) == (Decimal("66.6"), Decimal("66.6"))
    assert (numbers.answering, numbers.asked) == (Decimal("75"), 4)


def test_silence_is_never_satisfied(here: Desk) -> None:
    laid(here, state=State.CLOSED)
    numbers = counted(here).whole.numbers
    assert (numbers.satisfaction, numbers.resolution, numbers.answering) == (None, None, 0)


def test_of_a_request_that_was_taken_up_again_the_last_round_counts(here: Desk) -> None:
    row = laid(here, state=State.CLOSED, round=2)
    rated(here, row, solved="no", score=1, of=1)
    assert counted(here).whole.numbers.answer == {Answer.UNRATED: 1}
    rated(here, row, solved="yes", score=5, of=2)
    numbers = counted(here).whole.numbers
    assert (numbers.answered, numbers.solved, numbers.satisfied) == (1, 1, 1)


def test_who_was_merged_answers_apart(here: Desk) -> None:
    rated(here, laid(here, state=State.MERGED), solved="no", score=1)
    rated(here, laid(here, state=State.CLOSED))
    numbers = counted(here).whole.numbers
    assert (numbers.answered, numbers.satisfied) == (1, 1)
    assert (numbers.answer[Answer.JOINED], numbers.joined_satisfied) == (1, 0)


def test_what_ended_late_without_a_word_is_late(here: Desk) -> None:
    due = NOW - timedelta(days=5)
    laid(here, state=State.WITHDRAWN, sign_due_at=due, closed_at=due - timedelta(hours=1))
    laid(here, state=State.REJECTED, sign_due_at=due, closed_at=due + timedelta(hours=1))
    assert counted(here).whole.numbers.contact == {Contact.WITHDRAWN: 1, Contact.LATE: 1}


def test_the_median_is_counted_the_way_the_limit_was_promised(here: Desk) -> None:
    friday = datetime(2026, 11, 13, 17, 0, tzinfo=ZONE)
    monday = datetime(2026, 11, 16, 10, 0, tzinfo=ZONE)
    laid(here, submitted_at=friday, first_contact_at=monday)
    laid(here, slug="emergency", submitted_at=friday, first_contact_at=friday + timedelta(minutes=30))
    parts = counted(here).categories
    assert parts[here.category("plumbing").pk].spans.to_contact == Decimal("1.5")
    assert parts[here.category("emergency").pk].spans.to_contact == Decimal("0.5")
    assert counted(here).whole.spans.to_contact == round(Decimal(median([1.5, 0.5])), 1)
    assert counted(here).whole.spans.to_finish is None


def test_a_period_holds_what_was_submitted_in_it_by_the_clock_on_the_wall(here: Desk) -> None:
    laid(here, submitted_at=datetime(2026, 10, 1, 0, 0, tzinfo=ZONE))
    laid(here, submitted_at=datetime(2026, 9, 30, 23, 59, tzinfo=ZONE))
    assert counted(here).whole.numbers.all == 1
    assert counted(here, period=Quarter(2026, 3)).whole.numbers.all == 1
    assert counted(here, period=Month(2026, 10)).whole.numbers.all == 1
    assert rates.period_of("2026q4") == QUARTER
    assert rates.period_of("2026-10") == Month(2026, 10)
    with pytest.raises(ValueError, match="2026"):
        rates.period_of("2026-13")


def test_who_counts_what(here: Desk) -> None:
    community = here.grid.community
    laid(here)
    laid(here, slug="tip_off")
    other = GridFactory(community=community)
    laid(replace(here, grid=other))
    foreign = desk()
    laid(foreign)

    def number(user: Any) -> int:
        return counted(here, user).whole.numbers.all

    assert number(here.secretary) == 3
    assert number(appoint(Role.COMMUNITY_STAFF, community)) == 2
    assert number(appoint(Role.STREET_OBSERVER, community)) == 2
    assert number(here.leader) == 1
    assert number(appoint(Role.GRID_LEADER, other)) == 1
    assert number(foreign.secretary) == number(here.handler) == number(here.reporter) == 0


def test_who_lives_in_one_of_two_households_counts_nothing_of_their_mediation(here: Desk) -> None:
    row = laid(here, slug="mediation", home=here.household, has_parties=True)
    other = neighbour_of(here.household)
    for side, home in (("first", here.household), ("second", other)):
        row.parties.create(community=row.community, household=home, side=side)
    assert counted(here).whole.numbers.contact == {Contact.MEDIATION: 1}
    appoint(Role.RESIDENT, other, user=here.leader)
    assert counted(here, here.leader).whole.numbers.all == 0


def test_the_change_over_six_periods_in_one_query(here: Desk, django_assert_num_queries: Any) -> None:
    rated(here, laid(here, state=State.CLOSED, submitted_at=datetime(2026, 5, 5, tzinfo=ZONE)), solved="no", score=4)
    rated(here, laid(here, state=State.CLOSED))
    laid(here, submitted_at=datetime(2025, 5, 5, tzinfo=ZONE))
    with clock.at(NOW), django_assert_num_queries(1):
        chart = rates.trend(ServiceRequest.objects.all(), QUARTER)
    shown = {row[0]: row[1:] for row in chart.rows}
    assert list(shown) == ["2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3", "2026Q4"]
    assert shown["2026Q4"] == ("0", "100", "100")
    assert shown["2026Q2"] == ("0", "0", "100")
    assert shown["2025Q3"] == ("—", "—", "—")


# Pages -----------------------------------------------------------------------------------------------------------


def open_as(user: Any, query: str = "", name: str = "rates") -> Any:
    browser = Client()
    browser.force_login(user)
    return browser.get(f"{reverse(f'helpdesk:{name}')}{query}")


def test_the_page_shows_each_number_with_its_list(here: Desk) -> None:
    with clock.at(NOW):
        rated(here, laid(here, state=State.CLOSED, first_contact_at=NOW - timedelta(days=9.5)), score=3)
        laid(here, state=State.CLOSED)
        laid(here, slug="mediation")
        page = open_as(here.leader).content.decode()
        for words in (
            "50%",
            "按时联系 1 件 ÷ 应当联系 2 件",
            "说解决了的 1 件 ÷ 评价了的 1 件",
            "矛盾调解，不算进三率",
        ):
            assert words in page
        links = re.findall(r'href="/requests/rates/cases/(\?[^"]+)"><strong>(\d+)</strong>', page)
        assert len(links) > 8
        for query, number in links:
            listed = open_as(here.leader, unescape(query), "rate_cases")
            assert len(listed.context["lines"]) == int(number)


def test_who_observes_sees_numbers_and_no_way_to_a_case(here: Desk) -> None:
    observer = appoint(Role.STREET_OBSERVER, here.grid.community)
    with clock.at(NOW):
        laid(here, title="谁家的事")
        page = open_as(observer)
        assert page.status_code == 200
        assert "rates/cases" not in page.content.decode()
        assert "谁家的事" not in page.content.decode()
        assert open_as(observer, name="rate_cases").status_code == 403
        assert open_as(here.reporter).status_code == 403


def test_communities_side_by_side(here: Desk) -> None:
    foreign = desk()
    observer = appoint(Role.STREET_OBSERVER, here.grid.community)
    appoint(Role.STREET_OBSERVER, foreign.grid.community, user=observer)
    with clock.at(NOW):
        rated(here, laid(here, state=State.CLOSED), score=5)
        page = open_as(observer)
        assert "helpdesk/rates_beside.html" in [one.name for one in page.templates]
        assert {here.grid.community.name, foreign.grid.community.name} <= {one.name for one in page.context["lines"]}
        one = open_as(observer, f"?community={here.grid.community.code}&period=2026Q4")
        assert one.context["shown"].all.count == 1
        third = desk().grid.community.code
        assert open_as(observer, f"?community={third}").status_code == 404


@pytest.mark.parametrize("query", ["?period=2026Q9", "?period=x", "?community=1"])
def test_what_there_is_not_is_not_found(here: Desk, query: str) -> None:
    assert open_as(here.leader, query).status_code == 404


@pytest.mark.parametrize("query", ["?count=x", "?count=contact&which=x", "?grid=x", "?category=x"])
def test_no_list_behind_what_is_no_number(here: Desk, query: str) -> None:
    assert open_as(here.leader, query, "rate_cases").status_code == 404


def test_a_leader_opens_the_own_grid_alone(here: Desk) -> None:
    other = GridFactory(community=here.grid.community)
    with clock.at(NOW):
        laid(replace(here, grid=other))
        laid(here, grid=None)
        assert open_as(here.leader, f"?grid={other.pk}", "rate_cases").context["lines"] == []
        assert len(open_as(here.secretary, f"?grid={other.pk}", "rate_cases").context["lines"]) == 1
        assert len(open_as(here.secretary, "?grid=none", "rate_cases").context["lines"]) == 1


def test_the_numbers_as_a_spreadsheet(here: Desk) -> None:
    with clock.at(NOW):
        rated(here, laid(here, state=State.CLOSED, first_contact_at=NOW - timedelta(days=9.5)), score=5)
        answer = open_as(here.secretary, "?format=xlsx")
    (sheet,) = read_sheets(answer.content, "rates.xlsx")
    rows = [[str(cell or "") for cell in row] for row in sheet.rows]
    assert rows[0][:6] == ["分组", "名称", "诉求", "应当联系", "按时联系", "响应率（%）"]
    assert rows[1][:3] == ["合计", "", "1"]
    assert {row[1] for row in rows[2:]} == {here.grid.name, "水电暖维修"}


def test_as_many_queries_for_many(here: Desk, django_assert_max_num_queries: Any) -> None:
    for number in range(4):
        grid = GridFactory(community=here.grid.community)
        row = laid(replace(here, grid=grid), state=State.CLOSED, first_contact_at=NOW)
        rated(here, row)
        laid(replace(here, grid=grid), slug="enquiry", submitted_at=NOW - timedelta(days=40 * number))
    browser = Client()
    browser.force_login(here.secretary)
    with clock.at(NOW), django_assert_max_num_queries(12):
        browser.get(reverse("helpdesk:rates"))
