"""Recommendations: answered with a reason, followed, linked to what came of them, told to residents; and studies."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alliance.advice import actions
from alliance.advice.came_of import lines_of
from alliance.advice.states import Progress, Verdict
from alliance.models import Recommendation, RecommendationStep, Study
from community.files import path_of
from community.models import Attachment, AuditEvent, Notice
from core import clock
from core.refusal import Refused
from tests.alliance.advice_makers import Group, a_group
from tests.core.test_files import pdf
from tests.factories import Desk, desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def group() -> Group:
    return a_group()


@pytest.fixture
def here() -> Desk:
    return desk()


@pytest.fixture
def beside(here: Desk) -> Group:
    """The group of the community whose desk takes requests."""
    return a_group(here.grid.community)


def answered(group: Group, verdict: str = "adopted", **fields) -> Recommendation:
    given = {"by": group.secretary, "verdict": verdict, "words": "这个月就办。", **fields}
    return actions.answer_recommendation(group.advised(), **given)


class TestAnswers:
    @pytest.mark.parametrize(("verdict", "progress"), [("adopted", "planned"), ("partly", "planned"), ("declined", "")])
    def test_each_answer_has_its_reason_and_what_is_adopted_a_day_to_look(self, group, verdict, progress):
        row = answered(group, verdict)
        assert (row.verdict, row.progress, row.answer) == (verdict, progress, "这个月就办。")
        assert (row.look_on is None) == (verdict == "declined")
        told = Notice.objects.unscoped(reason="test").filter(user=group.advisers[0]).first()
        assert "有答复了" in told.text

    def test_without_a_reason_or_by_another_than_the_secretary_it_is_refused(self, group):
        row = group.advised()
        for by, words in ((group.secretary, "  "), (group.staff, "好"), (group.advisers[0], "好")):
            with pytest.raises(Refused):
                actions.answer_recommendation(row, by=by, verdict="adopted", words=words)

    def test_while_the_minutes_are_a_draft_nobody_answers(self, group):
        row = group.advise(group.draft())
        with pytest.raises(Refused, match="没有定稿"):
            actions.answer_recommendation(row, by=group.secretary, verdict="adopted", words="好。")

    @pytest.mark.parametrize("words", ["请打 13912345678", "3幢2单元501 不同意", "钱学文说了算"])
    def test_what_residents_may_read_holds_no_numbers_doors_or_names(self, group, words):
        with pytest.raises(Refused, match="不能写"):
            answered(group, words=words)

    def test_a_second_answer_stands_beside_the_first(self, group):
        row = answered(group, "declined")
        row = actions.answer_recommendation(row, by=group.secretary, verdict="partly", words="先做一半。")
        assert (row.verdict, row.progress) == (Verdict.PARTLY, Progress.PLANNED)
        steps = RecommendationStep.objects.filter(recommendation=row, kind="answer")
        assert [one.verdict for one in steps] == ["declined", "partly"]

    def test_declined_after_all_it_is_not_followed_any_more(self, group):
        row = actions.answer_recommendation(answered(group), by=group.secretary, verdict="declined", words="没有钱。")
        assert (row.progress, row.look_on) == ("", None)
        with pytest.raises(Refused):
            actions.follow_up(row, by=group.staff, action="go_on", words="还是做")


class TestDrafts:
    def test_the_text_can_be_changed_until_it_is_signed(self, group):
        session = group.draft()
        first, second, third = (group.advise(session, text) for text in ("一", "二", "三"))
        actions.change_recommendation(first, by=group.staff, text="壹", to_whom="街道", due_on=first.due_on)
        actions.drop_recommendation(second, by=group.staff)
        rows = Recommendation.objects.of(session).order_by("position")
        assert [(one.position, one.text) for one in rows] == [(1, "壹"), (2, "三")]
        assert third.due_on == clock.today() + timedelta(days=30)

    def test_a_change_of_it_is_a_change_of_the_minutes(self, group):
        session = group.draft()
        group.advise(session)
        with pytest.raises(Refused, match="别人刚改过"):
            group.draft(session)

    def test_signed_it_is_not(self, group):
        row = group.advised()
        with pytest.raises(Refused):
            actions.change_recommendation(row, by=group.staff, text="壹", to_whom="街道", due_on=row.due_on)
        with pytest.raises(Refused):
            actions.drop_recommendation(row, by=group.staff)


class TestFollowing:
    def test_from_planned_to_done_and_on_again(self, group):
        row = answered(group)
        row = actions.follow_up(row, by=group.staff, action="go_on", words="开工了")
        assert row.progress == Progress.DOING
        later = clock.today() + timedelta(days=9)
        row = actions.follow_up(row, by=group.staff, action="look", words="下周收尾", look_on=later)
        assert (row.progress, row.look_on) == (Progress.DOING, later)
        row = actions.follow_up(row, by=group.staff, action="finish", words="划好了")
        assert (row.progress, row.look_on) == (Progress.DONE, None)
        told = Notice.objects.unscoped(reason="test").filter(user=group.advisers[0]).first()
        assert "做好了" in told.text
        row = actions.follow_up(row, by=group.staff, action="go_on", words="又磨掉了，再划")
        assert row.progress == Progress.DOING

    def test_every_step_needs_a_word_and_the_office(self, group):
        row = answered(group)
        with pytest.raises(Refused):
            actions.follow_up(row, by=group.staff, action="finish", words=" ")
        with pytest.raises(Refused):
            actions.follow_up(row, by=group.advisers[0], action="finish", words="好了")


class TestWhatCameOfIt:
    def test_words_alone_are_enough_nothing_is_not(self, group):
        row = answered(group)
        actions.record_outcome(row, by=group.staff, words="门口贴了图。")
        (line,) = lines_of([row], group.staff)
        assert [one.words for one in line.came] == ["门口贴了图。"]
        with pytest.raises(Refused):
            actions.record_outcome(row, by=group.staff)

    def test_a_request_is_told_by_its_kind_and_opens_to_those_who_work_with_it(self, here, beside):
        row, request = answered(beside), here.log("public_fixtures")
        actions.record_outcome(row, by=beside.staff, request=request)
        (mine,), (theirs,), (everybodys,) = (
            lines_of([row], reader)[0].came for reader in (beside.staff, beside.advisers[0], here.reporter)
        )
        assert mine.url == request.get_absolute_url()
        assert theirs.url == everybodys.url == ""
        assert request.title not in theirs.words
        assert "公共设施" in theirs.words
        with pytest.raises(Refused, match="已经连上"):
            actions.record_outcome(row, by=beside.staff, request=request)

    def test_its_story_is_open_to_everybody_once_it_was_told(self, here, beside):
        from django.contrib.auth.models import AnonymousUser

        from helpdesk.actions.stories import tell_story

        row = answered(beside)
        request = here.log("public_fixtures", visibility="neighbourhood")
        request = here.walk(request, "accept", "dispatch", "sign", "reply", "resolve")
        actions.record_outcome(row, by=beside.staff, request=request)
        story = tell_story(request, by=here.leader, title="路灯亮了")
        came = lines_of([row], AnonymousUser())[0].came[0]
        assert str(story.pk) in came.url

    def test_what_is_confidential_is_not_linked(self, here, beside):
        row, request = answered(beside), here.log("tip_off")
        with pytest.raises(Refused, match="保密"):
            actions.record_outcome(row, by=beside.secretary, request=request)

    def test_neither_is_another_communitys(self, here, group):
        with pytest.raises(Refused, match="本社区"):
            actions.record_outcome(answered(group), by=group.staff, request=here.log())

    def test_of_what_was_declined_nothing_comes(self, group):
        with pytest.raises(Refused, match="采纳了的"):
            actions.record_outcome(answered(group, "declined"), by=group.staff, words="做了。")


class TestPublishing:
    def test_only_signed_minutes_and_only_by_the_secretary(self, group):
        with pytest.raises(Refused):
            group.publish(group.draft())
        with pytest.raises(Refused):
            group.publish(group.approved(), by=group.staff)

    def test_a_recommendation_can_be_kept_back(self, group):
        session = group.approved("划黄线", "帮三楼那一户修门")
        shown = [one for one in Recommendation.objects.of(session) if one.position == 1]
        group.publish(session, public=shown)
        assert [one.text for one in Recommendation.objects.out()] == ["划黄线"]

    def test_names_without_consent_stand_in_the_way_of_what_is_shown(self, group):
        session = group.approved("钱学文提的停车方案")
        with pytest.raises(Refused, match="钱学文"):
            group.publish(session)
        group.publish(session, public=[])
        actions.set_naming(group.community, group.advisers[0], by=group.advisers[0], is_named=True)
        group.publish(session)
        assert Recommendation.objects.out().count() == 1

    def test_taken_off_again_nobody_reads_it(self, group):
        session = actions.unpublish_session(group.publish(group.approved("划黄线")), by=group.secretary)
        assert session.published_at is None
        assert not Recommendation.objects.out().exists()
        with pytest.raises(Refused, match="没有公开"):
            actions.unpublish_session(session, by=group.secretary)


class TestStudies:
    def test_let_out_and_taken_back(self, group):
        study = group.study()
        assert not Study.objects.out().exists()
        study = actions.release_study(study, by=group.staff)
        assert Study.objects.out().get() == study
        with pytest.raises(Refused, match="先收回"):
            actions.drop_study(study, by=group.staff)
        study = actions.take_back_study(study, by=group.staff)
        assert not Study.objects.out().exists()

    def test_another_file_is_to_be_let_out_anew_and_the_old_one_is_gone(
        self, group, django_capture_on_commit_callbacks
    ):
        study = actions.release_study(group.study(), by=group.staff)
        old = study.paper
        kept = {name: getattr(study, name) for name in ("title", "authors", "year", "summary")}
        with django_capture_on_commit_callbacks(execute=True):
            study = actions.change_study(study, by=group.staff, paper=pdf() + b"\n", **kept)
        assert study.released_at is None
        assert not Attachment.objects.filter(pk=old.pk).exists()
        assert not path_of(old.sha256).exists()
        assert path_of(study.paper.sha256).exists()

    def test_dropped_with_its_file(self, group, django_capture_on_commit_callbacks):
        study = group.study()
        sha256 = study.paper.sha256
        with django_capture_on_commit_callbacks(execute=True):
            actions.drop_study(study, by=group.staff)
        assert not Study.objects.filter(pk=study.pk).exists()
        assert not path_of(sha256).exists()
        assert AuditEvent.objects.filter(verb="study_dropped").exists()

    def test_an_adviser_reads_and_changes_nothing(self, group):
        study = group.study()
        with pytest.raises(Refused):
            actions.release_study(study, by=group.advisers[0])
        assert Study.objects.visible_to(group.advisers[0]).get() == study
        assert not Study.objects.visible_to(a_group().secretary).exists()
