"""How a request comes in: found by words, at a sign, beside one like it, half written."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from community import retention
from community.models import AuditEvent
from core import clock
from core.fields import plain_of
from core.refusal import Refused
from helpdesk import actions, papers
from helpdesk.models import Category, Draft, Fixture, Informant, ServiceRequest
from helpdesk.similar import similar_to
from helpdesk.states import State
from helpdesk.wording import meant
from tests.factories import BuildingFactory, Desk, desk, household_in, resident_of
from tests.helpdesk.logging_makers import at_door, confided, on_behalf, the_request, typed
from tests.helpdesk.people import As
from tests.helpdesk.test_views import upload


def lamp(here: Desk, **fields: Any) -> Fixture:
    wanted = {"name": "路灯", "place": "大门口", "grid": here.grid, "category": here.category("public_fixtures")}
    return actions.add_fixture(here.grid.community, by=here.secretary, **{**wanted, **fields})


# By words


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("漏水", "plumbing"),
        ("厨房水管在滴水", "plumbing"),
        ("路灯", "public_fixtures"),
        ("楼道灯坏了", "public_fixtures"),
        ("狗叫", "nuisance"),
        ("停车", "nuisance"),
        ("垃圾", "sanitation"),
        ("冰箱", "appliances"),
        ("飞线充电", "fire_lane"),
        ("闻到煤气", "emergency"),
        ("物业不办事", "property_complaint"),
        ("医保怎么办", "enquiry"),
        ("举报", "tip_off"),
        ("leak", "plumbing"),
        ("Parking", "nuisance"),
        ("the fridge is broken", "appliances"),
        ("邻居吵架", "mediation"),
        ("想添条凳子", "suggestion"),
        ("老人没人照顾", "assistance"),
    ],
)
def test_a_category_is_found_by_what_people_say(here: Desk, words: str, slug: str) -> None:
    rows = list(Category.objects.filter(community=here.grid.community))
    assert meant(words, rows)[0].slug == slug


@pytest.mark.parametrize("words", ["", "   ", "，。", "xyzzy", "꙳"])
def test_words_that_fit_nothing_find_nothing(here: Desk, words: str) -> None:
    assert meant(words, Category.objects.filter(community=here.grid.community)) == []


def test_the_form_without_scripts_puts_what_was_looked_for_first(here: Desk, enter: As) -> None:
    page = enter(here.reporter).get(reverse("helpdesk:new"), {"about": "漏水"})
    heading, cards = next(iter(page.context["form"].category_groups()))
    assert (heading, cards[0].category.slug) == ("找到的", "plumbing")
    text = page.content.decode()
    assert 'value="漏水"' in text
    assert text.count('name="category"') == Category.objects.filter(community=here.grid.community).count()
    page = enter(here.reporter).get(reverse("helpdesk:new"), {"about": "<script>x</script>"}).content.decode()
    assert "<script>x" not in page
    assert "没有对得上的" in page


# At a sign


def test_a_sign_says_where_it_is_and_what_is_wrong(here: Desk, enter: As) -> None:
    one = lamp(here)
    browser = enter(here.reporter)
    url = f"{reverse('helpdesk:new')}?sign={one.code}"
    page = browser.get(url)
    assert "place_kind" not in page.context["form"].fields
    assert f'value="{one.category_id}" required' in page.content.decode() or "checked" in page.content.decode()
    sent = {"submission": str(uuid4()), "category": str(one.category_id), "title": "不亮", "sign": one.code}
    browser.post(reverse("helpdesk:new"), {**sent, "visibility": "handlers", "consent": "on"})
    row = the_request()
    assert (row.fixture, row.grid, row.place_kind) == (one, here.grid, "elsewhere")
    assert row.place == f"路灯（{one.code}），大门口"


def test_a_sign_in_a_building_belongs_to_its_grid(here: Desk) -> None:
    building = BuildingFactory(grid=here.grid)
    one = lamp(here, building=building, grid=None)
    assert one.grid == here.grid
    row = here.log("public_fixtures", fixture=one)
    assert (row.building, row.place_kind) == (building, "building")


def test_a_sign_that_is_not_in_use_is_said(here: Desk, enter: As) -> None:
    one = lamp(here)
    actions.retire_fixture(one, by=here.secretary)
    actions.retire_fixture(one, by=here.secretary)
    page = enter(here.reporter).get(reverse("helpdesk:new"), {"sign": one.code}, follow=True).content.decode()
    assert "这块牌子已经不用了" in page
    assert 'name="place_kind"' in page
    actions.restore_fixture(one, by=here.secretary)
    verbs = AuditEvent.objects.filter(target_id=str(one.pk)).values_list("verb", flat=True)
    assert sorted(verbs) == ["fixture_added", "fixture_restored", "fixture_retired"]


def test_the_sign_of_another_community_is_none(here: Desk, enter: As) -> None:
    other = desk()
    page = enter(here.reporter).get(reverse("helpdesk:new"), {"sign": lamp(other, code="X1").code})
    assert page.context["form"].fixture is None


def test_staff_who_scan_write_it_down_for_somebody(here: Desk, enter: As) -> None:
    one = lamp(here)
    answer = enter(here.secretary).get(reverse("helpdesk:new"), {"sign": one.code})
    assert answer["Location"] == f"{reverse('helpdesk:behalf')}?sign={one.code}"


def test_codes_are_given_by_hand_or_counted(here: Desk, enter: As) -> None:
    assert [lamp(here).code, lamp(here).code, lamp(here, code="D003").code, lamp(here).code] == [
        "D001", "D002", "D003", "D004",
    ]  # fmt: skip
    with pytest.raises(Refused, match="已经有了"):
        lamp(here, code="D003")
    browser = enter(here.secretary)
    url = reverse("helpdesk:fixture_add")
    sent = {"name": "门禁", "place": "一单元"}
    page = browser.post(url, {**sent, "submission": str(uuid4()), "code": "一号"}).content.decode()
    assert "只能用字母、数字和短横" in page
    browser.post(url, {**sent, "submission": str(uuid4()), "code": "m-12"})
    assert Fixture.objects.get(code="M-12").name == "门禁"


def test_a_fixture_is_changed_and_its_code_stays(here: Desk, enter: As) -> None:
    one = lamp(here)
    browser = enter(here.secretary)
    url = reverse("helpdesk:fixture_edit", args=[one.pk])
    assert 'name="code"' not in browser.get(url).content.decode()
    browser.post(url, {"submission": str(uuid4()), "name": "路灯", "place": "花坛边", "code": "ZZZ"})
    one.refresh_from_db()
    assert (one.place, one.code, one.category) == ("花坛边", "D001", None)
    event = AuditEvent.objects.get(verb="fixture_changed")
    assert event.changes["place"] == ["大门口", "花坛边"]


@pytest.mark.django_db
@pytest.mark.parametrize("large", [True, False])
def test_signs_are_papers(here: Desk, enter: As, large: bool) -> None:
    one = lamp(here, name="健身器材", place="A" * 60)
    assert papers.sign_url(one).endswith(f"/requests/new/?sign={one.code}")
    url = reverse("helpdesk:fixture_sign", args=[one.pk]) if large else reverse("helpdesk:fixture_signs")
    answer = enter(here.secretary).get(url)
    assert answer.content.startswith(b"%PDF")


def test_signs_need_a_fixture(here: Desk, enter: As) -> None:
    assert enter(here.secretary).get(reverse("helpdesk:fixture_signs")).status_code == 302


# Beside one like it


def test_what_others_have_asked_is_offered_and_joined(here: Desk, enter: As) -> None:
    neighbour = resident_of(household_in(here.grid, dwelling__unit__building=here.household.building))
    first = here.log(
        "public_fixtures", by=neighbour, reporter=neighbour, title="楼道灯坏了", place_kind="building",
        building=here.household.building, visibility="neighbourhood",
    )  # fmt: skip
    browser = enter(here.reporter)
    page = browser.post(reverse("helpdesk:new"), typed(here, photos=[upload()]))
    text = page.content.decode()
    assert page.status_code == 200
    assert "楼道灯坏了" in text
    assert "照片要请您再选一次" in text
    assert neighbour.name not in text
    assert str(first.number) not in text
    assert ServiceRequest.objects.count() == 1
    browser.post(reverse("helpdesk:new"), typed(here, same_as=str(first.pk)))
    own = ServiceRequest.objects.get(reporter=here.reporter)
    assert (own.state, own.master) == (State.MERGED, first)
    assert own.number != first.number


def test_what_is_not_the_same_is_logged_all_the_same(here: Desk, enter: As) -> None:
    here.log("public_fixtures", place_kind="building", building=here.household.building, visibility="neighbourhood")
    enter(here.reporter).post(reverse("helpdesk:new"), typed(here, same_as="new"))
    assert ServiceRequest.objects.filter(state=State.SUBMITTED).count() == 2


def test_what_has_ended_meanwhile_is_not_joined_and_nothing_is_lost(here: Desk, enter: As) -> None:
    first = here.log(
        "public_fixtures", place_kind="building", building=here.household.building, visibility="neighbourhood"
    )
    here.take(first, "withdraw")
    browser = enter(here.reporter)
    page = browser.post(reverse("helpdesk:new"), typed(here, same_as=str(first.pk))).content.decode()
    assert "不能再跟着" in page
    assert "二楼的灯不亮" in page
    for rubbish in ("x", "0" * 40, str(uuid4())):
        assert browser.post(reverse("helpdesk:new"), typed(here, same_as=rubbish)).status_code == 200
    assert ServiceRequest.objects.count() == 1


def _like(here: Desk, slug: str = "public_fixtures", **fields: Any) -> list[ServiceRequest]:
    wanted = {"place_kind": "building", "place": "", "building": here.household.building, "fixture": None}
    return similar_to(here.category(slug), **{**wanted, **fields})


def test_only_what_neighbours_may_know_is_offered(here: Desk) -> None:
    at_door(here, visibility="handlers")
    assert _like(here) == []
    shown = at_door(here)
    assert _like(here) == [shown]
    assert _like(here, building=BuildingFactory(grid=here.grid)) == []
    assert _like(here, "sanitation") == []
    assert _like(here, place_kind="home") == []
    with clock.at(clock.now() + timedelta(days=31)):
        assert _like(here) == []


@pytest.mark.parametrize("slug", ["mediation", "assistance", "tip_off"])
def test_what_is_never_for_neighbours_is_never_offered(here: Desk, slug: str) -> None:
    at_door(here, slug=slug)
    assert _like(here, slug) == []


def test_what_became_confidential_is_not_offered(here: Desk) -> None:
    row = at_door(here)
    ServiceRequest.objects.filter(pk=row.pk).update(is_confidential=True)
    assert _like(here) == []


def test_the_same_place_in_the_open_and_the_same_fixture(here: Desk) -> None:
    bench = here.log(
        "public_fixtures", place_kind="elsewhere", place="花坛边", household=None, visibility="neighbourhood"
    )
    assert _like(here, place_kind="elsewhere", place=" 花坛边 ", building=None) == [bench]
    assert _like(here, place_kind="elsewhere", place="大门口", building=None) == []
    one = lamp(here)
    quiet = here.log("public_fixtures", fixture=one, title="只给办的人看")
    assert _like(here, place_kind="", building=None, fixture=one) == [quiet]


def test_of_what_is_not_for_neighbours_only_that_it_is_there(here: Desk, enter: As) -> None:
    one = lamp(here)
    here.log("public_fixtures", fixture=one, title="我家门口那盏")
    page = enter(here.reporter).get(reverse("helpdesk:similar"), {"category": one.category_id, "sign": one.code})
    assert "我家门口那盏" not in page.content.decode()
    assert "公共设施" in page.content.decode()


@pytest.mark.parametrize("rubbish", ["", "x", "-1", "9" * 30, "1e3", "٣"])
def test_a_page_that_asks_rubbish_is_told_nothing(here: Desk, enter: As, rubbish: str) -> None:
    browser, url = enter(here.reporter), reverse("helpdesk:similar")
    known = str(here.category("public_fixtures").pk)
    assert browser.get(url, {"category": rubbish}).status_code == 204
    asked = {"category": known, "place_kind": "building", "building": rubbish, "place": rubbish}
    assert browser.get(url, asked).status_code == 204


def test_a_request_about_a_home_asks_nothing_more(here: Desk, enter: As, django_assert_max_num_queries: Any) -> None:
    browser = enter(here.reporter)
    sent = typed(here, category=str(here.category().pk), place_kind="home")
    browser.post(reverse("helpdesk:new"), {**sent, "submission": str(uuid4())})
    with django_assert_max_num_queries(24) as asked:
        browser.post(reverse("helpdesk:new"), sent)
    tables = [one["sql"] for one in asked.captured_queries]
    others = [model._meta.db_table for model in (Draft, Informant, Fixture)]
    assert not any(f'"{table}"' in sql or f" {table} " in sql for sql in tables for table in others)


# Half written


def test_what_was_begun_waits_and_is_taken_up(here: Desk, enter: As) -> None:
    browser = enter(here.reporter)
    sent = typed(here, title="写到一半", photos=[upload()])
    answer = browser.post(reverse("helpdesk:draft"), sent)
    assert answer["Location"] == reverse("helpdesk:new")
    kept = Draft.objects.get()
    fields = json.loads(plain_of(kept.fields))["fields"]
    assert fields["title"] == "写到一半"
    assert not {"photos", "consent", "submission", "csrfmiddlewaretoken"} & set(fields)
    page = browser.get(reverse("helpdesk:new")).content.decode()
    assert 'value="写到一半"' in page
    assert "照片没有存" in page
    browser.post(reverse("helpdesk:new"), typed(here, title="写到一半", draft="on"))
    assert not Draft.objects.exists()


def test_one_draft_a_person_on_the_form_it_was_begun_on(here: Desk, enter: As) -> None:
    browser = enter(here.secretary)
    for title in ("一", "二"):
        browser.post(reverse("helpdesk:draft_behalf"), {"title": title})
    assert Draft.objects.count() == 1
    assert 'value="二"' in browser.get(reverse("helpdesk:behalf")).content.decode()
    page = browser.get(reverse("helpdesk:behalf"), {"about": "漏水"}).content.decode()
    assert 'value="二"' not in page
    assert "接着写那一件" in page
    browser.post(reverse("helpdesk:draft_behalf_drop"))
    assert not Draft.objects.exists()
    assert "接着写" not in browser.get(reverse("helpdesk:behalf")).content.decode()


def test_the_page_keeps_by_itself_and_hears_when_it_cannot(here: Desk, enter: As) -> None:
    browser, fetch = enter(here.reporter), {"headers": {"X-Requested-With": "fetch"}}
    assert browser.post(reverse("helpdesk:draft"), {"title": "灯"}, **fetch).status_code == 204
    answer = browser.post(reverse("helpdesk:draft"), {"description": "长" * 50_000}, **fetch)
    assert answer.status_code == 422
    assert "太长" in answer.content.decode()
    assert json.loads(plain_of(Draft.objects.get().fields))["fields"] == {"title": "灯"}
    assert browser.post(reverse("helpdesk:draft"), {"description": "长" * 50_000}).status_code == 302


def test_nothing_written_keeps_nothing(here: Desk, enter: As) -> None:
    enter(here.reporter).post(reverse("helpdesk:draft"), {"visibility": "handlers"})
    assert not Draft.objects.exists()


def test_drafts_are_the_own_and_forgotten_after_a_month(here: Desk) -> None:
    actions.keep_draft(by=here.reporter, kind="own", fields={"title": "灯"})
    assert not Draft.objects.visible_to(here.secretary).exists()
    rule = next(one for one in retention.rules() if one.slug == "drafts")
    assert rule.count(here.grid.community, rule.before) == 0
    with clock.at(clock.now() + timedelta(days=31)):
        assert rule.forget(here.grid.community, rule.before) == 1


# Bad input


def test_fifty_thousand_characters_are_refused_and_kept_in_the_page(here: Desk, enter: As) -> None:
    page = enter(here.reporter).post(reverse("helpdesk:new"), typed(here, description="长" * 50_000))
    assert page.status_code == 200
    assert "2000" in str(page.context["form"].errors["description"])
    assert "长" * 50_000 in page.content.decode()
    assert not ServiceRequest.objects.exists()


def test_script_in_text_stays_text(here: Desk, enter: As) -> None:
    nasty = "<script>alert(1)</script>{{ x }}"
    browser = enter(here.reporter)
    browser.post(reverse("helpdesk:new"), typed(here, title=nasty, description=nasty))
    for user in (here.reporter, here.secretary):
        page = enter(user).get(the_request().get_absolute_url()).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
    assert papers.receipt(on_behalf(here, title='#panic("x") $x$ <a>')).startswith(b"%PDF")


def test_pages_ask_little(here: Desk, enter: As, django_assert_max_num_queries: Any) -> None:
    lamp(here)
    browser = enter(here.secretary)
    browser.get(reverse("helpdesk:fixtures"))
    for number in range(2):
        with django_assert_max_num_queries(12):
            assert browser.get(reverse("helpdesk:fixtures")).status_code == 200
            assert browser.get(reverse("helpdesk:behalf")).status_code == 200 if number else True
        for _more in range(10):
            lamp(here)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_in_both_languages_and_care_mode(here: Desk, enter: As, language: str) -> None:
    one, row = lamp(here), confided(here)
    browser = enter(here.secretary)
    browser.cookies["django_language"], browser.cookies["care"] = language, "1"
    for url in (
        reverse("helpdesk:fixtures"), reverse("helpdesk:fixture_add"), reverse("helpdesk:behalf"),
        reverse("helpdesk:fixture_edit", args=[one.pk]), reverse("helpdesk:track"),
        reverse("helpdesk:informant", args=[row.pk]), f"{reverse('helpdesk:behalf')}?sign={one.code}",
    ):  # fmt: skip
        page = browser.get(url).content.decode()
        assert "{{" not in page
        assert "style=" not in page
