"""The office sends a roster, looks at what it would change, and confirms."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from playwright.sync_api import Page

from community.roles import Role
from grids.models import Resident
from tests.browser.visitor import ENDS, act_as, axe, press, said, shot, tap
from tests.factories import CommunityFactory, appoint
from tests.grids.rosters import HEADINGS, card, row, workbook

DOOR = "225号3幢2单元501室"
BEFORE = [row(DOOR, "户主", "张三", number=card(), phone="13812345678")]
AFTER = [
    row(DOOR, "户主", "张三", number=card(), phone="13912345678"),
    row("同上", "配偶", "李四", phone=1381234567),
    row("小区东门", "户主", "王五"),
]


def work_off() -> None:
    """Do what waits for the worker."""
    for waiting in DBTaskResult.objects.ready().order_by("enqueued_at"):
        waiting.task.call(*waiting.args_kwargs["args"])
        waiting.delete()


def send(page: Page, rows: list[list[object]]) -> None:
    page.goto(reverse("grids:roster_send"))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    content = workbook([("花名册", [HEADINGS, *rows])])
    page.set_input_files("[name=file]", {"name": "花名册.xlsx", "mimeType": kind, "buffer": content})
    press(page.locator("main form [type=submit].btn-primary"))
    _follow(page)


def _follow(page: Page) -> None:
    """Let the worker work, then go where the job's page says the result is."""
    job = page.url
    # The page of a waiting job calls itself up again every two seconds, which nobody should meet halfway.
    page.goto("about:blank")
    work_off()
    page.goto(job)
    press(page.locator("main .actions a.btn-primary"))


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_a_roster_is_sent_previewed_and_confirmed(page: Page, portal: str, language: str, javascript: bool) -> None:
    act_as(page, appoint(Role.COMMUNITY_STAFF, CommunityFactory()))
    pages = ["roster-send", "roster-preview", "roster-columns", "roster-done"]
    send(page, BEFORE)
    press(page.locator("[name=do][value=apply]"))
    _follow(page)
    page.goto(reverse("grids:roster_send"))
    _look(page, javascript, pages[0])
    send(page, AFTER)
    _look(page, javascript, pages[1])
    assert "139****5678" in page.inner_text("main")
    assert said(language, "这一行不登记") in page.inner_text("main")
    press(page.locator("#headings-title ~ .actions a"))
    _look(page, javascript, pages[2])
    assert page.locator("main select").count() == len(HEADINGS)
    page.go_back()
    preview = page.url
    press(page.locator("[name=do][value=apply]"))
    _follow(page)
    page.goto(preview)
    _look(page, javascript, pages[3])
    assert Resident.objects.count() == 2
    page.goto(reverse("grids:roster_doubts"))
    _look(page, javascript, "roster-doubts")
    press(page.locator("main a.title", has_text="王五"))
    _look(page, javascript, "roster-doubt")
    page.fill("[name=address]", "225号3幢2单元502室")
    press(page.locator("form:has([name=address]) [type=submit]"))
    _look(page, javascript, "roster-doubt-mended")
    assert Resident.objects.filter(name="王五").exists()


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_a_full_roster_and_the_lists_of_the_register(page: Page, portal: str, language: str, javascript: bool) -> None:
    staff = appoint(Role.COMMUNITY_STAFF, CommunityFactory())
    Authenticator.objects.create(user=staff, type=Authenticator.Type.TOTP, data={"secret": "x"})
    act_as(page, staff)
    send(page, [*AFTER, row("225号4幢101", "户主", "孙七")])
    press(page.locator("[name=do][value=apply]"))
    _follow(page)
    send(page, [AFTER[0]])
    page.goto(f"{page.url}full/")
    _look(page, javascript, "roster-full")
    page.locator("[name=what][value=everywhere]").check()
    press(page.locator("main form [type=submit].btn-primary"))
    _follow(page)
    _look(page, javascript, "roster-full-preview")
    page.goto(f"{page.url}list/missing/")
    _look(page, javascript, "roster-missing")
    assert "孙七" in page.inner_text("main")
    for name in ("households", "residents"):
        page.goto(reverse(f"grids:{name}"))
        _look(page, javascript, f"register-{name}")
        assert "孙七" in page.inner_text("main")
    press(page.locator("main .actions a", has_text=said(language, "导出完整信息")))
    _look(page, javascript, "register-export")
    page.fill("[name=purpose]", "街道人口核查")
    press(page.locator("main form:has([name=purpose]) [type=submit]"))
    _look(page, javascript, "register-exported")
    with page.expect_download() as got:
        tap(page.locator("main .actions a.btn-primary"))
    assert got.value.suggested_filename.endswith(".xlsx")


def _look(page: Page, javascript: bool, name: str) -> None:
    """A picture where asked for; with scripts also: no barrier, no sideways scrolling."""
    shot(page, name)
    if javascript:
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert axe(page) == []
