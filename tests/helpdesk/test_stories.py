"""What was done, told to everybody: who may tell what, what must not stand in it, and who takes it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from community.models import AuditEvent, Notice
from community.roles import Role
from core import clock
from core.refusal import Refused
from helpdesk import stories
from helpdesk.actions.stories import take_back_story, tell_story
from helpdesk.models import ServiceRequest, Story, UpdatePhoto
from tests.factories import Desk, GridFactory, appoint, desk, family_of, household_in, resident_of, small_photo

pytestmark = pytest.mark.django_db
DONE = ("accept", "dispatch", "sign", "reply", "resolve")


@pytest.fixture
def here() -> Desk:
    return desk()


def finished(here: Desk, *steps: str, **fields: Any) -> ServiceRequest:
    fields = {"visibility": "neighbourhood", "photos": [small_photo("red")], **fields}
    return here.walk(here.log(**fields), *(steps or DONE))


def told(here: Desk, **given: Any) -> Story:
    return tell_story(finished(here), by=here.leader, **{"title": "楼道的水管换好了", **given})


def enter(user: Any = None) -> Client:
    browser = Client()
    if user:
        browser.force_login(user)
    return browser


def url(story: Story, name: str = "story", **more: str) -> str:
    return reverse(f"helpdesk:{name}", kwargs={"pk": story.pk, **more})


def test_everybody_reads_it_without_sign_in_and_learns_nobody(here: Desk) -> None:
    row = finished(here)
    photos = {one.moment: one for one in UpdatePhoto.objects.filter(update__request=row)}
    story = tell_story(
        row,
        by=here.leader,
        title="水管换好了",
        text="换了一段。",
        place="3 幢",
        before=photos["before"],
        after=photos["after"],
    )
    visitor = enter()
    listed = visitor.get(reverse("helpdesk:done")).content.decode()
    page = visitor.get(url(story)).content.decode()
    assert "水管换好了" in listed
    assert "换了一段。" in page
    for secret in (row.number, row.reporter_name, str(here.household), here.handler.name, str(row.pk)):
        assert secret not in listed + page
    for which in ("before", "after"):
        answer = visitor.get(url(story, "story_photo", which=which))
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
        assert len(b"".join(answer.streaming_content)) > 100  # type: ignore[attr-defined]
    assert visitor.get(url(story, "story_photo", which="agreement")).status_code == 404
    assert enter().get(reverse("helpdesk:photo", args=[row.pk, photos["after"].pk])).status_code == 302


def test_a_community_is_named_by_its_code(here: Desk) -> None:
    other = desk()
    told(here)
    tell_story(finished(other), by=other.leader, title="那边的事")
    page = enter().get(reverse("helpdesk:done"), {"community": other.grid.community.code}).content.decode()
    assert "那边的事" in page
    assert "楼道的水管" not in page
    assert enter().get(reverse("helpdesk:done"), {"community": "0"}).status_code == 404


@pytest.mark.parametrize(
    ("steps", "fields", "says"),
    [
        (("accept",), {}, "办结以后"),
        (DONE, {"visibility": "handlers"}, "没有答应让邻居知道"),
        (DONE, {"slug": "assistance"}, "没有答应让邻居知道"),
        (DONE, {"slug": "tip_off"}, "没有答应让邻居知道"),
    ],
)
def test_what_may_not_be_told(here: Desk, steps: tuple[str, ...], fields: dict[str, Any], says: str) -> None:
    if fields.get("slug") == "tip_off":
        row = here.log("tip_off", visibility="neighbourhood")
        ServiceRequest.objects.filter(pk=row.pk).update(
            state="closed", closed_at=clock.now(), result="solved", visibility="neighbourhood"
        )
        row.refresh_from_db()
    else:
        row = finished(here, *steps, **fields)
    with pytest.raises(Refused, match=says):
        tell_story(row, by=here.secretary, title="办好了")
    answer = enter(here.secretary).get(reverse("helpdesk:story_write", args=[row.pk]))
    assert (answer.status_code, answer["Location"]) == (302, row.get_absolute_url())


def test_what_was_not_possible_is_no_story(here: Desk) -> None:
    row = here.walk(here.log(visibility="neighbourhood"), "accept", "dispatch", "sign")
    row = here.walk(here.take(row, "reply", result="impossible"), "resolve")
    with pytest.raises(Refused, match="没有办成"):
        tell_story(row, by=here.leader, title="没办成")


def test_who_tells_it(here: Desk) -> None:
    row = finished(here)
    for user in (here.reporter, here.handler, resident_of(household_in(here.grid))):
        with pytest.raises(Refused, match="审核的人"):
            tell_story(row, by=user, title="办好了")
    other = appoint(Role.GRID_LEADER, GridFactory(community=here.grid.community))
    assert enter(other).get(reverse("helpdesk:story_write", args=[row.pk])).status_code == 404
    assert tell_story(row, by=here.secretary, title="办好了").published_by == here.secretary


def test_photos_are_of_this_request(here: Desk) -> None:
    row, other = finished(here), finished(here)
    with pytest.raises(Refused, match="这件事的照片"):
        tell_story(row, by=here.leader, title="好了", after=UpdatePhoto.objects.filter(update__request=other)[0])


def test_its_reporter_is_told_and_takes_it_back(here: Desk) -> None:
    story = told(here)
    notice = Notice.objects.get(kind="story_published")
    assert (notice.user, notice.url) == (here.reporter, url(story))
    browser = enter(here.reporter)
    assert "撤下" in browser.get(url(story)).content.decode()
    assert "改一改" not in browser.get(url(story)).content.decode()
    browser.post(url(story, "story_take_back"), {"submission": uuid4()})
    assert enter().get(url(story)).status_code == 404
    assert browser.get(url(story)).status_code == 404
    assert "已经撤下" in enter(here.leader).get(url(story)).content.decode()
    with pytest.raises(Refused, match="已经撤下"):
        take_back_story(story, by=here.leader)


def test_a_stranger_takes_nothing_back(here: Desk) -> None:
    story = told(here)
    for user in (resident_of(household_in(here.grid)), here.handler):
        assert enter(user).post(url(story, "story_take_back")).status_code == 404
        with pytest.raises(Refused):
            take_back_story(story, by=user)


def test_it_is_changed_and_told_anew(here: Desk) -> None:
    story = told(here)
    again = tell_story(story.request, by=here.leader, title="水管都换好了")
    assert (again.pk, again.title, Notice.objects.filter(kind="story_published").count()) == (
        story.pk,
        "水管都换好了",
        1,
    )
    take_back_story(again, by=here.reporter)
    back = tell_story(story.request, by=here.secretary, title="再公开")
    assert (back.withdrawn_at, back.published_by) == (None, here.secretary)
    verbs = list(AuditEvent.objects.filter(target_type="helpdesk.story").order_by("at").values_list("verb", flat=True))
    assert verbs == ["story_published", "story_changed", "story_withdrawn", "story_published"]


def test_what_is_done_once_more_is_not_told_meanwhile(here: Desk) -> None:
    story = told(here)
    ServiceRequest.objects.filter(pk=story.request_id).update(state="accepted")
    assert enter().get(url(story)).status_code == 404
    assert "楼道的水管" not in enter().get(reverse("helpdesk:done")).content.decode()


def test_what_its_reporter_finds_undone_is_not_told(here: Desk) -> None:
    row = finished(here)
    story = tell_story(row, by=here.leader, title="换好了")
    here.take(ServiceRequest.objects.get(pk=row.pk), "rate", solved="no", score=2)
    assert enter().get(url(story)).status_code == 404
    row.refresh_from_db()
    with pytest.raises(Refused, match="说没解决"):
        tell_story(row, by=here.leader, title="换好了")


# What must not stand in it ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "number", ["13812345678", "138 1234 5678", "138-1234-5678", "0511-85012345", "32110219480101001X"]
)
def test_numbers_never_go_out(here: Desk, number: str) -> None:
    row = finished(here)
    with pytest.raises(Refused, match="号码不能公开"):
        tell_story(row, by=here.leader, title="办好了", text=f"联系{number}")
    page = enter(here.leader).post(
        reverse("helpdesk:story_write", args=[row.pk]),
        {"submission": uuid4(), "title": "办好了", "text": f"联系{number}", "sure": "on"},
    )
    assert "号码不能公开" in page.content.decode()
    assert not Story.objects.exists()


@pytest.mark.parametrize("number", ["2026 年 11 月", "花了 1234.50 元", "长 12345 米"])
def test_other_numbers_may(number: str) -> None:
    assert stories.numbers_in(number) == []


def test_names_and_doors_are_pointed_out_once(here: Desk) -> None:
    family_of(here.household, {"name": "李桂兰"})
    row = finished(here)
    browser, address = enter(here.leader), reverse("helpdesk:story_write", args=[row.pk])
    sent = {"title": "李桂兰家的水管换好了", "text": "3幢2单元501 和 225-3-2-502 都不漏了", "place": ""}
    page = browser.post(address, {"submission": uuid4(), **sent}).content.decode()
    for words in ("“李桂兰”", "“2单元501”", "“225-3-2-502”", "我看过了", sent["title"]):
        assert words in page
    assert not Story.objects.exists()
    browser.post(address, {"submission": uuid4(), **sent, "sure": "on"})
    assert Story.objects.get().title == sent["title"]
    assert "我看过了" not in browser.get(address).content.decode()


def test_the_form_offers_its_photos_and_keeps_what_was_chosen(here: Desk) -> None:
    row = finished(here)
    browser, address = enter(here.leader), reverse("helpdesk:story_write", args=[row.pk])
    page = browser.get(address).content.decode()
    photos = UpdatePhoto.objects.filter(update__request=row)
    assert all(reverse("helpdesk:photo", args=[row.pk, one.pk]) in page for one in photos)
    after = photos.get(moment="after")
    browser.post(address, {"submission": uuid4(), "title": "换好了", "before": "", "after": str(after.pk)})
    story = Story.objects.get()
    assert (story.before, story.after) == (None, after)
    assert browser.get(address).context["form"]["after"].initial == str(after.pk)


def test_it_took_so_many_days(here: Desk) -> None:
    with clock.at(clock.now() - timedelta(days=3)):
        row = here.walk(here.log(visibility="neighbourhood"), "accept", "dispatch", "sign")
    row = here.walk(row, "reply", "resolve")
    story = tell_story(row, by=here.leader, title="换好了")
    assert stories.days_of(story) == 3
    assert "3 天" in enter().get(url(story)).content.decode()


def test_pages_cost_the_same_for_many(here: Desk, django_assert_max_num_queries: Any) -> None:
    for number in range(4):
        told(here, title=f"第 {number} 件")
    browser = enter()
    with django_assert_max_num_queries(6):
        browser.get(reverse("helpdesk:done"))


# From the page of the request ------------------------------------------------------------------------------------


def test_the_page_of_the_request_leads_there(here: Desk) -> None:
    row = finished(here)
    write, thanks = reverse("helpdesk:story_write", args=[row.pk]), f"{reverse('helpdesk:thanks_new')}?request={row.pk}"

    def page(user: Any) -> str:
        return enter(user).get(row.get_absolute_url()).content.decode()

    assert write in page(here.leader)
    assert thanks not in page(here.leader)
    assert thanks in page(here.reporter)
    assert write not in page(here.reporter) + page(here.handler)
    story = tell_story(row, by=here.leader, title="换好了")
    assert url(story) in page(here.leader)
    assert url(story) in page(here.reporter)
    take_back_story(story, by=here.reporter)
    assert url(story) in page(here.leader)
    assert url(story) not in page(here.reporter)


def test_nothing_is_offered_while_it_runs_or_where_neighbours_may_not_know(here: Desk) -> None:
    running, hidden = here.log(visibility="neighbourhood"), finished(here, visibility="handlers")
    for row in (running, hidden):
        page = enter(here.leader).get(row.get_absolute_url()).content.decode()
        assert reverse("helpdesk:story_write", args=[row.pk]) not in page
    page = enter(here.reporter).get(running.get_absolute_url()).content.decode()
    assert "写一封感谢信" not in page
