"""A unit and its neighbours in a browser: a need finds a unit, an activity is held, everybody sees what changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.urls import reverse
from playwright.sync_api import Page, expect

from alliance.models import Activity, ActivityPhoto, Project, SignUp
from alliance.partners.states import ProjectState
from stewards.models import HoursEntry
from tests.alliance.makers import Allied, allied, an_activity
from tests.browser.visitor import ENDS, a_photo, act_as, axe, press, shot, tap

OURS = "what the pages made"


@pytest.fixture
def here(portal: str) -> Allied:
    return allied()


def seen(page: Page, javascript: bool, name: str) -> None:
    shot(page, f"alliance/{name}")
    if javascript:
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert axe(page) == []


def one(model: Any) -> Any:
    return model.objects.unscoped(reason=OURS).get()


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_a_need_finds_a_unit(page: Page, javascript: bool, here: Allied) -> None:
    need = here.need()
    act_as(page, here.contact)
    page.goto(here.partner.get_absolute_url())
    press(page.locator(f"main a[href='{reverse('alliance:resource_new')}']"))
    page.select_option("[name=topic]", "barber")
    page.fill("[name=title]", "两位理发师上门")
    press(page.locator("main form [type=submit]"))
    seen(page, javascript, "resource")

    act_as(page, here.staff)
    page.goto(need.get_absolute_url())
    expect(page.locator(".why li")).to_have_count(2)
    seen(page, javascript, "need")
    press(page.locator(".row-item form [type=submit]"))
    expect(page).to_have_url(one(Project).get_absolute_url())

    act_as(page, here.contact)
    page.goto(reverse("community:today"))
    press(page.locator(f"main a[href='{one(Project).get_absolute_url()}']").first)
    press(page.locator(".now-do .btn-primary"))
    press(page.locator("main form [type=submit]"))
    assert one(Project).state == ProjectState.AGREED
    seen(page, javascript, "project")


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_from_signing_up_to_what_changed(page: Page, javascript: bool, here: Allied) -> None:
    row = an_activity(here)
    act_as(page, here.resident)
    page.goto(reverse("alliance:changes"))
    press(page.locator(".come a").first)
    seen(page, javascript, "activity")
    press(page.locator(".row-acts form .btn-primary"))
    expect(page.locator(".notice").first).to_be_visible()

    # The morning has come: at the table they are ticked off, and afterwards their hours are confirmed.
    earlier = F("starts_at") - timedelta(days=2), F("ends_at") - timedelta(days=2), F("join_until") - timedelta(days=2)
    rows = Activity.objects.unscoped(reason=OURS)
    rows.update(starts_at=earlier[0], ends_at=earlier[1], join_until=earlier[2])
    act_as(page, here.contact)
    page.goto(reverse("alliance:activity_desk", args=[row.pk]))
    seen(page, javascript, "desk")
    press(page.locator(".tick form [type=submit]"))
    page.fill("[name=name]", "老李")
    press(page.locator("form:has([name=name]) [type=submit]"))
    assert SignUp.objects.unscoped(reason=OURS).filter(came_at__isnull=False).count() == 2
    page.goto(reverse("alliance:activity_close", args=[row.pk]))
    seen(page, javascript, "close")
    page.fill("[name=served]", "20")
    press(page.locator("main form [type=submit]"))
    assert one(HoursEntry).volunteer == here.resident
    for moment, colour in (("before", "sienna"), ("after", "beige")):
        page.set_input_files("[name=photos]", a_photo(colour=colour))
        tap(page.locator(f"label:has([name=moment][value={moment}])"))
        page.fill("[name=caption]", "东墙")
        press(page.locator("form:has([name=photos]) [type=submit]"))
    seen(page, javascript, "photos")
    assert ActivityPhoto.objects.unscoped(reason=OURS).get(moment="after").before is not None

    # The office publishes; a visitor moves the edge between the photos with the arrow keys, and with a tap.
    act_as(page, here.staff)
    page.goto(row.get_absolute_url())
    press(page.locator(f"a[href='{reverse('alliance:activity_step', args=[row.pk, 'publish'])}']"))
    page.fill("[name=outcome]", "东墙刷白了。")
    tap(page.locator("[name=agreed]"))
    press(page.locator("main form [type=submit]"))
    page.context.clear_cookies()
    page.goto(f"{reverse('alliance:changes')}?community={here.community.code}")
    seen(page, javascript, "changes")
    edge = page.locator(".compare .edge-line")
    half = edge.bounding_box()
    page.locator(".compare .s3").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".compare .s4")).to_be_checked()
    moved = edge.bounding_box()
    assert half is not None
    assert moved is not None
    assert moved["x"] < half["x"]
    box = page.locator(".compare .photos-over").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.95, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.up()
    expect(page.locator(".compare .s1")).to_be_checked()
    page.emulate_media(media="print")
    photos = [photo.bounding_box() for photo in page.locator(".compare img").all()]
    assert photos[0] is not None
    assert photos[1] is not None
    assert photos[0]["x"] + photos[0]["width"] <= photos[1]["x"] + 1
