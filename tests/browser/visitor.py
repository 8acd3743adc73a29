"""What a visitor does and sees: signs in, looks for barriers, takes a picture."""

import io
import os
import re
import subprocess
from pathlib import Path
from typing import TypedDict

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from community.models import User

ROOT = Path(__file__).resolve().parents[2]
AXE = (ROOT / "tests" / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
# What passes is neither described nor handed over, which would cost more than all the rules.
VIOLATIONS = """rules => axe
  .run({ runOnly: { type: "tag", values: rules }, resultTypes: ["violations"] })
  .then((found) => found.violations)"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# The two ends of the matrix: whoever has least, and whoever has most. The first runs on PostgreSQL as well.
ENDS = [
    pytest.param("phone", "zh-CN", False, id="phone-zh-no-js", marks=pytest.mark.journey),
    pytest.param("desk", "en", True, id="desk-en-js"),
]


def press(what: Locator) -> None:
    """Click what leads to another page, and wait until that page stands: a click by itself ends before it begins."""
    with what.page.expect_navigation():
        what.click()


def tap(what: Locator) -> None:
    """Click what changes something on this page, or begins a download."""
    what.click()


def press_twice(what: Locator, to: str) -> None:
    """Click twice, too fast, what leads to another page, and wait until the page at that address (a pattern) stands."""
    what.dblclick()
    expect(what.page).to_have_url(re.compile(to))
    what.page.wait_for_load_state()


def sign_in(page: Page, phone: str, password: str) -> None:
    """Sign in by phone number and password; ends on whatever page the portal then shows."""
    page.goto(reverse("account_login"))
    page.fill("[name=login]", phone)
    page.fill("[name=password]", password)
    press(page.locator("form:has([name=password]) [type=submit]"))


def act_as(page: Page, user: User) -> None:
    """Hand the browser to somebody who has signed in; who signs in by the form counts against its rate limit."""
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "domain": "localhost", "path": "/"}]
    )


def said(language: str, chinese: str) -> str:
    """What the portal says for this Chinese text in the visitor's language."""
    with translation.override("en" if language == "en" else "zh-hans"):
        return gettext(chinese)


class Upload(TypedDict):
    """A file as Playwright hands it to a page."""

    name: str
    mimeType: str
    buffer: bytes


def a_photo(name: str = "photo.jpg", colour: str = "sienna") -> Upload:
    """A photo as a phone takes it, somewhat smaller."""
    content = io.BytesIO()
    Image.new("RGB", (800, 600), colour).save(content, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": content.getvalue()}


def text_of(pdf: Path) -> str:
    """The text of a PDF, by poppler's pdftotext."""
    return subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout


def axe(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA on this page as it stands, one readable text a finding.

    axe comes in through the debugger, so the page's Content-Security-Policy stays in force. Needs JavaScript.
    """
    page.wait_for_load_state()
    if not page.evaluate("'axe' in window"):
        # To hand it over takes longer than to run it: later documents of this page begin with it.
        page.add_init_script(AXE)
        page.evaluate(f"{AXE};0")
    violations = page.evaluate(VIOLATIONS, RULES)
    return [
        f"{page.url}: {violation['id']} ({violation['impact']}): {violation['help']}\n"
        f"    {node['html']}\n    {node['failureSummary']}"
        for violation in violations
        for node in violation["nodes"]
    ]


def shot(page: Page, name: str) -> None:
    """Keep a picture of the whole page as var/shots/NAME-WIDTH-LANGUAGE.png where SHOTS=1 asks for pictures."""
    if os.environ.get("SHOTS") != "1":
        return
    folder = ROOT / "var" / "shots"
    folder.mkdir(parents=True, exist_ok=True)
    width = (page.viewport_size or {"width": 0})["width"]
    language = page.locator("html").get_attribute("lang")
    page.screenshot(path=folder / f"{name}-{width}-{language}.png", full_page=True)
