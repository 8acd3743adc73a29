"""Care: who is cared for and how, what is due for review, what the register suggests."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from community import today
from community.models import AuditEvent
from community.roles import Role
from core import clock
from core.refusal import Refused
from core.spreadsheets import read_sheets
from grids import actions
from grids.care import hints as care_hints
from grids.care.hints import Hint
from grids.codes import Cadence
from grids.models import CareTag, Pairing
from tests.factories import (
    GridFactory,
    HouseholdFactory,
    MembershipFactory,
    ResidentFactory,
    appoint,
    household_in,
    in_care,
    neighbour_of,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _now():
    with clock.at(NOW):
        yield


@pytest.fixture
def household():
    household = household_in(GridFactory())
    household.head = MembershipFactory(household=household, resident__name="王秀英").resident
    household.save()
    return household


@pytest.fixture
def leader(household, client):
    leader = appoint(Role.GRID_LEADER, household.building.grid)
    client.force_login(leader)
    return leader


def given(**more):
    return {
        "version": 1,
        "starts_on": "2026-11-01",
        "level": "",
        "evidence": "",
        "review_due": "",
        "cadence": "",
        **more,
    }


class TestATag:
    def test_is_set_for_a_member_with_everything_that_is_known(self, household, leader, client):
        form = given(
            resident=str(household.head.pk),
            category="disabled",
            level="2",
            evidence="残疾证 3211",
            review_due="2027-05-01",
            cadence="quarterly",
        )
        answer = client.post(reverse("grids:care_add", args=[household.pk]), form)
        assert answer.url == f"{household.get_absolute_url()}#care"
        tag = CareTag.objects.get()
        assert (tag.title, tag.resident, tag.evidence) == ("残疾（二级）", household.head, "残疾证 3211")
        assert (tag.starts_on, tag.review_due) == (date(2026, 11, 1), date(2027, 5, 1))
        assert tag.visited == Cadence.QUARTERLY
        event = AuditEvent.objects.get(verb="care_set")
        assert event.household_id == household.pk
        assert event.changes["evidence"] == ["", "＊＊＊"]

    def test_shows_its_evidence_masked_and_in_plain_for_a_purpose(self, household, leader, client):
        tag = in_care(household, evidence="低保证 12345")
        page = client.get(household.get_absolute_url()).text
        assert "低保证 12345" not in page
        address = reverse("community:reveal", args=["grids.caretag", tag.pk, "evidence"])
        assert address in page
        assert client.get(address).status_code == 200

    def test_is_not_shown_in_plain_to_the_steward(self, household, client):
        tag = in_care(household, evidence="低保证 12345")
        client.force_login(appoint(Role.BUILDING_STEWARD, household.building))
        address = reverse("community:reveal", args=["grids.caretag", tag.pk, "evidence"])
        page = client.get(household.get_absolute_url()).text
        assert "低保" in page
        assert address not in page
        assert client.get(address).status_code == 404

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"category": "minimum_allowance", "level": "1"}, "不分等级"),
            ({"category": "minimum_allowance", "starts_on": "2026-11-21"}, "还没有到"),
            ({"category": "minimum_allowance", "review_due": "2026-10-01"}, "以后"),
            ({"category": "disabled", "level": "5"}, "请从列出的里面选"),
            ({"category": ""}, "请填写这一项"),
        ],
    )
    def test_says_what_to_mend_and_keeps_what_was_typed(self, household, leader, client, wrong, sentence):
        form = given(**{"resident": "", "evidence": "低保证 678", **wrong})
        page = client.post(reverse("grids:care_add", args=[household.pk]), form).text
        assert sentence in page
        assert "低保证 678" in page
        assert not CareTag.objects.exists()

    def test_is_set_once(self, household, leader, client):
        in_care(household)
        page = client.post(reverse("grids:care_add", args=[household.pk]), given(category="minimum_allowance")).text
        assert "已经有这个标签" in page
        with pytest.raises(Refused, match="已经有了"):
            actions.set_care(household, category="minimum_allowance", evidence="证", by=leader)
        assert actions.set_care(household, category="minimum_allowance", by=leader) == CareTag.objects.get()

    def test_is_for_who_lives_here_and_is_alive(self, household, leader):
        with pytest.raises(Refused, match="不是这一户"):
            actions.set_care(household, category="disabled", resident=ResidentFactory(), by=leader)
        household.head.deceased_on = TODAY
        with pytest.raises(Refused, match="不是这一户"):
            actions.set_care(household, category="disabled", resident=household.head, by=leader)

    def test_says_who_was_faster(self, household, leader, client):
        actions.change_household(household, by=leader, note="甲")
        page = client.post(reverse("grids:care_add", args=[household.pk]), given(category="destitute")).text
        assert f"{leader.name}刚刚改过" in page

    def test_is_set_once_by_a_double_click(self, household, leader, client):
        form = given(category="destitute", submission="6a1f5a34-3f52-4a37-bb3c-6dc8b8a4b0a1")
        url = reverse("grids:care_add", args=[household.pk])
        assert client.post(url, form).url == client.post(url, form).url
        assert CareTag.objects.count() == 1

    def test_is_changed_with_blank_meaning_keep(self, household, leader, client):
        tag = in_care(household, category="disabled", level="2", evidence="残疾证 3211")
        form = given(level="1", cadence="quarterly", starts_on="2025-01-01", review_due="2027-01-01")
        assert client.post(reverse("grids:care_change", args=[tag.pk]), form).status_code == 302
        tag.refresh_from_db()
        assert (tag.level, tag.evidence, tag.visited) == ("1", "残疾证 3211", Cadence.QUARTERLY)
        assert AuditEvent.objects.get(verb="care_changed").changes["level"] == ["2", "1"]

    def test_of_another_category_has_no_level_to_choose(self, household, leader, client):
        tag = in_care(household)
        assert 'name="level"' not in client.get(reverse("grids:care_change", args=[tag.pk])).text

    def test_ends_with_a_reason_and_holds_no_longer_today(self, household, leader, client):
        tag = in_care(household)
        url = reverse("grids:care_end", args=[tag.pk])
        assert "请写一句原因" in client.post(url, {"reason": ""}).text
        client.post(url, {"reason": "找到工作了"})
        tag.refresh_from_db()
        assert tag.ends_on == TODAY - timedelta(days=1)
        assert not tag.is_current
        assert AuditEvent.objects.get(verb="care_ended").reason == "找到工作了"
        assert client.get(url).status_code == 404

    def test_that_began_today_was_a_mistake_and_goes(self, household, leader):
        tag = actions.set_care(household, category="destitute", by=leader)
        actions.end_care(tag, by=leader, reason="登错了户")
        assert not CareTag.objects.exists()
        assert AuditEvent.objects.filter(verb="care_ended", household_id=household.pk).exists()

    def test_ends_on_a_day_that_was(self, household, leader):
        tag = in_care(household)
        for day in (date(2024, 12, 31), TODAY + timedelta(days=1)):
            with pytest.raises(Refused, match="最后一天"):
                actions.end_care(tag, by=leader, reason="迁出", last_day=day)
        assert actions.end_care(tag, by=leader, reason="迁出", last_day=date(2026, 6, 30)).ends_on == date(2026, 6, 30)

    def test_is_the_last_and_takes_the_pairings_with_it(self, household, leader, client):
        first, last = in_care(household), in_care(household, category="destitute")
        steward = appoint(Role.BUILDING_STEWARD, household.building)
        actions.pair(household, kind="steward", person=steward, by=leader)
        assert "还是关爱户" in client.get(reverse("grids:care_end", args=[first.pk])).text
        actions.end_care(first, by=leader, reason="换了类别")
        assert Pairing.objects.exists()
        page = client.get(reverse("grids:care_end", args=[last.pk])).text
        assert "个结对也会结束" in page
        actions.end_care(last, by=leader, reason="不再困难")
        assert not Pairing.objects.current().exists()
        assert "不再困难" in AuditEvent.objects.get(verb="pairing_ended").reason

    def test_belongs_to_whoever_decides_there(self, household, leader, client):
        other = in_care(household_in(GridFactory(community=household.community)))
        appoint(Role.BUILDING_STEWARD, other.household.building, user=leader)
        for name in ("care_change", "care_end"):
            assert client.get(reverse(f"grids:{name}", args=[other.pk])).status_code == 404
        assert client.get(reverse("grids:care_add", args=[other.household.pk])).status_code == 404


class TestTheList:
    def test_is_filtered_by_everything(self, household, leader, client):
        due = in_care(household, category="disabled", level="1", review_due=TODAY)
        soon = in_care(neighbour_of(household), review_due=TODAY + timedelta(days=30))
        often = in_care(neighbour_of(household), cadence="monthly")
        away = in_care(household_in(GridFactory(community=household.community)), review_due=TODAY)
        in_care(neighbour_of(household, left_on=TODAY))

        def found(**query):
            return {tag for tag, _tone in client.get(reverse("grids:care"), query).context["rows"]}

        assert found() == {due, soon, often}
        assert found(category="disabled") == {due}
        assert found(review="due") == {due}
        assert found(review="soon") == {soon}
        assert found(review="none") == {often}
        assert found(cadence="monthly") == {due, often}
        assert found(cadence="quarterly") == {soon}
        assert found(building=household.building_id) == {due, soon, often}
        client.force_login(appoint(Role.COMMUNITY_STAFF, household.community))
        assert found() == {due, soon, often, away}
        assert found(grid=away.household.building.grid_id) == {away}

    def test_counts_and_sorts(self, household, leader, client):
        in_care(household, review_due=TODAY - timedelta(days=3))
        in_care(household, category="destitute")
        in_care(neighbour_of(household), review_due=TODAY - timedelta(days=9))
        answer = client.get(reverse("grids:care"), {"sort": "review"})
        assert answer.context["tallies"] == {"tags": 3, "households": 2, "due": 2, "soon": 0}
        days = [tag.review_due for tag, _tone in answer.context["rows"]]
        assert days == [TODAY - timedelta(days=9), TODAY - timedelta(days=3), None]

    def test_is_a_spreadsheet_with_the_evidence_masked(self, household, leader, client):
        in_care(household, resident=household.head, category="disabled", level="3", evidence="残疾证 3211")
        content = client.get(reverse("grids:care"), {"format": "xlsx"}).content
        (sheet,) = read_sheets(content, "关爱对象.xlsx")
        assert sheet.rows[1][3:6] == ["王秀英", "残疾（三级）", "＊＊＊"]

    def test_today_asks_for_reviews(self, household, leader, client):
        in_care(household, review_due=TODAY)
        titles = [ask.title for ask in today.gather(leader)]
        assert "关爱标签到期要复核 1 个" in titles


class TestSuggestions:
    def person(self, household, born, **fields):
        return MembershipFactory(household=household, resident__birth_date=born, **fields)

    def test_eighty_and_not_marked(self, household, leader):
        eighty = self.person(household, date(1946, 11, 20))
        self.person(household, date(1946, 11, 21))
        by_year = self.person(household, "1940")
        marked = self.person(household, date(1930, 1, 1))
        in_care(household, resident=marked.resident, category="very_old")
        self.person(household, date(1930, 1, 1), resident__deceased_on=TODAY)
        self.person(household, "")
        self.person(HouseholdFactory(), date(1930, 1, 1))
        assert set(care_hints.of_kind(Hint.VERY_OLD, leader)) == {eighty, by_year}

    def test_sixty_and_alone_and_not_marked(self, household, leader):
        couple = neighbour_of(household)
        self.person(couple, date(1950, 1, 1))
        self.person(couple, date(1950, 1, 1))
        alone = self.person(neighbour_of(household), date(1966, 11, 20))
        self.person(neighbour_of(household), date(1966, 11, 21))
        self.person(neighbour_of(household, kind="registered_only"), date(1950, 1, 1))
        marked = self.person(neighbour_of(household), date(1950, 1, 1))
        in_care(marked.household, category="living_alone")
        widowed = self.person(neighbour_of(household), date(1950, 1, 1))
        self.person(widowed.household, date(1948, 1, 1), ends_on=date(2026, 1, 1))
        head = household.head
        found = {one.resident for one in care_hints.of_kind(Hint.ALONE, leader)}
        assert found == {alone.resident, widowed.resident, head}

    def test_tags_of_who_has_died_or_moved_are_left_behind(self, household, leader):
        dead = self.person(household, date(1930, 1, 1), resident__deceased_on=TODAY)
        gone = self.person(household, date(1930, 1, 1), ends_on=date(2026, 1, 1))
        here = self.person(household, date(1930, 1, 1))
        tags = [in_care(household, resident=one.resident) for one in (dead, gone, here)]
        empty = in_care(neighbour_of(household, left_on=TODAY))
        assert set(care_hints.of_kind(Hint.LEFT_BEHIND, leader)) == {tags[0], tags[1], empty}

    def test_are_offered_one_kind_at_a_time_and_lead_to_a_filled_form(self, household, leader, client):
        old = self.person(household, date(1940, 1, 1), resident__name="钱桂珍")
        page = client.get(reverse("grids:care_hints"))
        assert "钱桂珍" in page.text
        assert "1940-01-01" not in page.text
        url = reverse("grids:care_add", args=[household.pk])
        assert f"{url}?resident={old.resident_id}&amp;category=very_old" in page.text
        form = client.get(url, {"resident": str(old.resident_id), "category": "very_old"}).context["form"]
        assert (form["resident"].value(), form["category"].value()) == (str(old.resident_id), "very_old")
        assert client.get(reverse("grids:care_hints"), {"kind": "left_behind"}).status_code == 200
        assert client.get(reverse("grids:care_hints"), {"kind": "alone", "format": "xlsx"}).status_code == 200


@pytest.mark.parametrize("page", ["care", "care_hints", "care_add", "care_change", "care_end", "household"])
def test_the_number_of_queries_does_not_grow(page, household, leader, client, django_assert_max_num_queries):
    tag = in_care(household, review_due=TODAY)
    MembershipFactory(household=household, resident__birth_date=date(1930, 1, 1))
    own = {"care_add": household.pk, "household": household.pk, "care_change": tag.pk, "care_end": tag.pk}
    url = reverse(f"grids:{page}", args=[own[page]] if page in own else [])
    with django_assert_max_num_queries(13 if page == "household" else 12) as few:
        assert client.get(url).status_code == 200
    for _ in range(30):
        other = neighbour_of(household)
        old = MembershipFactory(household=other, resident__birth_date=date(1930, 1, 1))
        in_care(other, resident=old.resident, category="disabled")
        MembershipFactory(household=household)
    with django_assert_max_num_queries(len(few)):
        assert client.get(url).status_code == 200
