"""Every component in every state, looked at by axe and by the ruler."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import axe, shot, tap

pytestmark = pytest.mark.urls("tests.browser.gallery_urls")
GALLERY = "/gallery/?messages=1&duties=1"
TARGETS = "button, summary, input:not([type=hidden]), select, textarea, a.btn, a.tile, a.door, a.stat, .choice, .top a"

# What is smaller than `least` pixels; controls in a row that can be tapped whole count by their row.
SMALL = """([selector, least]) => [...document.querySelectorAll(selector)]
  .filter((one) => !one.closest(".skip") && !one.matches(".choice input"))
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.height < least - 0.5 || box.width < least - 0.5))
  .map(([one, box]) => `${one.outerHTML.slice(0, 90)} ${box.width}x${box.height}`)"""


def open_gallery(page: Page) -> None:
    answer = page.goto(GALLERY)
    assert answer is not None
    assert answer.ok


@pytest.fixture(autouse=True)
def _for_engineers(settings: Any) -> None:
    settings.DEBUG = True


@pytest.mark.parametrize("care", [False, True], ids=["plain", "care"])
def test_no_component_has_a_barrier(page: Page, care: bool) -> None:
    open_gallery(page)
    shot(page, "gallery-care" if care else "gallery")
    assert axe(page) == []


@pytest.mark.parametrize("width", [320, 360])
@pytest.mark.parametrize("screen", ["phone"])
@pytest.mark.parametrize("care", [False, True], ids=["plain", "care"])
def test_no_component_scrolls_sideways(page: Page, care: bool, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 640})
    open_gallery(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("language", ["zh-CN"])
@pytest.mark.parametrize("care", [False, True], ids=["plain", "care"])
def test_a_thumb_finds_every_control(page: Page, care: bool) -> None:
    open_gallery(page)
    assert page.evaluate(SMALL, [TARGETS, 44]) == []
    assert page.evaluate(SMALL, [".btn-primary, .tile, .nav-main a", 60 if care else 44]) == []


@pytest.mark.parametrize("screen", ["phone"])
@pytest.mark.parametrize("language", ["zh-CN"])
def test_care_mode_keeps_what_is_being_typed(page: Page) -> None:
    open_gallery(page)
    page.locator("#id_phone").fill("13812345678")
    tap(page.locator("form[data-care] button"))
    expect(page.locator("html")).to_have_class("care")
    expect(page.locator("#id_phone")).to_have_value("13812345678")
    page.reload()
    expect(page.locator("html")).to_have_class("care")


@pytest.mark.parametrize("screen", ["phone"])
@pytest.mark.parametrize("language", ["zh-CN"])
def test_the_keyboard_goes_from_the_summary_to_the_control(page: Page) -> None:
    open_gallery(page)
    expect(page.locator("#wrong .errors")).to_be_focused()
    page.locator("#wrong .errors a").first.press("Enter")
    expect(page.locator("#wrong_category")).to_be_focused()
