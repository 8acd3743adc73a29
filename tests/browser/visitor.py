"""What a visitor does and sees: signs in, looks for barriers, takes a picture."""

import os
from pathlib import Path

from django.urls import reverse
from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
AXE = (ROOT / "tests" / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def sign_in(page: Page, phone: str, password: str) -> None:
    """Sign in by phone number and password; ends on whatever page the portal then shows."""
    page.goto(reverse("account_login"))
    page.fill("[name=login]", phone)
    page.fill("[name=password]", password)
    page.locator("form:has([name=password]) [type=submit]").click()


def axe(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA on this page as it stands, one readable text a finding.

    axe comes in through the debugger, so the page's Content-Security-Policy stays in force. Needs JavaScript.
    """
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run({ runOnly: { type: 'tag', values: rules } })", RULES)
    return [
        f"{page.url}: {violation['id']} ({violation['impact']}): {violation['help']}\n"
        f"    {node['html']}\n    {node['failureSummary']}"
        for violation in found["violations"]
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
