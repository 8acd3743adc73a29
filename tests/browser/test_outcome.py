"""What came of requests, seen and done in a browser: rates and their lists, a spot, a story, a letter, the digest."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from community.roles import Role
from core import clock
from core.photos import CleanPhoto
from grids.models import Household
from helpdesk import spots
from helpdesk.models import RecurringSpot, ServiceRequest, Story, ThanksLetter
from tests.browser.visitor import ENDS, a_photo, act_as, axe, press, shot, tap
from tests.factories import BuildingFactory, Desk, GridFactory, appoint, desk, household_in

OURS = "what the pages made"
SLOW = {"solved": "no", "score": 2}


def picture(colour: str) -> CleanPhoto:
    """Something to look at: a pipe before and after."""
    content = io.BytesIO()
    image = Image.new("RGB", (800, 600), "beige")
    ImageDraw.Draw(image).rectangle((250, 0, 420, 600), fill=colour)
    image.save(content, "JPEG")
    return CleanPhoto(content.getvalue(), 800, 600)


def worked(here: Desk, slug: str, days: float, *steps: str, rating: dict[str, object] | None = None) -> ServiceRequest:
    """A request logged so many days ago and taken some steps, each a few hours after the last."""
    begun = clock.now() - timedelta(days=days)
    with clock.at(begun):
        row = here.log(slug, visibility="neighbourhood", photos=[picture("sienna")])
    for number, name in enumerate(steps, 1):
        with clock.at(min(begun + timedelta(hours=5 * number), clock.now())):
            given = {"photos": [picture("steelblue")]} if name == "reply" else {}
            row = here.take(row, name, **(rating or {} if name == "rate" else given))
    return row


@pytest.fixture
def here(portal: str) -> Desk:
    """A community with some weeks of work behind it."""
    found = desk()
    found.grid.name = "朱方路网格"
    found.grid.save()
    done = ("accept", "dispatch", "sign", "reply", "resolve")
    worked(found, "plumbing", 9, *done, "rate")
    worked(found, "plumbing", 8, *done, "rate", rating=SLOW)
    worked(found, "public_fixtures", 7, *done)
    worked(found, "sanitation", 6, "accept", "dispatch", "sign")
    worked(found, "enquiry", 5, "withdraw")
    worked(found, "plumbing", 20)
    other = GridFactory(community=found.grid.community, name="宗泽路网格")
    home = household_in(other, dwelling__unit__building=BuildingFactory(grid=other))
    found.log("emergency", by=found.secretary, household=home, reporter=None, reporter_name="赵国强")
    found.log("mediation", title="练琴")
    spots.raise_spots()
    return found


@pytest.fixture
def home(here: Desk) -> Household:
    return here.household


def seen(page: Page, javascript: bool, name: str) -> None:
    if javascript:
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shot(page, f"outcome/{name}")
    if javascript:
        assert axe(page) == []


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_from_the_work_to_what_everybody_reads(page: Page, javascript: bool, here: Desk) -> None:
    # The leader looks at the rates, opens a list behind a number, and plans what to do about what comes again.
    act_as(page, here.leader)
    page.goto(reverse("helpdesk:rates"))
    seen(page, javascript, "rates")
    if javascript:
        for fold in page.locator("details.fold > summary").all():
            tap(fold)
        shot(page, "outcome/rates-open")
    press(page.locator(".rate .open-list").first)
    expect(page.locator("table tbody tr").first).to_be_visible()
    seen(page, javascript, "rate-cases")
    page.goto(reverse("helpdesk:spots"))
    seen(page, javascript, "spots")
    press(page.locator("main .row-item a").first)
    page.fill("[name=plan]", "请施工队换掉总管。")
    page.fill("[name=plan_until]", (clock.today() + timedelta(days=9)).isoformat())
    press(page.locator(".now-do [type=submit]"))
    seen(page, javascript, "spot")
    assert RecurringSpot.objects.unscoped(reason=OURS).get().planned_by == here.leader

    # What was done is told, after a name was pointed out.
    row = ServiceRequest.objects.unscoped(reason=OURS).filter(ratings__solved="yes").get()
    page.goto(row.get_absolute_url())
    press(page.locator(f"a[href='{reverse('helpdesk:story_write', args=[row.pk])}']"))
    page.fill("[name=title]", "三单元的水管换好了")
    page.fill("[name=text]", f"{here.reporter.name}说了以后，当天就换了一段新管子，不漏了。")
    for name in ("before", "after"):
        tap(page.locator(f"label:has([name={name}]:not([value='']))").first)
    seen(page, javascript, "story-form")
    press(page.locator("main form [type=submit]").first)
    expect(page.locator("label:has([name=sure])")).to_be_visible()
    page.fill("[name=text]", "当天就换了一段新管子，不漏了。")
    press(page.locator("main form [type=submit]").first)
    story = Story.objects.unscoped(reason=OURS).get()
    assert (story.before is None, story.after is None) == (False, False)

    # Its reporter thanks who did it, with a name.
    act_as(page, here.reporter)
    page.goto(row.get_absolute_url())
    seen(page, javascript, "request-done")
    press(page.locator("a[href*='/thanks/new/']"))
    page.fill("[name=text]", "水管修得又快又好，谢谢师傅。")
    tap(page.locator("label:has([name=consent][value=named])"))
    page.set_input_files("[name=photos]", a_photo())
    seen(page, javascript, "thanks-form")
    press(page.locator("main form [type=submit]").first)
    seen(page, javascript, "thanks-letter-own")
    letter = ThanksLetter.objects.unscoped(reason=OURS).get()
    assert letter.to_user == here.handler

    # The office puts it out; a visitor reads both without sign-in.
    act_as(page, here.secretary)
    page.goto(reverse("helpdesk:thanks"))
    seen(page, javascript, "thanks-office")
    press(page.locator(".now-do .btn").first)
    press(page.locator("main .actions .btn-primary"))
    page.goto(reverse("helpdesk:digest"))
    seen(page, javascript, "digest")
    page.context.clear_cookies(name="sessionid")
    page.goto(reverse("helpdesk:thanks"))
    expect(page.locator(".letter .signed")).to_contain_text(here.reporter.name)
    seen(page, javascript, "thanks-public")
    page.goto(reverse("helpdesk:done"))
    seen(page, javascript, "done")
    press(page.locator(".story-card a").first)
    expect(page.locator(".before-after img")).to_have_count(2)
    seen(page, javascript, "story")
    page.goto("/")
    seen(page, javascript, "front")


@pytest.mark.parametrize(("screen", "language", "care"), [("phone", "zh-CN", True)])
def test_in_care_mode_on_the_smallest_phone(page: Page, here: Desk) -> None:
    row = ServiceRequest.objects.unscoped(reason=OURS).filter(ratings__solved="yes").get()
    observer = appoint(Role.STREET_OBSERVER, here.grid.community)
    appoint(Role.STREET_OBSERVER, desk().grid.community, user=observer)
    page.set_viewport_size({"width": 320, "height": 700})
    spot = RecurringSpot.objects.unscoped(reason=OURS).get()
    for user, address, name in (
        (here.secretary, reverse("helpdesk:rates"), "rates"),
        (observer, reverse("helpdesk:rates"), "rates-beside"),
        (here.leader, spot.get_absolute_url(), "spot"),
        (here.leader, reverse("helpdesk:story_write", args=[row.pk]), "story-form"),
        (here.reporter, f"{reverse('helpdesk:thanks_new')}?request={row.pk}", "thanks-form"),
        (here.secretary, reverse("helpdesk:thanks_paper"), "thanks-paper"),
        (here.secretary, reverse("helpdesk:digest"), "digest"),
        (here.leader, reverse("community:today"), "today"),
    ):
        act_as(page, user)
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        seen(page, True, f"care-{name}")
