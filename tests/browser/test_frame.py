"""The frame of every page, seen on the one page that anybody can reach: an address that is not there."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import axe, press, shot, tap

NOWHERE = "/no-such-page/"


@pytest.mark.journey
@pytest.mark.parametrize("care", [False, True], ids=["plain", "care"])
def test_the_frame_has_no_barrier(page: Page, language: str, care: bool) -> None:
    page.goto(NOWHERE)
    expect(page.locator("html")).to_have_attribute("lang", "en" if language == "en" else "zh-Hans")
    shot(page, "nowhere-care" if care else "nowhere")
    assert axe(page) == []


@pytest.mark.parametrize("screen", ["phone"])
@pytest.mark.parametrize("care", [False, True], ids=["plain", "care"])
def test_nothing_scrolls_sideways_on_a_narrow_phone(page: Page, care: bool) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(NOWHERE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])
def test_the_language_is_switched_without_a_script_and_remembered(page: Page, language: str, javascript: bool) -> None:
    page.goto(NOWHERE)
    other = "zh-hans" if language == "en" else "en"
    press(page.locator(f"form:has([name=language]) [type=submit][value='{other}']").first)
    expect(page.locator("html")).to_have_attribute("lang", "en" if other == "en" else "zh-Hans")


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])
def test_care_mode_is_switched_without_a_script(page: Page, javascript: bool) -> None:
    page.goto(NOWHERE)
    switch = page.locator("form[action$='care/']")
    tap(switch.locator("[type=submit]"))
    expect(page.locator("html")).to_have_class("care")
    tap(switch.locator("[type=submit]"))
    expect(page.locator("html")).not_to_have_class("care")
