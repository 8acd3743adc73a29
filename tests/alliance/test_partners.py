"""Units join and leave; what they offer finds what neighbours need; one side proposes, the other answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from alliance.models import Need, Partner, Project, Resource
from alliance.partners import actions, matching
from alliance.partners import today as room
from alliance.partners.handed import handed_to
from alliance.partners.parties import parties_of
from alliance.partners.querysets import contacts_of
from alliance.partners.states import PROJECTS, NeedState, ProjectState
from community.models import Appointment, AuditEvent, Notice
from community.roles import Role
from core import clock
from core.refusal import Refused
from helpdesk import actions as requests
from helpdesk.actions import seed_categories
from helpdesk.models import Category
from helpdesk.querysets import possible_handlers
from tests.alliance.makers import WHY, a_unit, allied
from tests.asks import asks_of
from tests.factories import GridFactory, appoint, household_in, small_photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return allied()


def fresh(row):
    return type(row)._base_manager.get(pk=row.pk)


class TestUnits:
    def test_a_name_stands_once(self, here):
        with pytest.raises(Refused, match="已经在名单里"):
            actions.add_partner(here.community, by=here.staff, kind="party", name="市统计局", joined_on=clock.today())

    def test_leaving_ends_terms_and_what_was_not_done(self, here):
        project = actions.propose(here.partner, by=here.staff, title="清理楼道")
        assert [number for number, _words in actions.leaving(here.partner)] == [1, 1]
        actions.let_go(here.partner, by=here.secretary)
        assert fresh(project).state == ProjectState.DROPPED
        held = Appointment.objects.unscoped(reason=WHY).get(partner=here.partner)
        assert held.ends_on == clock.today()
        with pytest.raises(Refused):
            actions.let_go(here.partner, by=here.secretary)

    def test_what_a_unit_had_in_hand_when_it_left_waits_again(self, here):
        need = here.need()
        project = actions.propose(here.partner, by=here.staff, title="上门理发", need=need)
        actions.step_project(project, "agree", by=here.contact)
        assert fresh(need).state == NeedState.IN_HAND
        actions.let_go(here.partner, by=here.secretary)
        assert fresh(need).state == NeedState.OPEN

    def test_who_left_is_not_listed_and_offers_nothing(self, here, client):
        Partner.objects.unscoped(reason=WHY).update(left_on=clock.today() - timedelta(days=1))
        partner = fresh(here.partner)
        with pytest.raises(Refused, match="退出"):
            actions.offer_resource(partner, by=here.contact, topic="barber", title="理发")
        client.force_login(here.staff)
        assert "市统计局" not in client.get(reverse("alliance:partners")).text
        assert "市统计局" in client.get(reverse("alliance:partners"), {"left": "yes"}).text

    def test_a_contact_is_offered_with_the_unit(self, here):
        found = {one.user_id: one.place for one in possible_handlers(here.community.pk)}
        assert found[here.contact.pk] == "市统计局"


class TestMatching:
    def test_the_topic_and_the_words_are_the_reasons(self, here):
        need = here.need(until=clock.today() + timedelta(days=9))
        here.resource()
        (match,) = matching.for_need(need, Resource.objects.unscoped(reason=WHY))
        assert match.reasons == ["都是“理发修脚”", "都说到“上门”、“理发”", "时间赶得上"]

    def test_what_begins_after_the_day_does_not_fit(self, here):
        need = here.need(until=clock.today() + timedelta(days=9))
        here.resource(since=clock.today() + timedelta(days=10))
        assert matching.for_need(need, Resource.objects.unscoped(reason=WHY)) == []

    def test_ordinary_words_are_no_reason(self):
        assert matching.shared_words("社区居民需要志愿服务", "我们单位提供志愿服务活动") == []

    @given(st.text("理发修脚电脑义诊社区", max_size=12), st.text("理发修脚电脑义诊社区", max_size=12))
    def test_words_stand_in_both_and_none_within_another(self, one, other):
        found = matching.shared_words(one, other)
        assert all(word in one and word in other for word in found)
        assert not any(word in longer for word in found for longer in found if word != longer)
        assert found == matching.shared_words(other, one)

    @given(st.text("理发修脚电脑义诊", min_size=2, max_size=12))
    def test_the_same_text_is_shared(self, text):
        assert matching.shared_words(text, text)


class TestNeeds:
    def test_no_numbers_stand_in_a_need(self, here):
        with pytest.raises(Refused, match="电话"):
            here.need(text="王阿姨 13812345678 想理发")

    def test_a_contact_writes_none_down(self, here):
        with pytest.raises(Refused):
            actions.log_need(here.community, by=here.contact, topic="barber", title="理发")

    def test_it_follows_what_is_done_for_it(self, here):
        need, resource = here.need(), here.resource()
        project = actions.propose(here.partner, by=here.staff, title=need.title, need=need, resource=resource)
        assert fresh(need).state == NeedState.OPEN
        actions.step_project(project, "agree", by=here.contact)
        assert fresh(need).state == NeedState.IN_HAND
        actions.step_project(project, "start", by=here.contact)
        actions.step_project(project, "finish", by=here.contact, outcome="剪了二十位。")
        assert fresh(need).state == NeedState.MET
        with pytest.raises(Refused):
            actions.propose(here.partner, by=here.staff, title="再来", need=need)

    def test_it_is_open_again_when_the_project_is_dropped(self, here):
        need = here.need()
        project = actions.propose(here.partner, by=here.staff, title=need.title, need=need)
        with pytest.raises(Refused, match="正在对接"):
            actions.drop_need(need, by=here.leader, reason="不用了")
        actions.step_project(project, "agree", by=here.contact)
        actions.step_project(project, "drop", by=here.staff, outcome="人手不够")
        assert fresh(need).state == NeedState.OPEN
        assert actions.drop_need(need, by=here.leader, reason="不用了").state == NeedState.DROPPED

    def test_one_open_proposal_a_unit(self, here):
        need = here.need()
        actions.propose(here.partner, by=here.staff, title=need.title, need=need)
        with pytest.raises(Refused, match="已经跟这个单位提过"):
            actions.propose(here.partner, by=here.contact, title=need.title, need=need)


class TestProjects:
    def test_only_the_other_side_agrees(self, here):
        project = actions.propose(here.partner, by=here.contact, title="清理楼道")
        assert project.by_partner
        with pytest.raises(Refused):
            actions.step_project(project, "agree", by=here.contact)
        with pytest.raises(Refused):
            actions.step_project(project, "agree", by=here.leader)
        done = actions.step_project(project, "agree", by=here.staff)
        assert (done.state, done.agreed_by) == (ProjectState.AGREED, here.staff)

    def test_words_are_needed_to_drop_it(self, here):
        project = actions.propose(here.partner, by=here.staff, title="清理楼道")
        with pytest.raises(Refused, match="还缺"):
            actions.step_project(project, "decline", by=here.contact)

    def test_where_nobody_speaks_for_a_unit_another_of_the_office_writes_its_answer_down(self, here):
        silent = a_unit(here.community, "理发店", Partner.Kind.ENTERPRISE)
        project = actions.propose(silent, by=here.staff, title="理发")
        with pytest.raises(Refused):
            actions.step_project(project, "agree", by=here.staff)
        assert actions.step_project(project, "agree", by=here.secretary).state == ProjectState.AGREED

    def test_the_other_side_is_told_and_asked(self, here):
        actions.propose(here.partner, by=here.staff, title="清理楼道")
        told = Notice.objects.unscoped(reason=WHY).filter(user=here.contact, kind="project_proposed")
        assert told.get().text == "提议一起做：清理楼道。请您看一看，答复一下。"
        assert [ask.title for ask in asks_of(room, here.contact)] == ["想一起做：清理楼道"]
        assert asks_of(room, here.staff) == []

    def test_another_unit_sees_it_only_when_it_is_done(self, here, client):
        other = appoint(Role.PARTNER_CONTACT, a_unit(here.community, "电台"))
        project = actions.propose(here.partner, by=here.staff, title="清理楼道")
        assert not Project.objects.visible_to(other).exists()
        for action, by in (("agree", here.contact), ("start", here.staff)):
            project = actions.step_project(project, action, by=by)
        actions.step_project(project, "finish", by=here.staff, outcome="清完了")
        assert Project.objects.visible_to(other).exists()

    @given(st.data())
    def test_every_step_that_is_offered_can_be_taken(self, data):
        """Whatever order people take the steps in, none that a page offers is refused, and an end says how."""
        state = ""
        for _round in range(6):
            offered = [row for row in PROJECTS if row.source == state]
            if not offered:
                assert state in (ProjectState.DONE, ProjectState.DROPPED)
                return
            row = data.draw(st.sampled_from(offered))
            step = PROJECTS.find(state, row.action, row.who, dict.fromkeys(row.needs, "x"), target=row.target)
            assert "outcome" in row.needs or step.target not in (ProjectState.DONE, ProjectState.DROPPED)
            state = step.target

    def test_parties(self, here):
        project = actions.propose(here.partner, by=here.staff, title="清理楼道")
        assert parties_of(project, here.staff) == {"office", "asker"}
        assert parties_of(project, here.contact) == {"contact", "asked"}
        assert parties_of(project, here.leader) == frozenset()


class TestPages:
    def test_from_a_need_to_a_project_in_two_taps(self, here, client):
        need, resource = here.need(), here.resource()
        client.force_login(here.staff)
        page = client.get(need.get_absolute_url()).text
        assert "都是“理发修脚”" in page
        answer = client.post(reverse("alliance:propose_match", args=[need.pk, resource.pk]))
        project = Project.objects.unscoped(reason=WHY).get()
        assert answer.url == project.get_absolute_url()
        client.force_login(here.contact)
        assert "同意，一起做" in client.get(answer.url).text
        client.post(reverse("alliance:project_step", args=[project.pk, "agree"]))
        assert fresh(project).state == ProjectState.AGREED
        assert "说定了" in client.get(answer.url).text

    def test_a_contact_writes_for_the_own_unit_alone(self, here, client):
        other = a_unit(here.community, "电台")
        client.force_login(here.contact)
        words = {"topic": "culture", "title": "音响一套"}
        page = client.post(reverse("alliance:resource_new"), {"partner": other.pk, **words})
        assert page.status_code == 200
        assert not Resource.objects.unscoped(reason=WHY).exists()
        client.post(reverse("alliance:resource_new"), {"partner": here.partner.pk, **words})
        assert Resource.objects.unscoped(reason=WHY).get().partner == here.partner

    def test_lists_and_spreadsheets(self, here, client):
        here.need(), here.resource()
        actions.propose(here.partner, by=here.staff, title="清理楼道")
        client.force_login(here.staff)
        for name in ("partners", "needs", "resources", "projects", "pledges"):
            page = client.get(reverse(f"alliance:{name}"), {"q": "理发"})
            assert page.status_code == 200
            sheet = client.get(reverse(f"alliance:{name}"), {"format": "xlsx"})
            assert sheet["Content-Type"].startswith("application/vnd")

    def test_the_page_of_a_unit_asks_the_same_for_one_row_and_for_many(
        self, here, client, django_assert_max_num_queries
    ):
        for number in range(6):
            here.need(title=f"理发{number}")
            here.resource(title=f"理发师{number}")
            actions.propose(here.partner, by=here.staff, title=f"项目{number}")
            actions.make_pledge(here.partner, by=here.contact, title=f"承诺{number}", until=clock.today())
        client.force_login(here.contact)
        for url in (here.partner.get_absolute_url(), reverse("alliance:needs"), reverse("alliance:pledges")):
            client.get(url)
            with django_assert_max_num_queries(12):
                assert client.get(url).status_code == 200

    def test_the_record_tells_it_in_words(self, here, client):
        project = actions.propose(here.partner, by=here.staff, title="清理楼道")
        actions.step_project(project, "agree", by=here.contact)
        client.force_login(here.staff)
        page = client.get(project.get_absolute_url()).text
        assert page.index("提议一起做") < page.index("同意一起做")
        assert AuditEvent.objects.unscoped(reason=WHY).filter(verb="project_agree").count() == 1

    def test_a_unit_leaves_on_the_secretarys_word(self, here, client):
        client.force_login(here.secretary)
        url = reverse("alliance:partner_leave", args=[here.partner.pk])
        assert "1</b> <span>位联络员的任命到今天为止" in client.get(url).text
        client.post(url)
        assert fresh(here.partner).left_on == clock.today()

    def test_a_need_is_written_changed_and_dropped(self, here, client):
        client.force_login(here.leader)
        client.post(reverse("alliance:need_new"), {"topic": "phones", "title": "想学用手机"})
        need = Need.objects.unscoped(reason=WHY).get()
        client.post(reverse("alliance:need_edit", args=[need.pk]), {"topic": "phones", "title": "想学用手机看病"})
        assert fresh(need).title == "想学用手机看病"
        client.post(reverse("alliance:need_drop", args=[need.pk]), {"reason": "大学生来教过了"})
        assert fresh(need).state == NeedState.DROPPED


class TestHanded:
    def handed(self, here):
        """A request of the neighbourhood in the hands of the unit's contact."""
        seed_categories(here.community)
        category = Category.objects.unscoped(reason=WHY).get(community=here.community, slug="sanitation")
        home = household_in(GridFactory(community=here.community))
        row = requests.log_request(
            by=here.resident, reporter=here.resident, category=category, title="车棚墙上的小广告", household=home
        )
        row = requests.step(row, "accept", by=here.staff, category=category)
        return requests.step(row, "dispatch", by=here.staff, handler=here.contact)

    def test_the_unit_has_a_list_with_days(self, here):
        row = self.handed(here)
        (one,) = handed_to(here.partner, contacts_of(here.partner.pk), here.contact)
        assert (one.what, one.url, one.is_late) == ("车棚墙上的小广告", row.get_absolute_url(), False)
        with clock.at(row.due_at + timedelta(hours=1)):
            (one,) = handed_to(here.partner, contacts_of(here.partner.pk), here.contact)
            assert one.is_late

    def test_another_contact_of_the_unit_and_a_leader_read_its_kind_alone(self, here, client):
        self.handed(here)
        colleague = appoint(Role.PARTNER_CONTACT, here.partner)
        for reader in (colleague, here.leader):
            (one,) = handed_to(here.partner, contacts_of(here.partner.pk), reader)
            assert (one.what, one.url) == ("环境卫生", "")
        client.force_login(here.contact)
        assert "车棚墙上的小广告" in client.get(here.partner.get_absolute_url()).text

    def test_another_unit_sees_none_of_it(self, here, client):
        self.handed(here)
        other = allied(here.community, "电台")
        client.force_login(other.contact)
        page = client.get(here.partner.get_absolute_url()).text
        assert "环境卫生" not in page
        assert "车棚" not in page

    def test_what_is_done_leaves_the_list(self, here):
        row = self.handed(here)
        row = requests.step(row, "sign", by=here.contact, first_contact_at=clock.now())
        requests.step(row, "reply", by=here.contact, result="solved", text="清了", photos=[small_photo("white")])
        (one,) = handed_to(here.partner, contacts_of(here.partner.pk), here.contact)
        assert one.state == "待审核"
