"""A request is taken up and handed out: in one step, to whom the rules suggest, with helpers, with words kept ready."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from community.models import Notice, User
from community.roles import Role
from core.refusal import Refused
from helpdesk.actions import handing_out
from helpdesk.actions import settings as setting_actions
from helpdesk.models import ServiceRequest, Update
from helpdesk.querysets import possible_handlers
from helpdesk.states import State
from tests.factories import Desk, appoint, neighbour_of
from tests.helpdesk.people import As

pytestmark = pytest.mark.django_db


def url_of(row: ServiceRequest, action: str) -> str:
    return reverse("helpdesk:step", args=[row.pk, action])


def key_of(row: ServiceRequest, user: User) -> str:
    people = possible_handlers(row.community_id, row.category)
    return next(str(one.pk) for one in people if one.user_id == user.pk)


def sent(row: ServiceRequest, **fields: Any) -> dict[str, Any]:
    return {"submission": str(uuid4()), "version": str(row.version), "category": str(row.category_id), **fields}


def course(row: ServiceRequest) -> list[str]:
    return [one.action for one in Update.objects.filter(request=row)]


# Both steps at once


def test_accepted_and_handed_out_with_one_button(here: Desk, enter: As) -> None:
    row = here.log()
    browser = enter(here.leader)
    typed = {"text": "先关上小阀门。", "handler": key_of(row, here.handler), "note": "带上扳手"}
    answer = browser.post(url_of(row, "accept"), sent(row, **typed))
    assert answer.status_code == 302
    row.refresh_from_db()
    assert (row.state, row.handler, row.accepted_by) == (State.DISPATCHED, here.handler, here.leader)
    assert course(row) == ["log", "accept", "dispatch"]
    accepted, dispatched = Update.objects.filter(request=row)[1:]
    assert (accepted.public_text, dispatched.internal_note) == ("先关上小阀门。", "带上扳手")
    told = Notice.objects.filter(user=here.reporter).values_list("kind", flat=True)
    assert list(told) == ["request_dispatch"]
    assert Notice.objects.filter(user=here.handler, kind="request_dispatch").count() == 1


def test_without_a_handler_it_is_only_accepted(here: Desk, enter: As) -> None:
    row = here.log()
    enter(here.leader).post(url_of(row, "accept"), sent(row))
    row.refresh_from_db()
    assert (row.state, course(row)) == (State.ACCEPTED, ["log", "accept"])


def test_both_or_neither(here: Desk) -> None:
    row = here.log()
    with pytest.raises(Refused):
        handing_out.accept(row, by=here.leader, category=row.category, handler=here.reporter)
    row.refresh_from_db()
    assert (row.state, course(row)) == (State.SUBMITTED, ["log"])
    with pytest.raises(Refused, match="书记"):
        handing_out.accept(row, by=here.leader, category=here.category("tip_off"), handler=here.handler)
    row.refresh_from_db()
    assert row.state == State.SUBMITTED


def test_somebody_was_faster(here: Desk, enter: As) -> None:
    row = here.log()
    form = sent(row, handler=key_of(row, here.handler), text="我写的话")
    here.take(row, "accept")
    page = enter(here.leader).post(url_of(row, "accept"), form).content.decode()
    assert "就在您之前" in page
    assert "我写的话" in page
    row.refresh_from_db()
    assert row.state == State.ACCEPTED


def test_a_mediation_is_handed_out_when_both_have_agreed(here: Desk, enter: As) -> None:
    from helpdesk import actions

    other = neighbour_of(here.household)
    row = actions.open_mediation(by=here.reporter, title="滴水", home=here.household, other=other)
    assert "handler" not in enter(here.leader).get(url_of(row, "accept")).context["form"].fields


# Whom the rules suggest


def test_the_suggested_handler_is_chosen_already_and_the_page_says_why(here: Desk, enter: As) -> None:
    community = here.grid.community
    setting_actions.add_rule(community, by=here.secretary, handler=here.other, category=here.category())
    row, browser = here.log(), enter(here.leader)
    page = browser.get(row.get_absolute_url()).content.decode()
    assert "因为：类别是" in page
    assert f'<option value="{key_of(row, here.other)}" selected>' in page
    row = here.take(row, "accept")
    form = browser.get(url_of(row, "dispatch")).context["form"]
    assert form.fields["handler"].initial == key_of(row, here.other)
    row = here.take(row, "dispatch")
    form = browser.get(url_of(row, "reassign")).context["form"]
    assert all(one.user_id != here.handler.pk for one in form.people)


def test_a_rule_never_suggests_who_reported_it(here: Desk) -> None:
    from helpdesk.forms import step_form

    setting_actions.add_rule(here.grid.community, by=here.secretary, handler=here.handler)
    home = neighbour_of(here.household)
    appoint(Role.RESIDENT, home, user=here.handler)
    here.handler.__dict__.pop("scope", None)
    row = here.log(by=here.handler, reporter=here.handler, household=home)
    form = step_form("accept", request=row, user=here.leader)
    assert form.fields["handler"].initial is None
    assert "跳过" in str(form.fields["handler"].help_text)


# Several who help


def test_several_people_help(here: Desk, enter: As) -> None:
    row = here.take(here.log(), "accept")
    third = appoint(Role.RED_STEWARD, here.grid.community)
    helpers = [key_of(row, one) for one in (here.other, third, here.handler)]
    typed = sent(row, handler=key_of(row, here.handler), co_handlers=helpers)
    assert enter(here.leader).post(url_of(row, "dispatch"), typed).status_code == 302
    row.refresh_from_db()
    assert set(row.co_handlers.all()) == {here.other, third}
    page = enter(third).get(row.get_absolute_url()).content.decode()
    assert f"{here.other.name}、" in page
    assert "协办" in page
    assert Notice.objects.filter(user=third, kind="request_dispatch").count() == 1


def test_no_more_than_five_help(here: Desk, enter: As) -> None:
    row = here.take(here.log(), "accept")
    many = [key_of(row, appoint(Role.RED_STEWARD, here.grid.community)) for _ in range(6)]
    typed = sent(row, handler=key_of(row, here.handler), co_handlers=many)
    page = enter(here.leader).post(url_of(row, "dispatch"), typed).content.decode()
    assert "最多选 5 位" in page
    typed = sent(row, handler=key_of(row, here.handler), co_handlers=["99999999"])
    assert enter(here.leader).post(url_of(row, "dispatch"), typed).status_code == 200
    row.refresh_from_db()
    assert row.state == State.ACCEPTED


# Words kept ready


def test_ready_words_are_filled_in_without_a_script_and_nothing_is_lost(here: Desk, enter: As) -> None:
    ready = setting_actions.add_reply(
        here.grid.community, by=here.secretary, title="关阀门", text="请先关上水池下面的小阀门。", action="accept"
    )
    row, browser = here.log(), enter(here.leader)
    assert "请先关上水池下面的小阀门。" in browser.get(row.get_absolute_url()).content.decode()
    typed = sent(
        row, text="阿姨您好。", handler=key_of(row, here.handler), note="带扳手", ready=str(ready.pk), fill="1"
    )
    answer = browser.post(url_of(row, "accept"), typed)
    form = answer.context["form"]
    assert form["text"].value() == "阿姨您好。\n请先关上水池下面的小阀门。"
    assert (form["note"].value(), form["handler"].value()) == ("带扳手", typed["handler"])
    assert not form.errors
    row.refresh_from_db()
    assert row.state == State.SUBMITTED
    again = {**typed, "text": form["text"].value()}
    del again["fill"]
    assert browser.post(url_of(row, "accept"), again).status_code == 302


def test_the_button_without_words_takes_the_step(here: Desk, enter: As) -> None:
    row = here.log()
    assert enter(here.leader).post(url_of(row, "accept"), sent(row, fill="1", ready="")).status_code == 302
    row.refresh_from_db()
    assert row.state == State.ACCEPTED


def test_ready_words_for_a_field_of_another_name(here: Desk, enter: As) -> None:
    ready = setting_actions.add_reply(here.grid.community, by=here.secretary, title="12345", text="请打 12345。")
    row = here.log(slug="enquiry")
    answer = enter(here.secretary).post(url_of(row, "reject"), sent(row, ready=str(ready.pk), fill="1"))
    assert answer.context["form"]["turn_to"].value() == "请打 12345。"


@pytest.mark.parametrize("action", ["accept", "dispatch"])
def test_rules_and_ready_words_ask_once_however_many(
    here: Desk, enter: As, django_assert_max_num_queries: Any, action: str
) -> None:
    row, browser = here.log(), enter(here.leader)
    if action == "dispatch":
        row = here.take(row, "accept")
    counts = []
    for _ in range(2):
        for _ in range(4):
            setting_actions.add_rule(here.grid.community, by=here.secretary, handler=here.other, grid=here.grid)
            setting_actions.add_reply(here.grid.community, by=here.secretary, title="x", text="y")
        browser.get(row.get_absolute_url())
        with django_assert_max_num_queries(13) as asked:
            browser.get(row.get_absolute_url())
        counts.append(len(asked))
    assert counts[0] == counts[1]
