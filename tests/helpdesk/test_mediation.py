"""Between two households: which two there can be, what course it takes, and how it is signed."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from PIL import Image

from community.models import User
from community.roles import Role
from core import clock
from core.refusal import Refused
from grids.models import Household
from helpdesk import actions
from helpdesk.models import Category, Party, ServiceRequest
from helpdesk.parties import parties_of, steps_for
from helpdesk.states import State
from tests.factories import (
    GridFactory,
    MembershipFactory,
    appoint,
    household_in,
    neighbour_of,
    resident_of,
)
from tests.helpdesk.mediation_makers import TITLE, Quarrel, again, page, texts, told
from tests.helpdesk.people import As

pytestmark = pytest.mark.django_db


# Its course


def test_nobody_is_sent_before_both_have_agreed(quarrel: Quarrel) -> None:
    quarrel.take("accept")
    row = quarrel.row
    offered = {one.action for one in steps_for(row, quarrel.desk.leader, parties_of(row, quarrel.desk.leader))}
    assert offered == {"decline", "ask_extend"}
    with pytest.raises(Refused, match="两家都同意"):
        quarrel.take("dispatch")
    actions.agree(row, quarrel.one, by=quarrel.asker)
    with pytest.raises(Refused, match="两家都同意"):
        quarrel.take("dispatch")
    with pytest.raises(Refused, match="自己说"):
        actions.agree(row, quarrel.other, by=quarrel.wife)
    with pytest.raises(Refused, match="已经同意"):
        actions.agree(row, quarrel.one, by=quarrel.wife)
    actions.agree(row, quarrel.other, by=quarrel.desk.leader)
    assert (quarrel.other.agreed_on, quarrel.other.agreed_by) == (clock.today(), quarrel.desk.leader)
    assert quarrel.take("dispatch").state == State.DISPATCHED
    with pytest.raises(Refused, match="不用再问"):
        actions.agree(row, quarrel.other, by=quarrel.son)


@pytest.mark.parametrize("path", [[], ["accept"]])
def test_where_one_does_not_want_it_ends_without_saying_who(quarrel: Quarrel, path: list[str]) -> None:
    for step in path:
        quarrel.take(step)
    row = quarrel.take("decline", note="楼上那家不愿意")
    assert (row.state, row.reject_reason) == (State.REJECTED, "not_agreed")
    for user in (quarrel.asker, quarrel.son):
        assert "楼上那家不愿意" not in texts(row, user)
        assert "不愿意" not in told(user)
    assert "楼上那家不愿意" in texts(row, quarrel.desk.leader)
    assert "街道人民调解委员会" in str(texts(row, quarrel.asker))
    assert ("没有两家都同意" in told(quarrel.son)) == bool(path)


def test_an_ordinary_request_cannot_be_declined_or_concluded_so(quarrel: Quarrel) -> None:
    here = quarrel.desk
    here.reporter = quarrel.asker
    row = here.take(here.log(), "accept")
    with pytest.raises(Refused, match="不是两家之间"):
        here.take(row, "decline")
    row = here.walk(row, "dispatch", "sign", "reply")
    with pytest.raises(Refused, match="请人评价"):
        here.take(row, "conclude")


def test_it_ends_without_a_rating(quarrel: Quarrel) -> None:
    quarrel.walk_to_review()
    with pytest.raises(Refused, match="不请人评价"):
        quarrel.take("resolve")
    with pytest.raises(Refused, match="回访"):
        quarrel.take("conclude")
    with pytest.raises(Refused, match="今天以后"):
        quarrel.take("conclude", follow_up_on=clock.today())
    row = quarrel.take("conclude", follow_up_on=clock.today() + timedelta(days=30))
    assert (row.state, row.resolved_by, row.follow_up_on) == (
        State.CLOSED,
        quarrel.desk.leader,
        clock.today() + timedelta(days=30),
    )


def test_what_was_settled_is_signed(quarrel: Quarrel) -> None:
    quarrel.take("accept")
    quarrel.agree()
    quarrel.take("dispatch")
    quarrel.take("sign")
    with pytest.raises(Refused, match="签过字"):
        quarrel.take("reply", photos=[])
    row = quarrel.take("reply", photos=[], result="impossible", text="谈不拢。")
    assert quarrel.take("conclude").follow_up_on is None
    assert row.state == State.REVIEW


def test_a_quarrel_within_a_family_has_no_sides(quarrel: Quarrel) -> None:
    here = quarrel.desk
    row = here.log("mediation", by=quarrel.wife, reporter=quarrel.wife)
    row = here.walk(row, "accept", "dispatch", "sign", "reply", "conclude")
    assert (row.state, row.has_parties, row.follow_up_on) == (State.CLOSED, False, None)


def test_it_stays_a_mediation(quarrel: Quarrel) -> None:
    with pytest.raises(Refused, match="别的类别"):
        quarrel.take("accept", category=quarrel.desk.category())


def test_a_withdrawal_tells_the_other_no_name(quarrel: Quarrel, enter: As) -> None:
    quarrel.take("accept")
    quarrel.take("withdraw", by=quarrel.asker, text="我们自己谈")
    assert "撤回了" in told(quarrel.son)
    shown = page(enter(quarrel.son), quarrel.row)
    assert "已撤回" in shown
    assert "我们自己谈" not in shown
    assert quarrel.asker.name not in shown


# Which two there can be


def test_two_households_are_two(quarrel: Quarrel) -> None:
    def ask(other: Household, by: User | None = None) -> None:
        actions.open_mediation(by=by or quarrel.desk.leader, title=TITLE, home=quarrel.first, other=other)

    with pytest.raises(Refused, match="不能是同一户"):
        ask(quarrel.first)
    third = neighbour_of(quarrel.first)
    MembershipFactory(household=third, resident=quarrel.first.head, is_primary=False)
    with pytest.raises(Refused, match="不能是同一户"):
        ask(third)
    fourth = neighbour_of(quarrel.first)
    appoint(Role.RESIDENT, fourth, user=quarrel.wife)
    with pytest.raises(Refused, match="不能是同一户"):
        ask(fourth)
    with pytest.raises(Refused, match="本社区"):
        ask(household_in(GridFactory()))
    steward = appoint(Role.BUILDING_STEWARD, quarrel.first.building, user=resident_of(neighbour_of(quarrel.first)))
    (home,) = again(steward).scope.households
    with pytest.raises(Refused, match="别的同志来登记"):
        ask(Household.objects.get(pk=home), by=again(steward))


def test_the_database_keeps_two_sides(quarrel: Quarrel) -> None:
    for fields in (
        {"side": "first", "household": neighbour_of(quarrel.first)},
        {"side": "third", "household": quarrel.first},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Party.objects.create(community=quarrel.row.community, request=quarrel.row, **fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Party.objects.filter(pk=quarrel.one.pk).update(agreed_on=clock.today())


def test_a_community_without_the_category_is_told_so(quarrel: Quarrel) -> None:
    Category.objects.filter(slug="mediation").update(is_active=False)
    with pytest.raises(Refused, match="矛盾调解"):
        actions.open_mediation(by=quarrel.desk.leader, title=TITLE, home=quarrel.first, other=quarrel.second)


# On its pages


def test_a_leader_names_the_other_household(quarrel: Quarrel, enter: As) -> None:
    here = quarrel.desk
    row = here.log("mediation", by=quarrel.wife, reporter=quarrel.wife, title="楼道里堆东西", description="以前说的")
    actions.add_update(row, by=here.leader, text="以前答的")
    browser = enter(here.leader)
    assert "这是两家之间的事" in page(browser, row)
    url = reverse("helpdesk:name_other", args=[row.pk])
    wrong = browser.post(url, {"submission": str(uuid4()), "other": "九十九号楼"})
    assert "没有找到这一户" in wrong.content.decode()
    same = browser.post(url, {"submission": str(uuid4()), "other": quarrel.first.dwelling.label})
    assert "不能是同一户" in same.content.decode()
    browser.post(url, {"submission": str(uuid4()), "other": quarrel.second.dwelling.label})
    row.refresh_from_db()
    assert row.has_parties
    here.take(row, "accept")
    actions.add_update(row, by=here.leader, text="给两家")
    assert texts(row, quarrel.son) == texts(row, quarrel.asker) == {"给两家"}
    assert texts(row, quarrel.wife) == {"以前说的", "以前答的", "给两家"}
    with pytest.raises(Refused, match="别的同志"):
        actions.name_other(row, other=quarrel.second, by=quarrel.wife)


def test_on_the_pages_from_consent_to_the_signed_paper(quarrel: Quarrel, enter: As) -> None:
    quarrel.take("accept")
    leader, son = enter(quarrel.desk.leader), enter(quarrel.son)
    shown = page(leader, quarrel.row)
    assert "还没同意" in shown
    assert "派给这位" not in shown
    son.post(reverse("helpdesk:agree", args=[quarrel.row.pk, quarrel.other.pk]))
    assert son.post(reverse("helpdesk:agree", args=[quarrel.row.pk, quarrel.one.pk])).status_code == 404
    leader.post(reverse("helpdesk:agree", args=[quarrel.row.pk, quarrel.one.pk]))
    assert quarrel.one.agreed_on
    assert quarrel.other.agreed_on
    assert "派给这位" in page(leader, quarrel.row)
    url = reverse("helpdesk:update", args=[quarrel.row.pk])
    leader.post(url, {"submission": str(uuid4()), "audience": str(quarrel.other.pk), "text": "晚上九点以后不弹"})
    assert "请选一项" in leader.post(url, {"submission": str(uuid4()), "text": "忘了选"}).content.decode()
    assert "晚上九点以后不弹" in page(son, quarrel.row)
    assert "晚上九点以后不弹" not in page(enter(quarrel.wife), quarrel.row)
    quarrel.take("dispatch")
    quarrel.take("sign")
    image = io.BytesIO()
    Image.new("RGB", (30, 20), "white").save(image, "JPEG")
    sent = {
        "submission": str(uuid4()),
        "version": str(quarrel.row.version),
        "result": "solved",
        "text": "九点以后不弹。",
        "agreement": SimpleUploadedFile("signed.jpg", image.getvalue(), "image/jpeg"),
    }
    enter(quarrel.desk.handler).post(reverse("helpdesk:step", args=[quarrel.row.pk, "reply"]), sent)
    assert "两家签字的调解协议" in page(son, quarrel.row)
    row = ServiceRequest.objects.get(pk=quarrel.row.pk)
    day = (clock.today() + timedelta(days=14)).isoformat()
    leader.post(
        reverse("helpdesk:step", args=[row.pk, "conclude"]),
        {"submission": str(uuid4()), "version": str(row.version), "follow_up_on": day},
    )
    row.refresh_from_db()
    assert (row.state, row.follow_up_on.isoformat()) == (State.CLOSED, day)


def test_an_agreement_that_is_neither_photo_nor_pdf_is_refused(quarrel: Quarrel, enter: As) -> None:
    quarrel.take("accept")
    quarrel.agree()
    quarrel.take("dispatch")
    quarrel.take("sign")
    sent = {
        "submission": str(uuid4()),
        "version": str(quarrel.row.version),
        "result": "solved",
        "text": "谈拢了。",
        "agreement": SimpleUploadedFile("a.jpg", b"MZ not a photo", "image/jpeg"),
    }
    url = reverse("helpdesk:step", args=[quarrel.row.pk, "reply"])
    enter(quarrel.desk.handler).post(url, sent)
    assert ServiceRequest.objects.get(pk=quarrel.row.pk).state == State.IN_PROGRESS
