"""A resident leaves a mailbox, gets a mail and stops it again; the office connects a group and sends again."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from community import messages, outbox
from community.models import Channel, Choice, Delivery
from community.notices import notify
from core import clock
from core.fields import plain_of
from tests.browser.visitor import ENDS, act_as, axe, press, shot
from tests.factories import desk
from tests.servers import hook_server, mail_server


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
@pytest.mark.parametrize("care", [False, True], ids=["plain", "care"])
def test_a_mailbox_is_left_used_and_taken_back(page: Page, portal: str, settings, javascript: bool, care: bool) -> None:
    look, here = "care-" if care else "", desk()
    settings.SITE_URL = portal
    act_as(page, here.reporter)
    with mail_server(settings) as mailbox:
        page.goto(reverse("community:notices"))
        press(page.locator(f"main a[href='{reverse('community:messages')}']"))
        shot(page, f"{look}messages-none")
        press(page.locator(f"main a[href='{reverse('community:messages_address')}']"))
        press(page.locator("main form [type=submit]"))
        expect(page.locator("main [aria-invalid=true]")).to_have_count(1)
        page.fill("[name=address]", "wang@example.org")
        press(page.locator("main form [type=submit]"))
        shot(page, f"{look}messages-code")
        assert not javascript or axe(page) == []
        page.fill("[name=code]", re.search(r"\d{6}", mailbox.texts[0]).group())
        press(page.locator("main form [type=submit]"))
        page.uncheck("[name=wanted][value=estate]")
        press(page.locator("form:has([name=wanted]) [type=submit]"))
        shot(page, f"{look}messages")
        assert not javascript or axe(page) == []
        about = Channel(community=here.household.community)
        notify([here.reporter], about=about, kind="request_reply", text="您提的诉求有了回复。", url="/", urgent=True)
        notify([here.reporter], about=about, kind="publication_published", text="账目公开了。", url="/", urgent=True)
        assert outbox.send_due() == 1
        link = re.search(r"http\S+/messages/stop/\S+", mailbox.texts[1]).group()
        assert "账目" not in mailbox.texts[1].split("--")[0]
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.goto(link)
    shot(page, f"{look}messages-stop")
    press(page.locator("main form [type=submit]"))
    shot(page, f"{look}messages-stopped")
    assert not plain_of(Choice.objects.get().address)


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_a_group_is_connected_tried_and_told_again(page: Page, portal: str, javascript: bool) -> None:
    here = desk()
    act_as(page, here.secretary)
    with hook_server() as hook:
        page.goto(reverse("community:messages_office"))
        shot(page, "groups-none")
        press(page.locator(f"main a[href='{reverse('community:messages_group_new')}']").first)
        page.fill("[name=name]", "网格长群")
        page.fill("[name=address]", hook.address)
        press(page.locator("main form [type=submit]"))
        press(page.locator("main [name=test]"))
        assert "网格长群" in hook.got[0][1]["message"]
        shot(page, "group")
        assert not javascript or axe(page) == []
        messages.tell_group(here.household.community, kind="digest", text="上周 3 件", urgent=True)
        over = {"state": Delivery.State.GIVEN_UP, "next_at": None, "ended_at": clock.now(), "tries": 6}
        Delivery.objects.update(**over, problem=Delivery.Problem.REFUSED, answer="500")
        page.goto(reverse("community:messages_office"))
        shot(page, "groups")
        assert not javascript or axe(page) == []
        press(page.locator("main .row-item form [type=submit]"))
        assert outbox.send_due() == 1
        assert "上周 3 件" in hook.got[1][1]["message"]
    page.goto(reverse("community:messages_group", args=[Channel.objects.get().pk]))
    press(page.locator("main a[href$='/end/']"))
    press(page.locator("main .confirm [type=submit]"))
    assert not Channel.objects.exists()
