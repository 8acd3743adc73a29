"""The secretary connects a city's system: a key that is shown once, used, and revoked."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from helpdesk.models import ApiKey, ServiceRequest
from tests.browser.visitor import ENDS, act_as, axe, press, shot
from tests.factories import desk


@pytest.mark.usefixtures("portal")
@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
@pytest.mark.parametrize("care", [False, True], ids=["plain", "care"])
def test_a_key_is_opened_used_and_revoked(page: Page, javascript: bool, care: bool) -> None:
    look = "care-" if care else ""
    here = desk()
    act_as(page, here.secretary)
    page.goto(reverse("helpdesk:settings"))
    press(page.locator(f"a[href='{reverse('helpdesk:keys')}']"))
    shot(page, f"{look}keys-none")
    press(page.locator(f"a[href='{reverse('helpdesk:key_new')}']"))
    shot(page, f"{look}key-new")
    press(page.locator("main form [type=submit]"))
    expect(page.locator("main [aria-invalid=true]")).to_have_count(1)
    page.fill("[name=name]", "镇江市 12345 政务服务便民热线")
    page.check("[name=may_write]")
    press(page.locator("main form [type=submit]"))
    key = page.locator(".key-text").inner_text()
    assert not javascript or page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shot(page, f"{look}key-shown")
    assert not javascript or axe(page) == []
    sent = {"service_code": "plumbing", "address_string": "大门口", "description": "水管爆了", "api_key": key}
    assert Client().post("/open311/v2/requests.json", sent).status_code == 201
    press(page.locator(f"main a[href='{reverse('helpdesk:keys')}']"))
    assert key not in page.content()
    shot(page, f"{look}keys")
    assert not javascript or axe(page) == []
    page.goto(ServiceRequest.objects.get().get_absolute_url())
    expect(page.locator("main")).to_contain_text("12345")
    shot(page, f"{look}request-from-city")
    page.goto(reverse("helpdesk:keys"))
    press(page.locator(".row-acts a"))
    shot(page, f"{look}key-revoke")
    press(page.locator("main form [type=submit]"))
    shot(page, f"{look}keys-revoked")
    assert ApiKey.objects.get().revoked_at
    assert Client().get("/open311/v2/requests.json", {"api_key": key}).status_code == 403
