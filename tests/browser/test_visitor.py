"""The visitor itself: it waits for pages, and finds the barriers it is there to find."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.visitor import axe, press

HERE = Path(__file__).parent
BARRIER = "document.querySelector('main').append(document.createElement('img'))"


def test_every_click_says_whether_it_waits_for_a_page() -> None:
    bare = re.compile(r"\.click\(")
    others = [path for path in HERE.glob("*.py") if path.name not in {"visitor.py", "test_visitor.py"}]
    assert others
    assert [path.name for path in others if bare.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("screen", ["phone"])
@pytest.mark.parametrize("language", ["zh-CN"])
def test_a_barrier_is_found_on_the_first_page_and_on_the_next(page: Page) -> None:
    page.goto("/no-such-page/")
    for _page in range(2):
        assert axe(page) == []
        page.evaluate(BARRIER)
        assert ["image-alt" in line for line in axe(page)] == [True]
        press(page.locator("form:has([name=language]) [type=submit]").first)
