"""What is asked in confidence names nobody, and is followed all the same."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import reverse

from community.models import Appointment, AuditEvent, Notice, Submission, User
from core.fields import plain_of
from core.refusal import Refused
from helpdesk import actions, personal, tracking
from helpdesk.models import Draft, Informant, ServiceRequest, Update, UpdatePhoto
from helpdesk.states import State
from tests.factories import Desk, ResidentFactory
from tests.helpdesk.logging_makers import SECRETS, confided, the_request, track, typed
from tests.helpdesk.people import As

# In confidence


def with_second_factor(user: User) -> None:
    TOTP.activate(user, generate_totp_secret())


def test_what_is_asked_in_confidence_names_nobody(here: Desk) -> None:
    row = confided(here)
    assert (row.reporter, row.home, row.logged_by, row.reporter_name) == (None, None, None, "提出人（保密）")
    assert (row.place_kind, row.grid, bool(row.reporter_phone)) == ("elsewhere", None, False)
    told = Informant.objects.get()
    assert (told.user, told.household) == (here.reporter, here.household)
    assert (plain_of(told.name), plain_of(told.phone)) == SECRETS
    update, event = Update.objects.get(), AuditEvent.objects.get(verb="request_log")
    assert (update.by, update.by_role, event.actor_id, event.actor_name, event.household_id) == (
        None,
        "",
        None,
        "",
        None,
    )
    assert UpdatePhoto.objects.get().attachment.created_by is None
    assert "张桂英" not in json.dumps([update.details, event.changes], ensure_ascii=False)


def test_no_table_but_one_leads_to_who_asked(here: Desk, enter: As) -> None:
    """Whatever the database holds of the request, in whatever table, holds neither name nor number nor account."""
    User.objects.filter(pk=here.reporter.pk).update(name=SECRETS[0], phone=SECRETS[1])
    sent = typed(here, category=str(here.category("tip_off").pk), place_kind="home", building="")
    answer = enter(here.reporter).post(reverse("helpdesk:new"), sent)
    assert answer["Location"] == reverse("helpdesk:mine")
    row = the_request()
    assert str(row.pk) not in Submission.objects.get().location
    for model in (ServiceRequest, Update, AuditEvent):
        for values in model.objects.values():
            if str(row.pk) in map(str, values.values()):
                assert here.reporter.pk not in [values.get(f"{name}_id") for name in ("by", "actor", "reporter")]
                assert not any(secret in str(values) for secret in (*SECRETS, str(here.household.pk)))


def test_who_asked_follows_answers_rates_and_stays_unnamed(here: Desk, enter: As) -> None:
    row = confided(here)
    browser = enter(here.reporter)
    page = browser.get(row.get_absolute_url()).content.decode()
    assert "有人群租" in page
    assert "接下来由" in page
    photo = UpdatePhoto.objects.get()
    assert b"".join(browser.get(reverse("helpdesk:photo", args=[row.pk, photo.pk])).streaming_content)
    assert "有人群租" in browser.get(reverse("helpdesk:mine")).content.decode()
    browser.post(reverse("helpdesk:update", args=[row.pk]), {"submission": str(uuid4()), "text": "昨晚又来了。"})
    row = here.take(row, "accept", by=here.secretary)
    row = here.take(row, "dispatch", by=here.secretary)
    row = here.walk(row, "sign", "reply")
    row = here.take(row, "resolve", by=here.secretary)
    assert "去评价" in browser.get(reverse("helpdesk:mine")).content.decode()
    sent = {"submission": str(uuid4()), "version": row.version, "solved": "yes", "score": "5"}
    answer = browser.post(reverse("helpdesk:rate", args=[row.pk]), sent)
    assert answer["Location"] == row.get_absolute_url()
    row.refresh_from_db()
    assert row.state == State.CLOSED
    assert row.ratings.get().by is None
    assert not Update.objects.filter(by=here.reporter).exists()
    assert not AuditEvent.objects.filter(actor_id=here.reporter.pk).exists()
    for who in (here.secretary, here.handler):
        page = enter(who).get(row.get_absolute_url()).content.decode()
        assert "提出人（保密）" in page
        assert "张桂英" not in page
    assert enter(here.leader).get(row.get_absolute_url()).status_code == 404


def test_who_asked_is_told_by_number_alone(here: Desk) -> None:
    row = confided(here)
    here.take(row, "accept", by=here.secretary)
    told = list(Notice.objects.select_related("user"))
    assert {one.user for one in told} == {here.secretary, here.reporter}
    assert all("群租" not in one.text and "张桂英" not in one.text for one in told)


def test_whoever_writes_it_down_for_them_is_not_named_either(here: Desk, enter: As) -> None:
    browser = enter(here.leader)
    sent = typed(here, category=str(here.category("tip_off").pk), reporter_name="老李", reporter_phone="13812345678")
    page = browser.post(reverse("helpdesk:behalf"), sent, follow=True)
    row = the_request()
    assert page.redirect_chain[0][0] == reverse("helpdesk:list")
    assert tracking.shown(tracking.code_of(row.pk)) in page.content.decode()
    assert (row.logged_by, Update.objects.get().by) == (None, None)
    page = track(tracking.code_of(row.pk), "5678")
    assert "待受理" in page
    assert "灯" not in page


def test_the_secretary_reads_who_asked_with_a_reason(here: Desk, enter: As) -> None:
    row = confided(here)
    url = reverse("helpdesk:informant", args=[row.pk])
    browser = enter(here.secretary)
    assert url in browser.get(row.get_absolute_url()).content.decode()
    assert "两步验证" in browser.post(url, {"reason": "当面核实"}).content.decode()
    with_second_factor(here.secretary)
    assert "张桂英" not in browser.get(url).content.decode()
    assert "请写明为什么" in browser.post(url, {"reason": "  "}).content.decode()
    page = browser.post(url, {"reason": "当面核实"}).content.decode()
    assert all(secret in page for secret in SECRETS)
    event = AuditEvent.objects.get(verb="informant_read")
    assert (event.actor_id, event.reason, event.household_id, event.target_id) == (
        here.secretary.pk, "当面核实", None, str(row.pk),
    )  # fmt: skip
    for who in (here.leader, here.reporter, here.handler):
        assert enter(who).get(url).status_code == 404
    with pytest.raises(Refused, match="只有社区书记"):
        actions.read_informant(row, by=here.leader, reason="想知道")


def test_a_plain_request_has_nobody_apart(here: Desk, enter: As) -> None:
    row = here.log()
    assert enter(here.secretary).get(reverse("helpdesk:informant", args=[row.pk])).status_code == 404


def test_what_is_kept_of_who_asked_is_given_and_erased(here: Desk) -> None:
    row = confided(here)
    actions.keep_draft(by=here.reporter, kind="own", fields={"title": "还没写完"})
    given = {one.slug: one.rows for one in personal.sections(here.reporter)}
    assert given["requests"][0]["phone"] == SECRETS[1]
    assert given["drafts"][0]["title"] == "还没写完"
    assert len(given["updates"]) == 1
    assert {one.slug: one.rows for one in personal.sections(here.secretary)}["requests"] == []
    resident = ResidentFactory(community=here.grid.community)
    Appointment.objects.filter(user=here.reporter).update(resident=resident)
    here.take(row, "withdraw")
    assert [one.number for one in personal.goes(resident)][:2] == [1, 1]
    personal.erase(resident, here.secretary)
    told = Informant.objects.get()
    assert (told.user, told.household, plain_of(told.name)) == (None, None, personal.ERASED_NAME)
    assert not Draft.objects.exists()
