"""What is done to requests: who may, when, what it leaves behind."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from community.models import AuditEvent, Notice
from community.roles import Role
from core import clock
from core.refusal import Refused
from helpdesk import actions, words
from helpdesk.models import Category, Rating, ServiceRequest, Update, UpdatePhoto
from helpdesk.states import State
from tests.factories import BuildingFactory, Desk, MembershipFactory, UserFactory, appoint, desk, small_photo

pytestmark = pytest.mark.django_db

# Wednesday, after the office has closed.
WEDNESDAY = datetime(2026, 11, 18, 20, 14, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def here() -> Desk:
    return desk()


def told(user: object) -> list[str]:
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("text", flat=True))


def test_categories_are_laid_down_once(here: Desk) -> None:
    community = here.grid.community
    assert Category.objects.filter(community=community).count() == 14
    here.category().delete()
    Category.objects.filter(community=community, slug="other").update(name="杂事")
    made = actions.seed_categories(community)
    assert [one.slug for one in made] == ["plumbing"]
    assert here.category("other").name == "杂事"


def test_a_request_has_its_number_place_grid_and_deadlines(here: Desk) -> None:
    with clock.at(WEDNESDAY):
        first, second = here.log(), here.log()
    assert first.number == f"ZF{here.grid.community.short_name}-2026-000001"
    assert second.number.endswith("-000002")
    assert (first.place, first.building, first.grid) == (
        here.household.dwelling.label,
        here.household.building,
        here.grid,
    )
    assert first.due_at == datetime(2026, 11, 23, 17, 30, tzinfo=WEDNESDAY.tzinfo)
    assert first.sign_due_at == datetime(2026, 11, 19, 13, 0, tzinfo=WEDNESDAY.tzinfo)
    assert first.source == ServiceRequest.Source.ONLINE
    assert not first.is_on_behalf
    assert any("厨房水管漏水" in text for text in told(here.leader))


def test_photos_stand_beside_the_first_word(here: Desk) -> None:
    row = here.log(photos=[small_photo(), small_photo("red")])
    photos = UpdatePhoto.objects.filter(update__request=row)
    assert [photo.order for photo in photos] == [1, 2]
    assert {photo.moment for photo in photos} == {"before"}


def test_a_visit_logs_for_the_head_of_the_household(here: Desk) -> None:
    head = MembershipFactory(household=here.household).resident
    here.household.head = head
    here.household.save()
    row = here.log(by=here.leader, reporter=None, source="visit")
    assert (row.reporter, row.reporter_name, row.source) == (None, head.name, "visit")
    assert row.is_on_behalf
    account = appoint(Role.RESIDENT, here.household, resident=head)
    row = here.log(by=here.leader, reporter=None, source="visit")
    assert row.reporter == account
    assert told(account) == [f"已替您登记“厨房水管漏水”，编号 {row.number}。"]


def test_somebody_must_be_named(here: Desk) -> None:
    with pytest.raises(Refused, match="谁提出"):
        here.log(by=here.leader, reporter=None, household=None, place="大门口")


def test_some_place_must_be_named(here: Desk) -> None:
    with pytest.raises(Refused, match="在哪里"):
        here.log(household=None)


def test_a_building_says_which_grid(here: Desk) -> None:
    building = BuildingFactory(grid__community=here.grid.community)
    row = here.log(building=building, place="三楼楼道", place_kind="building")
    assert row.place == f"{building.label} 三楼楼道"
    assert row.grid == building.grid


def test_the_short_path(here: Desk) -> None:
    row = here.walk(here.log(), "accept", "dispatch", "sign", "reply", "resolve", "rate")
    assert row.state == State.CLOSED
    assert (row.accepted_by, row.handler, row.resolved_by) == (here.leader, here.handler, here.leader)
    rating = Rating.objects.get(request=row)
    assert (rating.round, rating.solved, rating.score) == (1, "yes", 5)
    steps = Update.objects.filter(request=row).values_list("action", flat=True)
    assert list(steps) == ["log", "accept", "dispatch", "sign", "reply", "resolve", "rate"]
    verbs = AuditEvent.objects.filter(target_id=str(row.pk)).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == [f"request_{step}" for step in steps]


def test_each_party_is_told_in_its_own_words(here: Desk) -> None:
    row = here.walk(here.log(), "accept", "dispatch", "sign", "reply", "resolve", "rate")
    assert [text for text in told(here.reporter) if "请您评价" in text] == ["“厨房水管漏水”办结了，请您评价一下。"]
    assert any("等您审核" in text for text in told(here.leader))
    assert any("请签收" in text for text in told(here.handler))
    assert told(here.secretary) == []
    assert {one.url for one in Notice.objects.filter(user=here.handler)} == {row.get_absolute_url()}


def test_what_is_told_is_in_the_language_of_the_community(here: Desk) -> None:
    from django.utils import translation

    with translation.override("en"):
        here.take(here.log(), "accept")
    assert "受理了" in told(here.reporter)[-1]


def test_accepting_in_another_category_counts_anew(here: Desk) -> None:
    with clock.at(WEDNESDAY):
        row = here.log()
    with clock.at(WEDNESDAY + timedelta(hours=13)):
        row = here.take(row, "accept", category=here.category("nuisance"))
    assert row.category.slug == "nuisance"
    assert row.due_at == datetime(2026, 11, 27, 17, 30, tzinfo=WEDNESDAY.tzinfo)
    assert Update.objects.get(request=row, action="accept").details == {"category": "停车、噪音和宠物"}


def test_a_complaint_is_declined_by_the_secretary_alone(here: Desk) -> None:
    row = here.log("property_complaint")
    with pytest.raises(Refused, match="社区书记"):
        here.take(row, "reject", by=here.leader)
    row = here.take(row, "reject")
    assert (row.state, row.reject_reason) == (State.REJECTED, "not_ours")
    assert row.closed_at


def test_nobody_checks_their_own_work(here: Desk) -> None:
    row = here.walk(here.log(), "accept")
    row = here.take(row, "dispatch", handler=here.leader)
    row = here.take(row, "sign", by=here.leader)
    row = here.take(row, "reply", by=here.leader)
    with pytest.raises(Refused, match="别人审核"):
        here.take(row, "resolve", by=here.leader)
    assert here.take(row, "resolve", by=here.secretary).resolved_by == here.secretary


def test_the_database_too_keeps_work_and_check_apart(here: Desk) -> None:
    row = here.walk(here.log(), "accept", "dispatch", "sign", "reply")
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceRequest.objects.filter(pk=row.pk).update(resolved_at=clock.now(), resolved_by=here.handler)


@pytest.mark.parametrize(
    ("path", "action", "who"),
    [
        ([], "accept", "reporter"),
        ([], "accept", "handler"),
        (["accept"], "dispatch", "reporter"),
        (["accept", "dispatch"], "sign", "other"),
        (["accept", "dispatch"], "sign", "leader"),
        (["accept", "dispatch", "sign"], "reply", "leader"),
        (["accept", "dispatch", "sign", "reply"], "resolve", "reporter"),
        (["accept", "dispatch", "sign", "reply", "resolve"], "rate", "leader"),
    ],
)
def test_each_step_belongs_to_its_party(here: Desk, path: list[str], action: str, who: str) -> None:
    row = here.walk(here.log(), *path)
    with pytest.raises(Refused, match="别的同志"):
        here.take(row, action, by=getattr(here, who))


@pytest.mark.parametrize(
    ("path", "action", "lacking"),
    [
        ([], "accept", {"category": None}),
        ([], "reject", {"turn_to": ""}),
        (["accept"], "dispatch", {"handler": None}),
        (["accept", "dispatch"], "sign", {"first_contact_at": None}),
        (["accept", "dispatch"], "hand_back", {"text": ""}),
        (["accept", "dispatch", "sign"], "reply", {"text": ""}),
        (["accept", "dispatch", "sign"], "reply", {"result": ""}),
        (["accept", "dispatch", "sign", "reply"], "send_back", {"text": ""}),
        (["accept", "dispatch", "sign", "reply", "resolve"], "rate", {"solved": ""}),
    ],
)
def test_what_a_step_needs_must_be_given(here: Desk, path: list[str], action: str, lacking: dict[str, object]) -> None:
    row = here.walk(here.log(), *path)
    with pytest.raises(Refused, match="还缺"):
        here.take(row, action, **lacking)


def test_a_repair_is_reported_with_a_photo(here: Desk) -> None:
    row = here.walk(here.log(), "accept", "dispatch", "sign")
    with pytest.raises(Refused, match="照片"):
        here.take(row, "reply", photos=[])
    here.take(row, "reply")
    assert UpdatePhoto.objects.get(update__request=row).moment == "after"


def test_an_enquiry_needs_none(here: Desk) -> None:
    row = here.walk(here.log("enquiry"), "accept", "dispatch", "sign")
    assert here.take(row, "reply", photos=[]).state == State.REVIEW


def test_only_those_on_the_list_can_be_asked(here: Desk) -> None:
    row = here.take(here.log(), "accept")
    with pytest.raises(Refused, match="名单"):
        here.take(row, "dispatch", handler=UserFactory())
    with pytest.raises(Refused, match="名单"):
        here.take(row, "dispatch", co_handlers=[here.reporter])


def test_the_reporter_does_not_handle_the_own_request(here: Desk) -> None:
    appoint(Role.RED_STEWARD, here.grid.community, user=here.reporter)
    row = here.take(here.log(), "accept")
    with pytest.raises(Refused, match="以外"):
        here.take(row, "dispatch", handler=here.reporter)


def test_contact_lies_between_submission_and_now(here: Desk) -> None:
    row = here.walk(here.log(), "accept", "dispatch")
    for moment in (clock.now() + timedelta(hours=1), row.submitted_at - timedelta(days=1)):
        with pytest.raises(Refused, match="第一次联系"):
            here.take(row, "sign", first_contact_at=moment)
    to_the_minute = clock.now().replace(second=0, microsecond=0)
    assert here.take(row, "sign", first_contact_at=to_the_minute).state == State.IN_PROGRESS


def test_handing_back_is_counted_and_allowed_once(here: Desk) -> None:
    row = here.walk(here.log(), "accept", "dispatch", "hand_back")
    assert (row.state, row.handler, row.hop_count) == (State.ACCEPTED, None, 1)
    row = here.take(row, "dispatch")
    with pytest.raises(Refused, match="已经退过一次"):
        here.take(row, "hand_back")
    row = here.take(row, "sign")
    assert row.state == State.IN_PROGRESS


def test_what_is_missing_goes_back_to_the_handler(here: Desk) -> None:
    row = here.walk(here.log(), "accept", "dispatch", "sign", "reply", "send_back")
    assert (row.state, row.result, row.replied_at) == (State.IN_PROGRESS, "", None)
    assert "“厨房水管漏水”还差一点，请看审核意见。" in told(here.handler)


def test_the_second_is_told_what_the_first_did(here: Desk) -> None:
    seen = here.log()
    here.take(seen, "accept")
    with pytest.raises(Refused) as refusal:
        here.take(seen, "accept", by=here.secretary)
    assert f"网格长{here.leader.name}受理了" in str(refusal.value)
    assert "已受理" in str(refusal.value)


def test_a_step_back_and_forth_is_noticed_by_the_version(here: Desk) -> None:
    seen = here.walk(here.log(), "accept", "dispatch")
    here.walk(seen, "hand_back", "dispatch")
    with pytest.raises(Refused, match="就在您之前"):
        here.take(seen, "sign", version=seen.version)


def test_withdrawing_ends_it_for_all(here: Desk) -> None:
    row = here.walk(here.log(), "accept", "dispatch", "withdraw")
    assert row.state == State.WITHDRAWN
    assert "“厨房水管漏水”已由本人撤回，不用再办。" in told(here.handler)
    with pytest.raises(Refused, match="已经结束"):
        actions.add_update(row, by=here.reporter, text="又漏了")


def test_what_nobody_rates_is_closed_after_a_week_as_not_rated(here: Desk) -> None:
    row = here.walk(here.log(), "accept", "dispatch", "sign", "reply", "resolve")
    with clock.at(row.resolved_at + timedelta(days=6, hours=23)):
        call_command("close_unrated")
    row.refresh_from_db()
    assert row.state == State.RESOLVED
    with clock.at(row.resolved_at + timedelta(days=7)):
        call_command("close_unrated")
    row.refresh_from_db()
    assert row.state == State.CLOSED
    assert not Rating.objects.filter(request=row).exists()


def test_remarks_and_notes(here: Desk) -> None:
    row = here.walk(here.log(), "accept", "dispatch", "sign")
    actions.add_update(row, by=here.reporter, text="水更大了", photos=[small_photo()])
    actions.add_update(row, by=here.handler, note="要带 4 分管")
    actions.add_update(row, by=here.handler, photos=[small_photo()])
    kinds = [(one.kind, one.public_text, one.internal_note) for one in Update.objects.filter(request=row)][-3:]
    assert kinds == [("remark", "水更大了", ""), ("note", "", "要带 4 分管"), ("remark", "", "")]
    assert [one.moment for one in UpdatePhoto.objects.filter(update__request=row).order_by("pk")] == ["before", "after"]
    assert any("补充了情况" in text for text in told(here.leader))
    assert row.version == ServiceRequest.objects.get(pk=row.pk).version


def test_an_empty_remark_says_nothing(here: Desk) -> None:
    with pytest.raises(Refused, match="一句话"):
        actions.add_update(here.log(), by=here.reporter)


@pytest.mark.parametrize("who", ["other", "reporter"])
def test_notes_are_for_those_who_work_on_it(here: Desk, who: str) -> None:
    with pytest.raises(Refused, match="办理的人"):
        actions.add_update(here.log(), by=getattr(here, who), note="不该写的")


def test_a_tip_off_is_told_to_the_secretary_alone(here: Desk) -> None:
    row = here.log("tip_off", visibility="neighbourhood")
    assert row.is_confidential
    assert row.visibility == "handlers"
    assert told(here.leader) == []
    assert len(told(here.secretary)) == 1
    with pytest.raises(Refused, match="别的同志"):
        here.take(row, "accept", by=here.leader)
    here.take(row, "accept", by=here.secretary)


def test_where_nobody_leads_the_office_is_told(here: Desk) -> None:
    row = here.log(household=None, place="大门口", place_kind="elsewhere")
    assert row.grid is None
    assert len(told(here.secretary)) == 1


def test_updates_are_written_once(here: Desk) -> None:
    update = Update.objects.get(request=here.log())
    with pytest.raises(TypeError):
        update.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Update.objects.filter(pk=update.pk).update(public_text="改过")
    with pytest.raises(IntegrityError), transaction.atomic():
        Update.objects.filter(pk=update.pk).delete()


def test_a_round_is_rated_once(here: Desk) -> None:
    row = here.walk(here.log(), "accept", "dispatch", "sign", "reply", "resolve", "rate")
    rating = Rating.objects.get(request=row)
    rating.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        rating.save(force_insert=True)


def test_the_record_of_the_household_does_not_tell_what_was_said(here: Desk) -> None:
    here.log("mediation")
    assert not AuditEvent.objects.filter(household_id=here.household.pk).exists()


@pytest.mark.parametrize("slug", ["mediation", "assistance", "tip_off"])
def test_some_things_are_never_for_the_neighbours(here: Desk, slug: str) -> None:
    assert here.log(slug, visibility="neighbourhood").visibility == "handlers"
    assert here.log(visibility="neighbourhood").visibility == "neighbourhood"
    row = here.log(visibility="neighbourhood")
    assert here.take(row, "accept", by=here.secretary, category=here.category(slug)).visibility == "handlers"


def test_those_who_help_are_named_and_told(here: Desk) -> None:
    row = here.take(here.log(), "accept")
    here.take(row, "dispatch", co_handlers=[here.other])
    update = Update.objects.get(request=row, action="dispatch")
    assert words.headline(update, here.leader) == (
        f"您把这件事交给了红管家{here.handler.name}，红管家{here.other.name}协办"
    )
    assert any("请签收" in text for text in told(here.other))
