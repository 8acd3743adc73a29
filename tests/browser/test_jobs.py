"""A home visit from the leader's question to the household's word, on the phones of three people."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from stewards.jobs.states import State
from stewards.models import HoursEntry, Job, PartsClaim
from tests.browser.visitor import ENDS, a_photo, act_as, axe, press, press_twice, shot, tap
from tests.stewards.errands import WHY, Errand, an_errand, at, fresh


@pytest.fixture
def errand(portal: str) -> Errand:
    made = an_errand()
    estate = made.desk.household.building.estate
    estate.is_self_managed = True
    estate.save()
    made.hire()
    return made


def the_job() -> Job:
    found: Job = Job.objects.unscoped(reason=WHY).get()
    return found


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_a_home_visit_from_the_question_to_the_thanks(page: Page, javascript: bool, errand: Errand) -> None:
    def look(name: str) -> None:
        shot(page, f"jobs/{name}")
        if javascript:
            assert axe(page) == []

    (steward,) = errand.stewards
    # The leader asks from the request's own page.
    act_as(page, errand.leader)
    page.goto(errand.request.get_absolute_url())
    look("request-asks")
    press(page.locator(f"a[href='{reverse('stewards:ask', args=[errand.request.pk])}']"))
    page.check("[name=skill]")
    start, end = at(9)
    page.fill("[name=day1]", start.date().isoformat())
    page.fill("[name=from1]", f"{start:%H:%M}")
    page.fill("[name=until1]", f"{end:%H:%M}")
    page.check("[name=is_safe]")
    expect(page.locator("[name=day2]")).to_be_hidden()
    look("ask")
    tap(page.locator(".other-times > summary"))
    page.fill("[name=from2]", "15:00")
    press(page.locator("main form [type=submit]"))
    # The day is missing: what was typed is there, and what was folded away is open.
    expect(page.locator("[name=day2]")).to_be_visible()
    expect(page.locator("[name=from2]")).to_have_value("15:00")
    expect(page.locator("[name=from1]")).to_have_value(f"{start:%H:%M}")
    look("ask-again")
    page.fill("[name=day2]", start.date().isoformat())
    press_twice(page.locator("main form [type=submit]"), r"/stewards/jobs/[0-9a-f-]{36}/$")
    look("asked")
    job = the_job()
    assert len(job.slots) == 2
    expect(page.locator("main")).to_contain_text(steward.user.name)
    # Whoever asks again is led to it.
    page.goto(reverse("stewards:ask", args=[errand.request.pk]))
    expect(page).to_have_url(re.compile(job.get_absolute_url()))
    look("asked-again")

    # The steward reads why, and says yes with one tap.
    act_as(page, steward.user)
    page.goto(reverse("stewards:offers"))
    look("offers")
    expect(page.locator("main")).not_to_contain_text(errand.request.place)
    page.locator("form.yes [name=slot]").first.check()
    press(page.locator("form.yes [type=submit]"))
    job = fresh(job)
    assert job.state == State.ACCEPTED
    expect(page.locator("main")).to_contain_text(errand.request.place)
    expect(page.locator("main")).to_contain_text(job.steward_code)
    look("accepted")

    # The household reads who comes, and compares the code.
    act_as(page, errand.desk.reporter)
    page.goto(errand.request.get_absolute_url())
    expect(page.locator("main")).to_contain_text(job.home_code)
    look("request-household")
    page.goto(job.get_absolute_url())
    look("household")

    # At the door: a slip, then the right digits; then the work, and a receipt.
    act_as(page, steward.user)
    page.goto(job.get_absolute_url())
    press(page.locator(f"form[action='{reverse('stewards:job_step', args=[job.pk, 'set_out'])}'] [type=submit]"))
    page.fill("[name=code]", "0000" if job.home_code != "0000" else "0001")
    press(page.locator("form:has([name=code]) [type=submit]"))
    look("wrong-code")
    page.fill("[name=code]", job.home_code)
    press(page.locator("form:has([name=code]) [type=submit]"))
    assert fresh(job).state == State.ARRIVED
    look("arrived")
    press(page.locator(f"a[href='{reverse('stewards:job_step', args=[job.pk, 'parts'])}']"))
    page.fill("[name=what]", "水龙头一只")
    page.fill("[name=amount]", "28.5")
    page.set_input_files("[name=receipt]", a_photo())
    look("parts")
    press(page.locator("main form [type=submit]"))
    press(page.locator(f"a[href='{reverse('stewards:job_step', args=[job.pk, 'finish'])}']"))
    page.check("[name=result][value=solved]")
    page.fill("[name=text]", "换了水龙头，试水不滴。")
    page.set_input_files("[name=photos]", a_photo())
    look("finish")
    press(page.locator("main form [type=submit]"))
    assert fresh(job).state == State.DONE
    look("done")

    # The household confirms; the hours stand in the book, the money does not.
    act_as(page, errand.desk.reporter)
    page.goto(job.get_absolute_url())
    look("to-confirm")
    press(page.locator(f"a[href='{reverse('stewards:job_step', args=[job.pk, 'confirm'])}']"))
    press(page.locator("main form [type=submit]"))
    assert fresh(job).state == State.CONFIRMED
    look("confirmed")
    entry = HoursEntry.objects.unscoped(reason=WHY).get()
    assert timedelta(minutes=entry.minutes) <= timedelta(hours=1)
    assert PartsClaim.objects.unscoped(reason=WHY).get().state == "claimed"

    # The leader finds it among all others, on the way from the stewards.
    act_as(page, errand.leader)
    page.goto(reverse("stewards:list"))
    look("ways")
    press(page.locator(f"main a[href='{reverse('stewards:jobs')}']"))
    expect(page.locator("tbody")).to_contain_text(steward.user.name)
    look("list")
    press(page.locator(f"tbody a[href='{job.get_absolute_url()}']"))
    expect(page.locator("main")).to_contain_text(steward.user.name)
