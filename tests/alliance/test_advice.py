"""Sessions of the advisory group and their minutes: planned, written, corrected, signed by two, then unchangeable."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from icalendar import Calendar

from alliance.advice import actions, seal
from alliance.advice.calendar_file import calendar_file
from alliance.advice.states import State
from alliance.models import (
    AdviceAttendance,
    AdviceSession,
    Adviser,
    AgendaItem,
    MinutesRemark,
    Recommendation,
    RecommendationStep,
)
from community.models import Appointment, AuditEvent, Notice
from community.roles import Role
from core import clock
from core.refusal import Refused
from tests.alliance.advice_makers import Group, a_group
from tests.factories import UserFactory, appoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def group() -> Group:
    return a_group()


def notices_of(user) -> list[str]:
    return list(Notice.objects.unscoped(reason="test").filter(user=user).values_list("text", flat=True))


class TestPlanning:
    def test_all_who_are_invited_are_told_and_answer(self, group):
        session = group.plan()
        assert session.number is None
        assert [one.title for one in AgendaItem.objects.of(session)] == ["消防通道怎么腾出来", "老人上下楼"]
        assert "请说一声来不来" in notices_of(group.advisers[0])[0]
        seat = actions.answer_invitation(session, by=group.advisers[0], answer="coming")
        assert seat.answer == "coming"
        changed = actions.answer_invitation(session, by=group.advisers[0], answer="not_coming")
        assert changed.answer == "not_coming"
        assert AuditEvent.objects.of(session).filter(verb="advice_invitation_answered").count() == 2

    def test_an_adviser_plans_none_and_a_stranger_answers_none(self, group):
        with pytest.raises(Refused):
            group.plan(by=group.advisers[0])
        with pytest.raises(Refused, match="没有请您"):
            actions.answer_invitation(group.plan(), by=appoint(Role.ADVISER, group.community), answer="coming")

    def test_an_agenda_without_a_point_is_refused(self, group):
        with pytest.raises(Refused, match="至少写一项"):
            group.plan(agenda=["  "])

    def test_another_time_asks_everybody_again(self, group):
        session = group.plan()
        actions.answer_invitation(session, by=group.advisers[0], answer="coming")
        newcomer = appoint(Role.ADVISER, group.community)
        kept = {"by": group.staff, "version": session.version, "topic": session.topic, "place": session.place}
        people = [group.advisers[0], group.advisers[1], newcomer]
        later = session.starts_at + timedelta(days=2)
        session = actions.change_session(session, starts_at=later, agenda=["一件事"], invited=people, **kept)
        seats = AdviceAttendance.objects.of(session)
        assert {seat.user_id: seat.answer for seat in seats} == {one.pk: "" for one in people}
        assert "改了" in notices_of(group.advisers[0])[0]
        assert "不用您来了" in notices_of(group.advisers[2])[0]
        assert len(notices_of(newcomer)) == 1

    def test_what_another_has_changed_meanwhile_is_not_written_over(self, group):
        session = group.plan()
        given = {
            "by": group.staff,
            "topic": "别的",
            "starts_at": session.starts_at,
            "place": session.place,
            "agenda": ["一件事"],
            "invited": group.advisers,
        }
        actions.change_session(session, version=session.version, **given)
        with pytest.raises(Refused, match="别人刚改过"):
            actions.change_session(session, version=session.version, **given)

    def test_called_off_says_why_and_keeps_no_number(self, group):
        session = actions.call_off(group.plan(), by=group.staff, reason="下大雨")
        assert session.state == State.CALLED_OFF
        assert "下大雨" in notices_of(group.advisers[0])[0]
        with pytest.raises(Refused):
            group.draft(session)
        assert group.draft().number == 1
        assert group.draft().number == 2

    def test_a_session_held_before_is_written_down_without_telling_anybody(self, group):
        group.held()
        assert not notices_of(group.advisers[0])

    def test_a_calendar_takes_it_and_lets_it_go(self, group):
        session = group.plan()
        event = Calendar.from_ical(calendar_file(session, url="https://example.org/x")).walk("VEVENT")[0]
        assert event["STATUS"] == "CONFIRMED"
        assert event["LOCATION"] == session.place
        session = actions.call_off(session, by=group.staff, reason="下雨")
        gone = Calendar.from_ical(calendar_file(session, url="https://example.org/x")).walk("VEVENT")[0]
        assert (gone["STATUS"], gone["UID"]) == ("CANCELLED", event["UID"])
        assert gone["SEQUENCE"] > event["SEQUENCE"]


class TestMinutes:
    def test_they_are_written_when_it_has_begun(self, group):
        with pytest.raises(Refused, match="还没有开"):
            group.draft(group.plan())

    def test_the_draft_has_a_number_and_those_who_came(self, group):
        session = group.draft(added=[("垃圾分类", "下次再谈。")], guests="街道民政科一人")
        assert session.number == 1
        assert session.remarks_until == clock.today() + timedelta(days=5)
        assert [one.title for one in AgendaItem.objects.of(session)][-1] == "垃圾分类"
        came = {seat.user: seat.attended for seat in AdviceAttendance.objects.of(session)}
        assert came == {group.advisers[0]: True, group.advisers[1]: True, group.advisers[2]: False}
        assert "请您看看" in notices_of(group.advisers[0])[0]
        assert not notices_of(group.advisers[2])

    def test_who_came_without_an_invitation_is_written_down(self, group):
        session = group.draft(attended=[*group.advisers, group.secretary])
        seat = AdviceAttendance.objects.of(session).get(user=group.secretary)
        assert seat.attended
        assert not seat.is_adviser

    def test_a_correction_is_answered_before_anybody_signs(self, group):
        session = group.draft()
        remark = actions.add_remark(session, by=group.advisers[0], text="是三号楼")
        assert "更正" in notices_of(group.staff)[0]
        for one in group.advisers[:2]:
            actions.say_read(session, by=one)
        with pytest.raises(Refused, match="更正没有答复"):
            actions.send_for_signing(session, by=group.staff)
        with pytest.raises(Refused, match="为什么"):
            actions.answer_remark(remark, by=group.staff, answer="left")
        actions.answer_remark(remark, by=group.staff, answer="taken")
        assert actions.send_for_signing(session, by=group.staff).state == State.SIGNING
        with pytest.raises(Refused):
            actions.add_remark(session, by=group.advisers[0], text="还有一处")

    def test_only_who_was_there_corrects(self, group):
        with pytest.raises(Refused):
            actions.add_remark(group.draft(), by=group.advisers[2], text="我没去，但是")

    def test_the_days_for_corrections_are_waited_for_unless_all_have_read(self, group):
        session = group.draft()
        actions.say_read(session, by=group.advisers[0])
        with pytest.raises(Refused, match="更正可以提到"):
            actions.send_for_signing(session, by=group.staff)
        with clock.at(clock.now() + timedelta(days=6)):
            assert actions.send_for_signing(session, by=group.staff).state == State.SIGNING

    def test_whoever_has_read_a_draft_is_asked_again_about_another(self, group):
        session = group.draft()
        readers = [seat.user for seat in AdviceAttendance.objects.of(session).filter(attended=True)]
        for one in readers:
            actions.say_read(session, by=one)
        Notice.objects.all().delete()
        attended = [*readers, group.staff]
        session = actions.write_minutes(session, by=group.staff, version=session.version, attended=attended, said={})
        assert not AdviceAttendance.objects.of(session).filter(read_at__isnull=False).exists()
        assert {one.user for one in Notice.objects.all() if "改过了" in one.text} == set(readers)
        with pytest.raises(Refused, match="更正可以提到"):
            actions.send_for_signing(session, by=group.staff)

    @pytest.mark.parametrize("came", [1, 2])
    def test_without_two_who_can_sign_they_are_not_sent(self, group, came):
        session = group.draft(by=group.secretary, attended=[group.secretary, group.staff, *group.advisers][:came])
        for seat in AdviceAttendance.objects.of(session).filter(attended=True).exclude(user=group.secretary):
            actions.say_read(session, by=seat.user)
        with pytest.raises(Refused, match="至少要有两位"):
            actions.send_for_signing(session, by=group.staff)

    def test_two_sign_one_of_them_an_adviser(self, group):
        people = [group.secretary, UserFactory(name="另一位")]
        people[1] = appoint(Role.COMMUNITY_STAFF, group.community, user=people[1])
        session = group.send(group.draft(attended=[*people, *group.advisers[:1]]))
        for one in people:
            session = actions.sign_minutes(session, by=one, version=session.version)
        assert session.state == State.SIGNING
        session = actions.sign_minutes(session, by=group.advisers[0], version=session.version)
        assert session.state == State.APPROVED
        assert seal.agrees(session)

    def test_who_wrote_them_does_not_sign_nor_does_who_was_not_there(self, group):
        session = group.send(group.draft(attended=[group.staff, *group.advisers[:2]]))
        for one in (group.staff, group.advisers[2], group.secretary):
            with pytest.raises(Refused):
                actions.sign_minutes(session, by=one, version=session.version)

    def test_one_signature_counts_once_and_stands_under_what_was_read(self, group):
        session = group.send(group.draft())
        with pytest.raises(Refused, match="别人刚改过"):
            actions.sign_minutes(session, by=group.advisers[0], version=session.version - 1)
        actions.sign_minutes(session, by=group.advisers[0], version=session.version)
        with pytest.raises(Refused, match="已经签过"):
            actions.sign_minutes(session, by=group.advisers[0], version=session.version)
        session.refresh_from_db()
        assert session.state == State.SIGNING

    def test_opened_again_all_signatures_are_gone_and_the_wish_is_a_correction(self, group):
        session = group.send(group.draft())
        session = actions.sign_minutes(session, by=group.advisers[0], version=session.version)
        session = actions.open_again(session, by=group.advisers[1], reason="第二项写反了")
        assert session.state == State.DRAFTED
        assert not AdviceAttendance.objects.of(session).filter(signed_at__isnull=False).exists()
        assert MinutesRemark.objects.of(session).get().text == "第二项写反了"

    def test_an_adviser_whose_term_is_over_signs_no_more(self, group):
        group.send(group.draft())
        yesterday = clock.today() - timedelta(days=1)
        Appointment.objects.filter(user=group.advisers[0]).update(ends_on=yesterday)
        assert not AdviceSession.objects.visible_to(fresh(group.advisers[0])).exists()

    def test_the_secretary_is_told_of_what_waits_for_an_answer(self, group):
        group.approved("划黄线", "装扶手")
        assert "有 2 条建议等答复" in notices_of(group.secretary)[0]


def fresh(user):
    user.__dict__.pop("scope", None)
    return user


class TestGuards:
    """What was signed stays, whoever writes to the database."""

    def refused(self, change) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()

    def test_signed_minutes_stay(self, group):
        session = group.approved("划黄线")
        rows = AdviceSession.objects.filter(pk=session.pk)
        for change in (
            {"topic": "别的"},
            {"closing": "补一句"},
            {"digest": "0" * 64},
            {"state": State.DRAFTED, "approved_at": None, "digest": ""},
            {"number": 7},
        ):
            self.refused(lambda change=change: rows.update(**change))
        self.refused(rows.delete)
        rows.update(public_text="给居民看的话")

    def test_so_do_their_parts(self, group):
        session = group.approved("划黄线")
        for model in (AgendaItem, AdviceAttendance, MinutesRemark):
            rows = model.objects.of(session)
            self.refused(lambda model=model: self.another(model, session, group))
            if model is not MinutesRemark:
                self.refused(lambda rows=rows: rows.update(created_at=clock.now()))
                self.refused(lambda rows=rows: rows.delete())

    def another(self, model, session, group):
        own = {
            AgendaItem: {"position": 9, "title": "补的"},
            AdviceAttendance: {"user": group.secretary},
            MinutesRemark: {"by": group.staff, "text": "补的"},
        }
        model.objects.create(community=group.community, session=session, **own[model])

    def test_a_recommendation_stays_as_it_was_signed_and_its_answer_is_only_added_to(self, group):
        row = group.advised()
        rows = Recommendation.objects.filter(pk=row.pk)
        self.refused(lambda: rows.update(text="别的"))
        self.refused(lambda: rows.update(due_on=clock.today()))
        self.refused(rows.delete)
        self.refused(
            lambda: Recommendation.objects.create(
                community=group.community,
                session=row.session,
                position=2,
                text="补一条",
                to_whom="谁",
                due_on=clock.today(),
            )
        )
        actions.answer_recommendation(row, by=group.secretary, verdict="adopted", words="这个月划。")
        steps = RecommendationStep.objects.filter(recommendation=row)
        self.refused(lambda: steps.update(words="没说过"))
        self.refused(steps.delete)

    def test_a_draft_can_be_changed_but_not_deleted(self, group):
        session = group.draft()
        self.refused(lambda: AdviceSession.objects.filter(pk=session.pk).delete())
        group.draft(session, closing="补一句")

    def test_the_constraints_speak_the_same_language(self, group):
        session = group.plan()
        self.refused(lambda: AdviceSession.objects.filter(pk=session.pk).update(number=1))
        self.refused(lambda: AdviceSession.objects.filter(pk=session.pk).update(state=State.APPROVED))
        seat = AdviceAttendance.objects.filter(session=session)
        self.refused(lambda: seat.update(signed_at=clock.now()))

    def test_what_was_changed_beside_the_portal_shows(self, group):
        session = group.approved("划黄线")
        assert seal.agrees(session)
        session.closing = "悄悄改的"
        assert not seal.agrees(session)


class TestMembers:
    def test_a_name_is_read_by_residents_only_by_consent(self, group):
        adviser = group.advisers[0]
        with pytest.raises(Refused, match="怎么同意"):
            actions.set_naming(group.community, adviser, by=group.staff, is_named=True)
        told = actions.set_naming(group.community, adviser, by=group.staff, is_named=True, how="当面签了同意书")
        assert told.consent_by == group.staff
        told = actions.set_naming(group.community, adviser, by=adviser, is_named=False)
        assert (told.is_named, told.consent_how, told.consent_by) == (False, "", None)

    def test_nobody_speaks_for_another(self, group):
        with pytest.raises(Refused):
            actions.set_naming(group.community, group.advisers[0], by=group.advisers[1], is_named=True, how="他说的")
        with pytest.raises(Refused, match="不是顾问"):
            actions.describe_adviser(group.community, group.secretary, by=group.staff, background="书记")

    def test_a_consent_taken_back_takes_the_name_off_what_was_made_public(self, group):
        adviser = group.advisers[0]
        actions.set_naming(group.community, adviser, by=adviser, is_named=True)
        session = group.publish(group.approved(), public_text=f"{adviser.name}讲了停车。")
        other = group.publish(group.approved())
        actions.set_naming(group.community, adviser, by=adviser, is_named=False)
        session.refresh_from_db()
        other.refresh_from_db()
        assert session.published_at is None
        assert other.published_at is not None
        assert "先不公开了" in notices_of(group.secretary)[0]

    def test_the_group_says_what_it_is(self, group):
        made = actions.change_group(group.community, by=group.staff, name="顾问团", about="请五位老师出主意。")
        again = actions.change_group(group.community, by=group.staff, name="智囊团")
        assert (again.pk, again.name, again.about) == (made.pk, "智囊团", "")
        with pytest.raises(Refused):
            actions.change_group(group.community, by=group.advisers[0], name="我们")
        with pytest.raises(Refused, match="13912345678"):
            actions.change_group(group.community, by=group.staff, name="顾问团", about="电话 13912345678")

    def test_what_is_told_of_an_adviser_is_kept_once(self, group):
        adviser = group.advisers[0]
        actions.describe_adviser(group.community, adviser, by=adviser, background="社会学副教授")
        actions.describe_adviser(group.community, adviser, by=group.staff, background="社会学教授")
        assert Adviser.objects.in_community(group.community.pk).get().background == "社会学教授"
