"""Pages of requests as people see them: what they show, what they keep, what they refuse."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from community.models import AuditEvent, User
from community.roles import Role
from core import clock
from helpdesk.models import Rating, ServiceRequest, Update, UpdatePhoto
from helpdesk.states import State
from tests.factories import BuildingFactory, Desk, MembershipFactory, appoint, desk, household_in, small_photo

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


@pytest.fixture
def here() -> Desk:
    return desk()


@pytest.fixture
def enter() -> As:
    """A browser in which this user is signed in."""

    def signed_in(user: User) -> Client:
        browser = Client()
        browser.force_login(user)
        return browser

    return signed_in


def upload(name: str = "a.jpg") -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (30, 20), "olive").save(content, "JPEG")
    return SimpleUploadedFile(name, content.getvalue(), "image/jpeg")


def typed(here: Desk, **fields: Any) -> dict[str, Any]:
    """What a resident types to log a request."""
    return {
        "submission": str(uuid4()),
        "category": str(here.category().pk),
        "title": "厨房水管漏水",
        "description": "用盆接着。",
        "place_kind": "home",
        "visibility": "handlers",
        "consent": "on",
        **fields,
    }


def step_url(row: ServiceRequest, action: str) -> str:
    return reverse("helpdesk:step", args=[row.pk, action])


def sent(row: ServiceRequest, **fields: Any) -> dict[str, Any]:
    """What a step's form sends, with the version that was shown."""
    return {"submission": str(uuid4()), "version": str(row.version), **fields}


# To log a request


def test_a_resident_logs_a_request_with_two_photos(here: Desk, enter: As) -> None:
    browser = enter(here.reporter)
    page = browser.get(reverse("helpdesk:new")).content.decode()
    assert str(here.household) in page
    assert "漏水、堵了、跳闸、灯不亮" in page
    assert "tel:119" in page
    answer = browser.post(reverse("helpdesk:new"), typed(here, photos=[upload(), upload("b.jpg")]))
    row = ServiceRequest.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == row.get_absolute_url()
    assert (row.place, row.reporter, row.consent) == (str(here.household), here.reporter, True)
    page = browser.get(row.get_absolute_url()).content.decode()
    assert row.number in page
    assert "您提交了诉求" in page
    assert f"接下来由网格长{here.leader.name}看过，给您回音" in page
    photos = UpdatePhoto.objects.filter(update__request=row)
    assert all(reverse("helpdesk:photo", args=[row.pk, photo.pk]) in page for photo in photos)
    assert photos.count() == 2


def test_a_double_click_makes_one_request(here: Desk, enter: As) -> None:
    browser, form = enter(here.reporter), typed(here)
    first = browser.post(reverse("helpdesk:new"), form)
    second = browser.post(reverse("helpdesk:new"), form)
    assert first["Location"] == second["Location"]
    assert ServiceRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"category": ""}, "请选一项。"),
        ({"category": "999999"}, "选一项"),
        ({"title": ""}, "请用一句话写下是什么事。"),
        ({"title": "长" * 61}, "60"),
        ({"place_kind": "building"}, "请选是哪一幢楼。"),
        ({"place_kind": "elsewhere"}, "请写一下在哪里"),
        ({"consent": ""}, "请勾选同意"),
        ({"photos": SimpleUploadedFile("a.jpg", b"no picture", "image/jpeg")}, "照片"),
        ({"photos": [upload() for _ in range(7)]}, "一次最多 6 张照片"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_kept(here: Desk, enter: As, wrong: dict[str, Any], says: str) -> None:
    answer = enter(here.reporter).post(reverse("helpdesk:new"), typed(here, **wrong))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "用盆接着。" in page
    assert says in "".join(str(error) for error in answer.context["form"].errors.values()) + page
    assert not ServiceRequest.objects.exists()


def test_photos_that_a_browser_forgets_are_asked_for_again(here: Desk, enter: As) -> None:
    page = enter(here.reporter).post(reverse("helpdesk:new"), typed(here, title="", photos=[upload()])).content.decode()
    assert "照片要请您再选一次" in page


def test_a_place_in_a_building_and_elsewhere(here: Desk, enter: As) -> None:
    browser = enter(here.reporter)
    building = BuildingFactory(grid=here.grid)
    browser.post(reverse("helpdesk:new"), typed(here, place_kind="building", building=building.pk, place="二楼"))
    browser.post(reverse("helpdesk:new"), typed(here, place_kind="elsewhere", building=building.pk, place="小广场"))
    first, second = ServiceRequest.objects.order_by("number")
    assert (first.place, first.building) == (f"{building.label} 二楼", building)
    assert (second.place, second.building, second.grid) == ("小广场", None, here.grid)


def test_somebody_with_two_homes_says_which(here: Desk, enter: As) -> None:
    second = household_in(here.grid)
    appoint(Role.RESIDENT, second, user=here.reporter)
    browser = enter(here.reporter)
    assert "哪一套房子" in browser.get(reverse("helpdesk:new")).content.decode()
    browser.post(reverse("helpdesk:new"), typed(here, home=str(second.pk)))
    assert ServiceRequest.objects.get().home == second


def test_staff_without_a_home_write_down_for_others(here: Desk, enter: As) -> None:
    browser = enter(here.leader)
    assert browser.get(reverse("helpdesk:new"))["Location"] == reverse("helpdesk:behalf")
    head = MembershipFactory(household=here.household).resident
    here.household.head = head
    here.household.save()
    page = browser.get(reverse("helpdesk:behalf"), {"household": str(here.household.pk)}).content.decode()
    assert f'value="{here.household}"' in page
    answer = browser.post(reverse("helpdesk:behalf"), typed(here, household=str(here.household)))
    row = ServiceRequest.objects.get()
    assert answer["Location"] == row.get_absolute_url()
    assert (row.home, row.reporter_name, row.logged_by) == (here.household, head.name, here.leader)
    assert f"替{head.name}登记了这件事" in browser.get(row.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"household": "9999号9幢9单元999室"}, "没有找到这一户"),
        ({"household": ""}, "请写明是哪一户"),
        ({"household": "", "place_kind": "elsewhere", "place": "大门口"}, "请写上是谁提出的"),
    ],
)
def test_for_whom_must_be_clear(here: Desk, enter: As, wrong: dict[str, str], says: str) -> None:
    answer = enter(here.leader).post(reverse("helpdesk:behalf"), typed(here, **wrong))
    assert says in answer.content.decode()
    assert not ServiceRequest.objects.exists()


def test_a_stranger_is_written_down_by_name(here: Desk, enter: As) -> None:
    fields = {"household": "", "reporter_name": "老李", "reporter_phone": "13912345678", "place_kind": "elsewhere"}
    enter(here.leader).post(reverse("helpdesk:behalf"), typed(here, **fields, place="大门口"))
    row = ServiceRequest.objects.get()
    assert (row.reporter, row.reporter_name, str(row.reporter_phone)) == (None, "老李", "139****5678")
    assert row.grid == here.grid


# To follow it


@pytest.mark.parametrize("path", [[], ["accept"], ["accept", "dispatch"], ["accept", "dispatch", "sign"]])
def test_the_page_offers_what_the_table_allows(here: Desk, enter: As, path: list[str]) -> None:
    row = here.walk(here.log(), *path)
    pages = {
        name: enter(user).get(row.get_absolute_url()).context["page"].offers
        for name, user in (("reporter", here.reporter), ("leader", here.leader), ("handler", here.handler))
        if name != "handler" or row.handler == user
    }
    first = {name: offers.first and offers.first.action for name, offers in pages.items()}
    assert (
        first
        == [
            {"reporter": None, "leader": "accept"},
            {"reporter": None, "leader": "dispatch"},
            {"reporter": None, "leader": None, "handler": "sign"},
            {"reporter": None, "leader": None, "handler": "reply"},
        ][len(path)]
    )
    rest = {
        name: [offer.url.split("/")[-2] for offer in (*offers.beside, *offers.rarer)] for name, offers in pages.items()
    }
    assert rest["reporter"] == ([] if "sign" in path else ["withdraw"])
    assert (
        rest["leader"]
        == [
            ["reject", "ask_info", "merge"],
            ["ask_info", "ask_extend", "merge"],
            ["ask_extend", "reassign", "recall"],
            ["ask_info", "ask_suspend", "ask_extend", "reassign", "recall"],
        ][len(path)]
    )


def test_strangers_find_nothing(here: Desk, enter: As) -> None:
    row = here.log(photos=[small_photo()])
    photo = UpdatePhoto.objects.get()
    for user in (here.other, desk().secretary):
        browser = enter(user)
        for url in (
            row.get_absolute_url(),
            step_url(row, "accept"),
            reverse("helpdesk:update", args=[row.pk]),
            reverse("helpdesk:photo", args=[row.pk, photo.pk]),
        ):
            assert browser.get(url).status_code == 404


def test_internal_notes_are_not_for_the_reporter(here: Desk, enter: As) -> None:
    row = here.take(here.log(), "accept")
    row = here.take(row, "dispatch", note="老人耳背，大声敲门")
    url = row.get_absolute_url()
    assert "耳背" not in enter(here.reporter).get(url).content.decode()
    assert "耳背" in enter(here.handler).get(url).content.decode()


def test_a_volunteer_learns_the_door_by_signing(here: Desk, enter: As) -> None:
    row = here.walk(here.log(), "accept", "dispatch")
    browser = enter(here.handler)
    assert str(here.household) not in browser.get(row.get_absolute_url()).content.decode()
    assert str(here.household) not in browser.get(reverse("helpdesk:list")).content.decode()
    row = here.take(row, "sign")
    assert str(here.household) in browser.get(row.get_absolute_url()).content.decode()


def test_photos_whole_and_small(here: Desk, enter: As) -> None:
    row = here.log(photos=[small_photo()])
    url = reverse("helpdesk:photo", args=[row.pk, UpdatePhoto.objects.get().pk])
    browser = enter(here.reporter)
    whole, small = browser.get(url), browser.get(url, {"size": "small"})
    assert whole["Content-Type"] == small["Content-Type"] == "image/jpeg"
    assert len(b"".join(whole.streaming_content)) > 100  # type: ignore[arg-type]
    assert b"".join(small.streaming_content)  # type: ignore[arg-type]
    other = here.log()
    assert browser.get(reverse("helpdesk:photo", args=[other.pk, UpdatePhoto.objects.get().pk])).status_code == 404


def test_a_remark_with_a_photo(here: Desk, enter: As) -> None:
    row = here.log()
    url = reverse("helpdesk:update", args=[row.pk])
    browser = enter(here.reporter)
    form = {"submission": str(uuid4()), "text": "水更大了", "photos": [upload()]}
    assert browser.post(url, form)["Location"] == row.get_absolute_url()
    assert browser.post(url, form)["Location"] == row.get_absolute_url()
    assert Update.objects.filter(request=row, kind="remark").count() == 1
    assert "请写一句话" in browser.post(url, {"submission": str(uuid4())}).content.decode()


def test_a_note_among_those_who_work_on_it(here: Desk, enter: As) -> None:
    row = here.log()
    url = reverse("helpdesk:update", args=[row.pk])
    browser = enter(here.leader)
    browser.post(url, {"submission": str(uuid4()), "text": "先问问物业", "audience": "internal"})
    assert Update.objects.get(kind="note").internal_note == "先问问物业"
    form = {"submission": str(uuid4()), "text": "看", "audience": "internal", "photos": [upload()]}
    assert "照片居民也看得到" in browser.post(url, form).content.decode()


def test_the_phone_number_is_shown_once_asked_and_the_reading_kept(here: Desk, enter: As) -> None:
    row = here.walk(here.log(), "accept", "dispatch")
    browser, url = enter(here.handler), reverse("helpdesk:phone", args=[row.pk])
    plain = here.reporter.phone.plain
    assert plain not in browser.get(row.get_absolute_url()).content.decode()
    assert plain in browser.post(url).content.decode()
    assert AuditEvent.objects.filter(verb="reveal", target_id=str(row.pk), actor_id=here.handler.pk).exists()
    assert browser.get(url).status_code == 405
    assert enter(here.reporter).post(url).status_code == 403


def test_staff_without_a_second_factor_see_no_plain_number(here: Desk, enter: As) -> None:
    row = here.log()
    answer = enter(here.leader).post(reverse("helpdesk:phone", args=[row.pk]), follow=True)
    assert "两步验证" in answer.content.decode()
    assert here.reporter.phone.plain not in answer.content.decode()


# To take a step


def test_the_whole_journey_in_the_browser(here: Desk, enter: As) -> None:
    row = here.log()
    leader, handler, reporter = enter(here.leader), enter(here.handler), enter(here.reporter)
    offered = leader.get(step_url(here.take(row, "accept"), "dispatch")).context["form"].fields["handler"].rows
    chosen = next(key for key, one in offered.items() if one.user_id == here.handler.pk)
    now = clock.now().astimezone().strftime("%Y-%m-%dT%H:%M")
    for browser, action, fields in [
        (leader, "dispatch", {"handler": chosen, "note": "先打电话"}),
        (handler, "sign", {"first_contact_at": now, "appointment": "11月20日 14:30 上门"}),
        (handler, "reply", {"result": "solved", "text": "换了水管。", "photos": [upload()]}),
        (leader, "resolve", {}),
    ]:
        row.refresh_from_db()
        answer = browser.post(step_url(row, action), sent(row, **fields))
        assert answer.status_code == 302, answer.context["form"].errors
    row.refresh_from_db()
    assert row.state == State.RESOLVED
    page = reporter.get(row.get_absolute_url()).content.decode()
    assert reverse("helpdesk:rate", args=[row.pk]) in page
    assert "换了水管。" in page
    fields = {"solved": "yes", "score": "4", "reasons": ["quick", "kind"], "text": "谢谢"}
    reporter.post(reverse("helpdesk:rate", args=[row.pk]), sent(row, **fields))
    rating = Rating.objects.get()
    assert (rating.score, rating.reasons, rating.text) == (4, ["quick", "kind"], "谢谢")
    assert "来得快、态度好" in reporter.get(row.get_absolute_url()).content.decode()


def test_a_rating_needs_an_answer_and_keeps_the_words(here: Desk, enter: As) -> None:
    row = here.walk(here.log(), "accept", "dispatch", "sign", "reply", "resolve")
    answer = enter(here.reporter).post(
        reverse("helpdesk:rate", args=[row.pk]), sent(row, text="还行", reasons=["kind"])
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "还行" in page
    assert page.count("请选一项。") >= 2


@pytest.mark.parametrize(
    ("action", "fields", "says"),
    [
        ("reply", {"result": "solved", "text": "换了水管。"}, "请附一张办完以后的照片"),
        ("reply", {"text": "换了水管。", "result": ""}, 'id="id_result_error"'),
    ],
)
def test_a_step_that_lacks_something_keeps_the_rest(
    here: Desk, enter: As, action: str, fields: dict[str, str], says: str
) -> None:
    row = here.walk(here.log(), "accept", "dispatch", "sign")
    page = enter(here.handler).post(step_url(row, action), sent(row, **fields)).content.decode()
    assert says in page
    assert "换了水管。" in page


def test_the_second_hears_what_the_first_did_and_can_go_on(here: Desk, enter: As) -> None:
    shown = here.walk(here.log(), "accept", "dispatch")
    here.walk(shown, "hand_back", "dispatch")
    browser = enter(here.handler)
    now = clock.now().astimezone().strftime("%Y-%m-%dT%H:%M")
    form = sent(shown, first_contact_at=now, appointment="周四上午")
    answer = browser.post(step_url(shown, "sign"), form)
    page = answer.content.decode()
    assert "就在您之前" in page
    assert f"网格长{here.leader.name}把这件事交给了" in page
    assert "周四上午" in page
    form["version"] = answer.context["form"]["version"].value()
    assert browser.post(step_url(shown, "sign"), form).status_code == 302


def test_a_step_that_is_over_leads_back_with_a_sentence(here: Desk, enter: As) -> None:
    row = here.take(here.log(), "accept")
    answer = enter(here.secretary).get(step_url(row, "accept"), follow=True)
    assert f"网格长{here.leader.name}受理了" in answer.content.decode()
    answer = enter(here.reporter).get(step_url(row, "dispatch"), follow=True)
    assert "别的同志" in answer.content.decode()
    answer = enter(here.leader).get(step_url(here.log("property_complaint"), "reject"), follow=True)
    assert "由社区书记决定" in answer.content.decode()


def test_a_step_that_is_in_no_table(here: Desk, enter: As) -> None:
    browser = enter(here.leader)
    assert browser.get(step_url(here.log(), "explode")).status_code == 404
    assert browser.get(step_url(here.log(), "lapse")).status_code == 404


def test_what_becomes_confidential_leaves_the_leaders_sight(here: Desk, enter: As) -> None:
    row = here.log()
    answer = enter(here.leader).post(step_url(row, "accept"), sent(row, category=here.category("tip_off").pk))
    assert answer["Location"] == reverse("helpdesk:list")


@pytest.mark.parametrize("action", ["accept", "reject"])
def test_a_double_click_takes_a_step_once(here: Desk, enter: As, action: str) -> None:
    row = here.log()
    form = sent(row, category=row.category_id, reason="not_ours", turn_to="12345")
    browser = enter(here.leader)
    answers = [browser.post(step_url(row, action), form)["Location"] for _ in range(2)]
    assert answers == [row.get_absolute_url()] * 2
    assert Update.objects.filter(request=row).count() == 2


# Lists


def test_my_requests(here: Desk, enter: As) -> None:
    browser = enter(here.reporter)
    assert "还没有诉求" in browser.get(reverse("helpdesk:mine")).content.decode()
    here.log(title="漏水")
    here.take(here.log(title="不用了"), "withdraw")
    rated = here.walk(here.log(title="待评"), "accept", "dispatch", "sign", "reply", "resolve")
    answer = browser.get(reverse("helpdesk:mine"))
    assert [card.found.title for card in answer.context["cards"]] == ["待评", "漏水"]
    assert [card.found.title for card in answer.context["ended"]] == ["不用了"]
    assert reverse("helpdesk:rate", args=[rated.pk]) in answer.content.decode()


def test_the_list_is_filtered_sorted_counted_and_a_spreadsheet(here: Desk, enter: As) -> None:
    here.log(title="漏水")
    here.log("sanitation", title="垃圾")
    here.take(here.log(title="不用了"), "withdraw")
    browser, url = enter(here.leader), reverse("helpdesk:list")

    def titles(**query: str) -> list[str]:
        return [line.title for line in browser.get(url, query).context["lines"]]

    assert titles() == ["不用了", "垃圾", "漏水"]
    assert titles(sort="number") == ["漏水", "垃圾", "不用了"]
    assert titles(state="open") == ["垃圾", "漏水"]
    assert titles(state="withdrawn") == ["不用了"]
    assert titles(category=str(here.category("sanitation").pk)) == ["垃圾"]
    assert titles(q="漏") == ["漏水"]
    assert titles(grid=str(here.grid.pk), overdue="yes") == []
    assert "没有符合的诉求" in browser.get(url, {"q": "没有这样的"}).content.decode()
    assert browser.get(url).context["page"].count == 3
    sheet = browser.get(url, {"format": "xlsx", "state": "open"})
    assert sheet["Content-Type"].endswith("sheet")


def test_a_spreadsheet_asks_as_often_for_one_row_as_for_many(
    here: Desk, enter: As, django_assert_max_num_queries: Any
) -> None:
    browser, url = enter(here.leader), reverse("helpdesk:list")
    here.log()
    browser.get(url, {"format": "xlsx"})
    with django_assert_max_num_queries(QUERIES) as first:
        browser.get(url, {"format": "xlsx"})
    for _ in range(5):
        here.walk(here.log(), "accept", "dispatch")
    with django_assert_max_num_queries(QUERIES) as second:
        browser.get(url, {"format": "xlsx"})
    assert len(first) == len(second)


def test_residents_have_no_list_of_others(here: Desk, enter: As) -> None:
    assert enter(here.reporter).get(reverse("helpdesk:list")).status_code == 403
    assert enter(here.reporter).get(reverse("helpdesk:behalf")).status_code == 403


QUERIES = 12


@pytest.mark.parametrize("name", ["helpdesk:list", "helpdesk:mine"])
def test_lists_ask_as_often_for_one_as_for_thirty(
    here: Desk, enter: As, django_assert_max_num_queries: Any, name: str
) -> None:
    browser = enter(here.leader if name == "helpdesk:list" else here.reporter)
    here.log()
    browser.get(reverse(name))
    with django_assert_max_num_queries(QUERIES) as first:
        browser.get(reverse(name))
    for _ in range(24):
        here.walk(here.log(), "accept", "dispatch")
    with django_assert_max_num_queries(QUERIES) as second:
        browser.get(reverse(name))
    assert len(first) == len(second), [query["sql"][:120] for query in second.captured_queries]


@pytest.mark.parametrize("who", ["reporter", "leader", "handler"])
def test_a_page_asks_as_often_for_a_long_story(
    here: Desk, enter: As, django_assert_max_num_queries: Any, who: str
) -> None:
    from helpdesk import actions

    row = here.walk(here.log(photos=[small_photo()]), "accept", "dispatch", "sign")
    browser = enter(getattr(here, who))
    browser.get(row.get_absolute_url())
    with django_assert_max_num_queries(QUERIES) as first:
        browser.get(row.get_absolute_url())
    for _ in range(20):
        actions.add_update(row, by=here.handler, text="还在办", photos=[small_photo()])
    with django_assert_max_num_queries(QUERIES) as second:
        browser.get(row.get_absolute_url())
    assert len(first) == len(second)


@pytest.mark.parametrize(
    ("path", "action", "who"),
    [
        ([], "accept", "leader"),
        (["accept"], "dispatch", "leader"),
        (["accept", "dispatch"], "sign", "handler"),
        (["accept", "dispatch", "sign"], "reply", "handler"),
        (["accept", "dispatch", "sign", "reply"], "resolve", "leader"),
        (["accept", "dispatch", "sign", "reply", "resolve"], "rate", "reporter"),
    ],
)
def test_no_page_of_the_path_asks_more_than_it_may(
    here: Desk, enter: As, django_assert_max_num_queries: Any, path: list[str], action: str, who: str
) -> None:
    row = here.walk(here.log(), *path)
    browser = enter(getattr(here, who))
    browser.get(row.get_absolute_url())
    with django_assert_max_num_queries(QUERIES):
        assert browser.get(row.get_absolute_url()).status_code == 200
    with django_assert_max_num_queries(QUERIES):
        assert browser.get(step_url(row, action)).status_code == 200


def test_the_form_asks_little(here: Desk, enter: As, django_assert_max_num_queries: Any) -> None:
    browser = enter(here.reporter)
    browser.get(reverse("helpdesk:new"))
    with django_assert_max_num_queries(QUERIES):
        browser.get(reverse("helpdesk:new"))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_in_both_languages_and_care_mode(here: Desk, enter: As, language: str) -> None:
    row = here.walk(here.log("emergency"), "accept", "dispatch", "sign")
    browser = enter(here.leader)
    browser.cookies["django_language"] = language
    browser.cookies["care"] = "1"
    for url in (row.get_absolute_url(), reverse("helpdesk:list"), reverse("helpdesk:behalf")):
        page = browser.get(url).content.decode()
        assert "{{" not in page
        assert "style=" not in page
