"""The real portal in a real browser.

`page` is one page of a fresh browser context, on a phone and on a desk, in Chinese and in English, with JavaScript. A
test narrows or widens that itself:

    @pytest.mark.parametrize("language", ["zh-CN"])
    @pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])
    @pytest.mark.parametrize("care", [False, True], ids=["plain", "care"])

Every page must keep the Content-Security-Policy and raise no script error: a test whose page does not, fails.
"""

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect, sync_playwright

from core.context import CARE_COOKIE
from tests import snapshots

# Playwright runs an event loop in this thread, beside which Django would refuse its database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
SCREENS: dict[str, dict[str, Any]] = {
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
    "desk": {"viewport": {"width": 1280, "height": 800}},
}
HERE = Path(__file__).parent
PATIENCE = 30_000
"""Milliseconds that a page may take: no measure of its speed, but of how busy the machine may be meanwhile."""
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, cut off from everything but this machine."""
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip(f"no Chromium at {CHROMIUM}")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(params=list(SCREENS))
def screen(request: pytest.FixtureRequest) -> str:
    """The size of the page: a phone's or a desk's."""
    return str(request.param)


@pytest.fixture(params=["zh-CN", "en"])
def language(request: pytest.FixtureRequest) -> str:
    """The language the browser asks for."""
    return str(request.param)


@pytest.fixture
def javascript() -> bool:
    """Whether pages may run scripts."""
    return True


@pytest.fixture
def care() -> bool:
    """Whether care mode is on."""
    return False


@pytest.fixture
def portal(live_server: Any, transactional_db: None) -> str:
    """The address of the running portal, on an empty migrated database."""
    return str(live_server.url)


@pytest.fixture
def demo(portal: str) -> dict[str, Any]:
    """The portal filled by `seed_demo --seed 1`; what that command says as JSON (sign-ins among it)."""
    kept = snapshots.folder() / "demo.json"
    if snapshots.taken("demo"):
        snapshots.restore("demo")
    else:
        said = io.StringIO()
        call_command("seed_demo", "--seed", "1", "--json", stdout=said)
        kept.write_text(said.getvalue(), encoding="utf-8")
        snapshots.take("demo")
    answer: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    return answer


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained about on this test's pages; a test that provokes a complaint empties it."""
    return []


@pytest.fixture
def context(
    browser: Browser, portal: str, screen: str, language: str, javascript: bool, care: bool, complaints: list[str]
) -> Iterator[BrowserContext]:
    """A fresh visitor: no cookies, one screen, one language."""
    visitor = browser.new_context(
        **SCREENS[screen],
        base_url=portal,
        locale=language,
        timezone_id="Asia/Shanghai",
        java_script_enabled=javascript,
        reduced_motion="reduce",
    )
    visitor.set_default_timeout(PATIENCE)
    if care:
        visitor.add_cookies([{"name": CARE_COOKIE, "value": "1", "url": portal}])

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(f"{message.page.url if message.page else ''}: {message.text}")

    def judge(response: Response) -> None:
        # An error page is a page: its status is for the test to judge.
        if response.status >= 400 and response.request.resource_type != "document":
            complaints.append(f"{response.url}: {response.status}")

    visitor.on("console", hear)
    visitor.on("response", judge)
    visitor.on("weberror", lambda error: complaints.append(str(error.error)))
    yield visitor
    visitor.close()
    assert not complaints, "the browser complained:\n" + "\n".join(complaints)


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """One open page of a fresh visitor."""
    return context.new_page()
