"""A published quarter between neighbours and committee: a question and its answer, photos of the sheet, a petition."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from community.models import User
from core import clock
from core.quarters import Quarter
from property import entries
from property.entries import Item
from property.models import AuditPetition, Publication, PublicationQuestion
from property.publication import actions
from tests.browser.visitor import ENDS, a_photo, act_as, axe, press, shot, tap
from tests.factories import (
    BuildingFactory,
    FullCommittee,
    GridFactory,
    full_committee_of,
    household_in,
    resident_of,
)

OURS = "what the pages made"
QUARTER = Quarter.of(clock.today()).previous()


@pytest.fixture
def committee(portal: str) -> FullCommittee:
    found = full_committee_of(opened_on=QUARTER.start)
    day: date = QUARTER.start
    lines = entries.received([Item(found.account("430101"), "fee", Decimal("800.00"))], found.account("1002"))
    found.post(kind="receipt", day=day, summary="收物业费", lines=lines)
    found.post(day=day, summary="门卫工资", item="510101", amount=Decimal("450.00"), payee="王建国")
    return found


@pytest.fixture
def published(committee: FullCommittee) -> Publication:
    return committee.publish(QUARTER)


@pytest.fixture
def neighbours(committee: FullCommittee) -> list[User]:
    """Two homes of 80 m² each: half of the owners and of the area."""
    estate = committee.book.estate
    building = BuildingFactory(grid=GridFactory(community=estate.community), estate=estate)
    homes = [household_in(building.grid, dwelling__unit__building=building, dwelling__area=8000) for _ in range(2)]
    return [resident_of(home) for home in homes]


def seen(page: Page, javascript: bool, name: str) -> None:
    shot(page, name)
    if javascript:
        assert axe(page) == []


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_residents_ask_see_where_it_hangs_and_join(
    page: Page, javascript: bool, committee: FullCommittee, published: Publication, neighbours: list[User]
) -> None:
    asker, other = neighbours
    act_as(page, asker)
    page.goto(published.get_absolute_url())
    seen(page, javascript, "quarter-public")
    line = page.locator("#l3-1 a")
    if not line.is_visible():
        tap(page.locator("#s3 > summary"))
    press(line)
    page.fill("[name=text]", "门卫是几个人？")
    press(page.locator("#ask [type=submit]"))
    seen(page, javascript, "quarter-line")
    question = PublicationQuestion.objects.unscoped(reason=OURS).get()

    act_as(page, committee.supervisor)
    page.goto(reverse("property:question_answer", args=[question.pk]))
    page.fill("[name=answer]", "三个人，三班倒。")
    seen(page, javascript, "question-answer")
    press(page.locator("main form [type=submit].btn-primary"))
    expect(page.locator("main")).to_contain_text("三班倒")
    page.goto(reverse("property:photo_add", args=[published.pk]))
    page.fill("[name=place]", "公告栏")
    page.set_input_files("[name=photos]", a_photo("公告栏.jpg"))
    press(page.locator("main form [type=submit].btn-primary"))

    act_as(page, other)
    page.goto(published.get_absolute_url())
    expect(page.locator("#replies .photos img")).to_have_count(1)
    expect(page.locator("#replies")).to_contain_text("1")
    seen(page, javascript, "quarter-replies")
    page.goto(reverse("property:petition_new", args=[published.pk]))
    page.fill("[name=reason]", "工资的依据没有公布。")
    press(page.locator("main form [type=submit].btn-primary"))
    expect(page.locator("main progress")).to_have_count(2)
    seen(page, javascript, "petition")
    assert AuditPetition.objects.unscoped(reason=OURS).get().state == "reached"
    press(page.locator("main form [type=submit].btn-secondary"))
    press(page.locator("main form [type=submit].btn-primary"))
    expect(page.locator("main form [type=submit].btn-secondary")).to_be_visible()


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_a_correction_stands_beside_what_it_corrects(
    page: Page, javascript: bool, committee: FullCommittee, published: Publication, neighbours: list[User]
) -> None:
    act_as(page, committee.bookkeeper)
    page.goto(reverse("property:quarter_correct", args=[published.pk]))
    page.fill("[name=reason]", "漏写了人员")
    press(page.locator("main form [type=submit].btn-primary"))
    draft = Publication.objects.unscoped(reason=OURS).get(state="draft")
    page.goto(reverse("property:quarter_rows", args=[draft.pk]))
    page.fill("[name=post_6_0]", "门卫")
    page.fill("[name=people_6_0]", "3")
    seen(page, javascript, "quarter-rows")
    press(page.locator("main form [name=more]"))
    expect(page.locator("[name=post_6_0]")).to_have_value("门卫")
    draft.refresh_from_db()
    filled = committee.fill(draft)
    corrected = actions.publish(committee.sign_all(filled), by=committee.chair)
    act_as(page, neighbours[0])
    page.goto(reverse("property:quarter_changes", args=[corrected.pk]))
    expect(page.locator("main ins").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("门卫")
    seen(page, javascript, "quarter-changes")
