"""A resident's word, from the paper in the letter box to the rating; and what goes wrong on the way."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from community.models import User
from community.roles import Role
from grids.models import Household
from helpdesk.actions import seed_categories
from helpdesk.models import ServiceRequest, Update, UpdatePhoto
from helpdesk.states import State
from tests.browser.visitor import ENDS, Upload, a_photo, act_as, axe, press, press_twice, shot, sign_in, tap, text_of
from tests.factories import Desk, GridFactory, appoint, desk, family_of, household_in

PHONE, PASSWORD = "13800138000", "guihua-kaile-2026"


@pytest.fixture
def grid(portal: str):
    found = GridFactory(name="朱方路网格")
    seed_categories(found.community)
    return found


@pytest.fixture
def leader(grid) -> User:
    return appoint(Role.GRID_LEADER, grid)


@pytest.fixture
def household(grid) -> Household:
    found = household_in(grid)
    family_of(found, {"name": "张桂英"}, {"name": "李大成"})
    return found


@pytest.fixture
def here(portal: str) -> Desk:
    """A desk whose resident has an account already."""
    return desk()


def submit(page: Page, inside: str = "main") -> None:
    press(page.locator(f"{inside} form [type=submit].btn-primary").first)


def seen(page: Page, javascript: bool, name: str) -> None:
    """Look at the page as a whole: no barrier (axe needs scripts), no sideways scrolling, a picture where asked for."""
    shot(page, name)
    if javascript:
        assert axe(page) == []


def code_of(page: Page, household: Household, folder: Path) -> str:
    """Issue a household's letter in the browser, fetch the paper, and read the code from it."""
    page.goto(reverse("community:letters"))
    press(page.locator(f"a[href='{reverse('community:letter_new')}']").first)
    page.select_option("[name=building]", str(household.building_id))
    submit(page)
    submit(page, ".confirm")
    if "/jobs/" in page.url:
        press(page.locator("main a.btn-primary"))
    paper = folder / "letter.pdf"
    with page.expect_download() as download:
        tap(page.locator("main form [type=submit].btn-primary").first)
    download.value.save_as(paper)
    letters = "[0-9A-HJKMNP-TV-Z]"
    found = re.search(rf"(?<!{letters}){letters}{{5}}-{letters}{{5}}(?!{letters})", "".join(text_of(paper).split()))
    assert found is not None, text_of(paper)
    return found[0]


def fill_request(page: Page, *photos: Upload, slug: str = "plumbing", title: str = "厨房水管漏水，地上积水") -> None:
    page.goto(reverse("helpdesk:new"))
    category = ServiceRequest._meta.get_field("category").related_model.objects.unscoped(reason="test").get(slug=slug)
    tap(page.locator(f"label:has([name=category][value='{category.pk}'])"))
    page.fill("[name=title]", title)
    page.fill("[name=description]", "昨天晚上开始的，今天下午家里有人。")
    page.check("[name=place_kind][value=home]")
    page.set_input_files("[name=photos]", list(photos))
    page.check("[name=consent]")


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_from_the_letter_to_the_rating(
    page: Page, javascript: bool, grid, leader: User, household: Household, tmp_path: Path
) -> None:
    handler, other_leader = appoint(Role.RED_STEWARD, grid.community), appoint(Role.SECRETARY, grid.community)
    act_as(page, leader)
    code = code_of(page, household, tmp_path)
    page.context.clear_cookies()

    # The resident: letter, account, out and in again.
    page.goto(f"{reverse('community:activate')}?code={code}")
    expect(page.locator("[name=code]")).to_have_value(code)
    seen(page, javascript, "activate")
    submit(page)
    expect(page).to_have_url(re.compile(re.escape(reverse("community:activate_account"))))
    expect(page.locator("main")).not_to_contain_text("张桂英")
    seen(page, javascript, "activate-account")
    page.check(f"[name=who][value='{household.head_id}']")
    page.fill("[name=phone]", PHONE)
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    page.check("[name=consent]")
    submit(page)
    expect(page.locator("h1")).to_contain_text("张桂英")
    expect(page.locator("main")).to_contain_text(str(household))
    seen(page, javascript, "home-resident")
    tap(page.locator("details.menu summary"))
    press(page.locator(f"form[action='{reverse('account_logout')}'] button"))
    expect(page.locator("details.menu")).to_have_count(0)
    sign_in(page, PHONE, PASSWORD)
    expect(page.locator("h1")).to_contain_text("张桂英")
    resident = User.objects.get(phone=PHONE)

    # The request, with two photos.
    press(page.locator(f"a.tile[href='{reverse('helpdesk:new')}']"))
    seen(page, javascript, "request-new")
    fill_request(page, a_photo("sink.jpg"), a_photo("floor.jpg", "steelblue"))
    submit(page)
    made = ServiceRequest.objects.unscoped(reason="what the page made").get()
    expect(page).to_have_url(re.compile(f"{made.get_absolute_url()}$"))
    expect(page.locator("main")).to_contain_text(made.number)
    expect(page.locator(".page-head .state")).to_have_count(2)
    expect(page.locator(".days .is-due")).to_have_count(1)
    expect(page.locator(".photos img")).to_have_count(2)
    for image in page.locator(".photos img").all():
        answer = page.request.get(image.get_attribute("src"))
        assert answer.headers["content-type"] == "image/jpeg"
    seen(page, javascript, "request-submitted")

    # The leader of the grid: Today, accept, dispatch.
    act_as(page, leader)
    page.goto("/")
    press(page.locator(f"a[href='{made.get_absolute_url()}']").first)
    seen(page, javascript, "request-triage")
    page.fill(".now-do [name=text]", "阿姨您好，先把水池下面的小阀门关上。")
    submit(page, ".now-do")
    assert state_of(made) == State.ACCEPTED
    seen(page, javascript, "request-dispatch")
    option = page.locator("[name=handler] option", has_text=handler.name).get_attribute("value")
    page.select_option(".now-do [name=handler]", option)
    page.fill(".now-do [name=note]", "老人一个人在家，说话大声一点。")
    submit(page, ".now-do")
    assert state_of(made) == State.DISPATCHED

    # The handler: sign for it, report the result; a plumbing job needs a photo of what was done.
    act_as(page, handler)
    page.goto("/")
    press(page.locator(f"a[href='{made.get_absolute_url()}']").first)
    expect(page.locator("main")).not_to_contain_text(household.dwelling.label)
    seen(page, javascript, "request-sign")
    page.fill(".now-do [name=appointment]", "今天 14:30 上门")
    submit(page, ".now-do")
    assert state_of(made) == State.IN_PROGRESS
    expect(page.locator("main")).to_contain_text(household.dwelling.label)
    page.check("[name=result][value=solved]")
    page.fill(".now-do [name=text]", "换了三角阀，试了两遍不漏了。")
    submit(page, ".now-do")
    expect(page.locator("#div_id_photos")).to_have_class(re.compile("has-error"))
    expect(page.locator("form:has([name=result]) [name=text]")).to_have_value("换了三角阀，试了两遍不漏了。")
    page.set_input_files("form:has([name=result]) [name=photos]", a_photo("after.jpg", "seagreen"))
    submit(page)
    assert state_of(made) == State.REVIEW
    seen(page, javascript, "request-review")
    page.goto(reverse("helpdesk:step", args=[made.pk, "resolve"]))
    expect(page).to_have_url(re.compile(f"{made.get_absolute_url()}$"))
    expect(page.locator(".messages .notice")).to_have_count(1)

    # The leader: resolve.
    act_as(page, leader)
    page.goto(made.get_absolute_url())
    submit(page, ".now-do")
    assert state_of(made) == State.RESOLVED
    seen(page, javascript, "request-resolved")

    # The resident: the whole way in the timeline, the note not among it, and the rating.
    act_as(page, resident)
    page.goto("/")
    seen(page, javascript, "home-resident-asked")
    page.goto(made.get_absolute_url())
    expect(page.locator(".timeline > li")).to_have_count(7)
    for words in ("小阀门", "14:30", "换了三角阀"):
        expect(page.locator(".timeline")).to_contain_text(words)
    expect(page.locator("main")).not_to_contain_text("说话大声")
    expect(page.locator(".photos img")).to_have_count(3)
    seen(page, javascript, "request-to-rate")
    page.goto("/")
    press(page.locator(f"a[href='{reverse('helpdesk:rate', args=[made.pk])}']").first)
    seen(page, javascript, "request-rate")
    page.check("[name=solved][value=yes]")
    tap(page.locator("label.face:has([value='5'])"))
    page.check("[name=reasons][value=kind]")
    submit(page)
    assert state_of(made) == State.CLOSED
    expect(page.locator("main .is-good").first).to_be_visible()
    seen(page, javascript, "request-closed")
    page.goto(reverse("helpdesk:mine"))
    expect(page.locator("main")).to_contain_text(made.title)
    seen(page, javascript, "request-mine")
    assert other_leader.name not in page.locator("main").inner_text()
    assert UpdatePhoto.objects.unscoped(reason="what the pages made").count() == 3


def state_of(request: ServiceRequest) -> str:
    request.refresh_from_db()
    return request.state


# What goes wrong on the way ------------------------------------------------------------------------------------------

NARROW = pytest.mark.parametrize(("screen", "language", "javascript"), [("phone", "zh-CN", False)], ids=["phone"])


@NARROW
def test_a_double_click_a_resend_and_the_back_button_make_one_request(page: Page, here: Desk) -> None:
    act_as(page, here.reporter)
    fill_request(page, a_photo())
    submission = page.locator("main form [name=submission]").first.input_value()
    press_twice(page.locator("main form [type=submit].btn-primary"), r"/requests/[0-9a-f-]{36}/$")
    made = ServiceRequest.objects.unscoped(reason="what the page made").get
    expect(page.locator("main")).to_contain_text(made().number)
    page.go_back()
    # The browser shows the form as it was, or asks for a new one, which would be another request.
    if page.locator("main form [name=submission]").first.input_value() == submission:
        page.check("[name=consent]")
        submit(page)
        expect(page).to_have_url(re.compile(f"{made().get_absolute_url()}$"))
    page.reload()
    assert made().number.endswith("000001")


@NARROW
def test_a_bad_photo_keeps_what_was_typed_and_says_what_to_do(page: Page, here: Desk) -> None:
    act_as(page, here.reporter)
    text: Upload = {"name": "note.jpg", "mimeType": "image/jpeg", "buffer": "这不是照片".encode()}
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("a.txt", "夹带")
    both: Upload = {**a_photo("both.jpg"), "buffer": a_photo()["buffer"] + archive.getvalue()}
    fill_request(page, text)
    for bad, words in ((text, "请上传手机拍的照片或截图"), (both, "请把照片截一张图")):
        page.set_input_files("[name=photos]", [a_photo(), bad])
        submit(page)
        expect(page.locator(".errors")).to_contain_text(words)
        expect(page.locator("#div_id_photos")).to_contain_text(f"“{bad['name']}”：")
        expect(page.locator("#div_id_photos")).to_contain_text("请再选一次")
        expect(page.locator("[name=title]")).to_have_value("厨房水管漏水，地上积水")
        expect(page.locator("[name=description]")).to_have_value("昨天晚上开始的，今天下午家里有人。")
        expect(page.locator("[name=category]:checked")).to_have_count(1)
        expect(page.locator("[name=consent]")).to_be_checked()
    shot(page, "request-bad-photo")
    page.set_input_files("[name=photos]", a_photo())
    submit(page)
    made = ServiceRequest.objects.unscoped(reason="what the page made").get()
    expect(page.locator("main")).to_contain_text(made.number)


@NARROW
def test_nothing_chosen_is_said_at_each_field(page: Page, here: Desk) -> None:
    act_as(page, here.reporter)
    page.goto(reverse("helpdesk:new"))
    page.fill("[name=description]", "就是不想选")
    submit(page)
    for field in ("category", "title", "consent"):
        expect(page.locator(f"#div_id_{field}")).to_have_class(re.compile("has-error"))
        expect(page.locator(f".errors a[href*='{field}']")).to_have_count(1)
    expect(page.locator("[name=description]")).to_have_value("就是不想选")
    shot(page, "request-nothing-chosen")
    assert not ServiceRequest.objects.unscoped(reason="what the page made").exists()


@NARROW
def test_a_request_is_declined_with_somebody_to_turn_to(page: Page, here: Desk) -> None:
    made = here.log()
    act_as(page, here.leader)
    page.goto(made.get_absolute_url())
    press(page.locator(f"a[href='{reverse('helpdesk:step', args=[made.pk, 'reject'])}']"))
    page.check("[name=reason][value=not_ours]")
    submit(page)
    expect(page.locator("#div_id_turn_to")).to_have_class(re.compile("has-error"))
    expect(page.locator("[name=reason][value=not_ours]")).to_be_checked()
    page.fill("[name=turn_to]", "自来水公司 96968，户外的总管归他们修。")
    submit(page)
    assert state_of(made) == State.REJECTED
    act_as(page, here.reporter)
    page.goto(made.get_absolute_url())
    expect(page.locator(".timeline")).to_contain_text("96968")
    expect(page.locator(".now-do")).to_have_count(0)
    shot(page, "request-rejected")


@NARROW
def test_the_resident_takes_it_back(page: Page, here: Desk) -> None:
    made = here.walk(here.log(), "accept", "dispatch")
    act_as(page, here.reporter)
    page.goto(made.get_absolute_url())
    press(page.locator(f"a[href='{reverse('helpdesk:step', args=[made.pk, 'withdraw'])}']"))
    shot(page, "request-withdraw")
    submit(page)
    assert state_of(made) == State.WITHDRAWN
    shot(page, "request-withdrawn")
    act_as(page, here.handler)
    page.goto(reverse("helpdesk:step", args=[made.pk, "sign"]))
    expect(page.locator(".messages .notice")).to_have_count(1)
    expect(page.locator("main form [name=first_contact_at]")).to_have_count(0)


@NARROW
def test_the_second_of_two_is_told_what_the_first_did(page: Page, here: Desk) -> None:
    made = here.log()
    act_as(page, here.leader)
    page.goto(made.get_absolute_url())
    page.fill(".now-do [name=text]", "我下午过来看。")
    here.take(made, "accept", by=here.secretary)
    submit(page, ".now-do")
    expect(page.locator(".errors")).to_contain_text(here.secretary.name)
    expect(page.locator("[name=text]").first).to_have_value("我下午过来看。")
    shot(page, "request-second")
    assert Update.objects.unscoped(reason="what the pages made").filter(request=made).count() == 2


@NARROW
def test_a_step_sent_twice_is_taken_once(page: Page, here: Desk) -> None:
    made = here.log()
    act_as(page, here.leader)
    page.goto(made.get_absolute_url())
    page.locator(".now-do [type=submit].btn-primary").dblclick()
    expect(page.locator("[name=handler]")).to_have_count(1)
    assert state_of(made) == State.ACCEPTED
    page.go_back()
    if page.locator("[name=category]").count():
        submit(page, ".now-do")
        expect(page.locator("[name=handler]")).to_have_count(1)
    assert state_of(made) == State.ACCEPTED
    assert Update.objects.unscoped(reason="what the pages made").filter(request=made).count() == 2
