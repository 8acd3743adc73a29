"""What the office sets up: categories that keep their promises, rules that are tried in order, words kept ready."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from community.models import AuditEvent, User
from community.roles import Role
from core import clock
from core.refusal import Refused
from core.workdays import ZONE, WorkCalendar
from helpdesk import ready_words, routing
from helpdesk.actions import settings as actions
from helpdesk.models import Category, ReplyTemplate, RoutingRule
from helpdesk.querysets import possible_handlers
from tests.factories import BuildingFactory, Desk, GridFactory, appoint, desk

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
KEY = st.sampled_from([None, 1, 2])
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)


@pytest.fixture
def here() -> Desk:
    return desk()


@pytest.fixture
def enter() -> As:
    def signed_in(user: User) -> Client:
        browser = Client()
        browser.force_login(user)
        return browser

    return signed_in


def shown(browser: Client, url: str) -> dict[str, Any]:
    """What the form of a page sends back when nothing is changed."""
    form = browser.get(url).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, False, "")}


# Categories


def test_a_category_is_changed_and_open_requests_keep_their_promise(here: Desk, enter: As) -> None:
    row = here.log()
    browser, category = enter(here.secretary), here.category()
    url = reverse("helpdesk:category_edit", args=[category.pk])
    page = browser.get(url).content.decode()
    assert "现在有 1 件还在办的" in page
    promised = row.due_at
    answer = browser.post(url, {**shown(browser, url), "finish_amount": "9", "name": "水电维修"})
    assert answer.status_code == 302
    category.refresh_from_db()
    row.refresh_from_db()
    assert (category.finish_amount, category.name) == (9, "水电维修")
    assert (row.due_at, row.finish_amount) == (promised, 3)
    event = AuditEvent.objects.unscoped(reason="test").get(verb="category_changed")
    assert event.changes["finish_amount"] == [3, 9]
    assert here.log().finish_amount == 9
    assert "9 个工作日内办结" in browser.get(reverse("helpdesk:categories")).content.decode()


def test_the_second_of_two_who_change_a_category_is_told(here: Desk, enter: As) -> None:
    browser, category = enter(here.secretary), here.category()
    url = reverse("helpdesk:category_edit", args=[category.pk])
    form = shown(browser, url)
    actions.change_category(category, by=here.secretary, hint="别的")
    page = browser.post(url, {**form, "hint": "我的话"}).content.decode()
    assert "刚刚有人改过" in page
    assert "我的话" in page


def test_only_the_secretary_makes_a_category_confidential(here: Desk, enter: As) -> None:
    staff = appoint(Role.COMMUNITY_STAFF, here.grid.community)
    url = reverse("helpdesk:category_edit", args=[here.category().pk])
    assert "is_confidential" not in enter(staff).get(url).context["form"].fields
    with pytest.raises(Refused, match="书记"):
        actions.change_category(here.category(), by=staff, is_confidential=True, never_public=True)
    with pytest.raises(Refused, match="从不给邻居看"):
        actions.change_category(here.category(), by=here.secretary, is_confidential=True)
    row = here.log()
    actions.change_category(here.category(), by=here.secretary, is_confidential=True, never_public=True)
    row.refresh_from_db()
    assert not row.is_confidential
    with pytest.raises(Refused, match="调解"):
        actions.change_category(here.category("mediation"), by=here.secretary, is_confidential=True, never_public=True)


def test_limits_that_make_no_sense_are_refused(here: Desk, enter: As) -> None:
    browser, url = enter(here.secretary), reverse("helpdesk:category_edit", args=[here.category().pk])
    form = shown(browser, url)
    page = browser.post(url, {**form, "sign_kind": "working_days", "sign_amount": "30"}).content.decode()
    assert "联系期限比办结期限还长" in page
    assert browser.post(url, {**form, "sign_amount": "0"}).status_code == 200
    assert here.category().sign_amount == 4


def test_a_category_of_ones_own_is_added_and_put_out_of_use(here: Desk, enter: As) -> None:
    browser, url = enter(here.secretary), reverse("helpdesk:category_add")
    for name in ("电梯", "快递"):
        assert (
            browser.post(url, {**shown(browser, url), "name": name, "group": "home", "icon": "tools"}).status_code
            == 302
        )
    own = Category.objects.filter(community=here.grid.community, slug__in=["c1", "c2"])
    assert [one.name for one in own.order_by("order")] == ["电梯", "快递"]
    edit = reverse("helpdesk:category_edit", args=[own.get(slug="c2").pk])
    browser.post(edit, {key: value for key, value in shown(browser, edit).items() if key != "is_active"})
    resident = enter(here.reporter).get(reverse("helpdesk:new")).content.decode()
    assert "电梯" in resident
    assert "快递" not in resident
    assert "停用了" in browser.get(reverse("helpdesk:categories")).content.decode()


# Rules


def rule(here: Desk, handler: User, **fields: Any) -> RoutingRule:
    return actions.add_rule(here.grid.community, by=here.secretary, handler=handler, **fields)


def suggested(here: Desk, **fields: Any) -> routing.Suggestion:
    row = here.log(**fields)
    return routing.suggest(row, possible_handlers(row.community_id, row.category))


def test_the_first_rule_that_fits_counts_and_says_why(here: Desk) -> None:
    rule(here, here.other, category=here.category("sanitation"))
    rule(here, here.handler, category=here.category(), grid=here.grid)
    rule(here, here.other)
    found = suggested(here)
    assert found.candidate
    assert found.candidate.account() == here.handler
    assert "类别是" in found.because
    assert "第 2 条规则" in found.because
    assert suggested(here, slug="enquiry").because == "因为：别的规则都不合适时就请这一位（第 3 条规则）。"


def test_a_rule_whose_handler_has_left_is_shown_and_skipped(here: Desk, enter: As) -> None:
    first = rule(here, here.other)
    rule(here, here.handler)
    held = here.other.appointments.unscoped(reason="test").get()
    held.ends_on = clock.today() - timedelta(days=1)
    held.save()
    found = suggested(here)
    assert found.candidate
    assert found.candidate.account() == here.handler
    assert here.other.name in found.words
    assert "跳过" in found.words
    page = enter(here.secretary).get(reverse("helpdesk:rules")).content.decode()
    assert page.count("这位已经不在岗") == 1
    actions.change_rule(first, by=here.secretary, is_active=False)
    assert not suggested(here).skipped
    edit = reverse("helpdesk:rule_edit", args=[first.pk])
    browser = enter(here.secretary)
    assert "已经不在岗" in browser.get(edit).content.decode()
    assert browser.post(edit, {**shown(browser, edit), "hours": "open"}).status_code == 302


def test_without_rules_nothing_is_asked(here: Desk, django_assert_num_queries: Any) -> None:
    row = here.log()
    people = possible_handlers(row.community_id, row.category)
    with django_assert_num_queries(0):
        assert routing.suggest(row, people) == routing.NOBODY
        assert ready_words.ready_for(row, "accept") == []
    made = rule(here, here.handler)
    assert here.category().has_aids
    actions.drop_rule(made, by=here.secretary)
    assert not here.category().has_aids


@given(st.integers(0, 7 * 24 * 60 - 1))
def test_a_moment_is_in_working_hours_or_not(minutes: int) -> None:
    calendar = WorkCalendar(lambda day: day.weekday() < 5)
    at = datetime(2026, 11, 23, tzinfo=ZONE) + timedelta(minutes=minutes)
    expected = at.weekday() < 5 and calendar.opens <= at.time() < calendar.closes
    assert routing.is_open(at, calendar) is expected


@given(
    st.lists(
        st.tuples(*[st.sampled_from([None, 1, 2])] * 3, st.sampled_from(["any", "open", "shut"]), st.integers(1, 4))
    ),
    st.tuples(st.sampled_from([1, 2]), st.sampled_from([1, 2]), st.sampled_from([None, 1, 2])),
    st.booleans(),
)
def test_the_first_fitting_rule_of_somebody_who_can_is_taken(
    made: list[Any], asked: tuple[Any, ...], at_night: bool
) -> None:
    """Against the plainest reading of the rule."""
    calendar = WorkCalendar(lambda day: day.weekday() < 5)
    at = MONDAY + timedelta(hours=12 if at_night else 0)

    class Asked:
        category_id, grid_id, building_id = asked
        submitted_at = at

    class Person:
        def __init__(self, user_id: int) -> None:
            self.user_id = user_id

    rules = [
        routing.Rule(order, hours, category, grid, building, handler, str(handler), "", "", "")
        for order, (category, grid, building, hours, handler) in enumerate(made, start=1)
    ]
    people: Any = [Person(1), Person(2)]
    found = routing.first_fit(Asked, rules, people, calendar)
    wanted = [
        one
        for one in rules
        if all(
            getattr(one, key) is None or getattr(one, key) == getattr(Asked, key)
            for key in ("category_id", "grid_id", "building_id")
        )
        and (one.hours == "any" or (one.hours == "shut") == at_night)
    ]
    taken = next((one.handler_id for one in wanted if one.handler_id in (1, 2)), None)
    assert (found.candidate.user_id if found.candidate else None) == taken


def test_rules_are_added_moved_and_dropped_on_their_page(here: Desk, enter: As) -> None:
    browser, url = enter(here.secretary), reverse("helpdesk:rule_add")
    people = {one.user_id: one.pk for one in possible_handlers(here.grid.community_id)}
    for user in (here.handler, here.other):
        sent = {**shown(browser, url), "submission": str(uuid4()), "handler": str(people[user.pk])}
        assert browser.post(url, sent).status_code == 302
    first, second = RoutingRule.objects.filter(community=here.grid.community)
    browser.post(reverse("helpdesk:rule_move", args=[second.pk]), {"to": "up"})
    assert [one.pk for one in RoutingRule.objects.filter(community=here.grid.community)] == [second.pk, first.pk]
    browser.post(reverse("helpdesk:rule_move", args=[second.pk]), {"to": "up"})
    edit = reverse("helpdesk:rule_edit", args=[second.pk])
    assert browser.post(edit, {**shown(browser, edit), "hours": "shut"}).status_code == 302
    second.refresh_from_db()
    assert (second.hours, second.order, second.handler) == ("shut", 1, here.other)
    browser.post(reverse("helpdesk:rule_drop", args=[second.pk]))
    first.refresh_from_db()
    assert first.order == 1
    verbs = AuditEvent.objects.unscoped(reason="test").filter(verb__startswith="rule_").values_list("verb", flat=True)
    assert set(verbs) == {"rule_added", "rule_moved", "rule_changed", "rule_dropped"}


def test_a_rule_names_what_is_of_its_community(here: Desk) -> None:
    elsewhere = GridFactory()
    with pytest.raises(Refused):
        rule(here, here.handler, grid=elsewhere)
    building = BuildingFactory(grid=GridFactory(community=here.grid.community))
    with pytest.raises(Refused, match="不在选的网格"):
        rule(here, here.handler, grid=here.grid, building=building)
    with pytest.raises(Refused, match="名单"):
        rule(here, here.reporter)


# Words kept ready


def test_ready_words_are_kept_changed_and_taken_away(here: Desk, enter: As) -> None:
    browser, url = enter(here.secretary), reverse("helpdesk:reply_add")
    typed = {"title": "关阀门", "text": "请先关上小阀门。", "action": "accept", "category": str(here.category().pk)}
    assert browser.post(url, {**shown(browser, url), **typed}).status_code == 302
    row = ReplyTemplate.objects.get(community=here.grid.community)
    assert ready_words.ready_for(here.log(), "accept") == [(row.pk, row.title, row.text)]
    assert ready_words.ready_for(here.log(), "reply") == []
    assert ready_words.ready_for(here.log(slug="enquiry"), "accept") == []
    edit = reverse("helpdesk:reply_edit", args=[row.pk])
    browser.post(edit, {**shown(browser, edit), "action": "", "category": ""})
    assert [one.pk for one in ready_words.ready_for(here.log(slug="enquiry"), "reply")] == [row.pk]
    assert "请先关上小阀门" in browser.get(reverse("helpdesk:replies")).content.decode()
    browser.post(reverse("helpdesk:reply_drop", args=[row.pk]))
    assert not ReplyTemplate.objects.filter(pk=row.pk).exists()
    assert not here.category().has_aids


@given(st.text(), st.text(min_size=1).filter(str.strip))
def test_ready_words_never_lose_what_was_typed(typed: str, words: str) -> None:
    once = ready_words.added(typed, words)
    assert once.startswith(typed.rstrip())
    assert words in once
    assert ready_words.added(once, words) in (once, once.rstrip(), f"{once.rstrip()}\n{words}")


def test_leaders_do_not_set_up(here: Desk, enter: As) -> None:
    for name in ("settings", "categories", "rules", "replies"):
        assert enter(here.leader).get(reverse(f"helpdesk:{name}")).status_code == 403
        assert enter(here.secretary).get(reverse(f"helpdesk:{name}")).status_code == 200
