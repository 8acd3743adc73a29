"""An office passes on: what is handed over is written down, signed by both, and before a witness."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from community.models import Appointment, AuditEvent, User
from community.roles import Office, Role
from core import clock
from core.refusal import Refused
from property.handover import actions
from property.handover.snapshot import is_stale
from property.models import Handover
from tests.factories import FullCommittee, UserFactory, appoint, full_committee_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def committee() -> FullCommittee:
    made = full_committee_of()
    made.post()
    made.draft(summary="还没送审的一张")
    return made


@pytest.fixture
def successor(committee) -> User:
    """Appointed cashier from tomorrow on; the present one's term ends today."""
    today = clock.today()
    Appointment.objects.filter(user=committee.cashier).update(ends_on=today)
    user = UserFactory(name="接任的人")
    Appointment.objects.create(
        user=user,
        role=Role.COMMITTEE,
        office=Office.CASHIER,
        estate=committee.book.estate,
        community=committee.book.community,
        starts_on=today + timedelta(days=1),
    )
    return user


def begun(committee: FullCommittee, successor: User, **fields) -> Handover:
    given = {"by": committee.cashier, "leaving": committee.cashier, "office": Office.CASHIER, "note": "公章一枚"}
    return actions.begin_handover(committee.book, successor=successor, **{**given, **fields})


def signed(handover: Handover, by: User) -> Handover:
    by.__dict__.pop("scope", None)
    return actions.sign_handover(handover, by=by, digest=handover.digest)


def test_what_is_handed_over_is_written_down_and_signed_by_three(committee, successor):
    handover = begun(committee, successor)
    assert handover.snapshot["head"] == committee.book.__class__.objects.get().last_hash
    assert [row["summary"] for row in handover.snapshot["unfinished"]] == ["还没送审的一张"]
    assert {row["amount"] for row in handover.snapshot["money"]} == {"-100.00"}
    with pytest.raises(Refused):
        signed(handover, committee.chair)
    handover = signed(signed(handover, committee.cashier), successor)
    with pytest.raises(Refused):
        signed(handover, committee.reviewer)
    handover = signed(handover, committee.supervisor)
    assert handover.state == "done"
    assert handover.witness == committee.supervisor
    assert AuditEvent.objects.filter(verb="handover_done").count() == 1


def test_books_that_moved_are_counted_again_and_signed_again(committee, successor):
    handover = signed(begun(committee, successor), committee.cashier)
    committee.post()
    assert is_stale(handover)
    with pytest.raises(Refused, match="重新清点"):
        signed(handover, successor)
    again = actions.take_again(handover, by=successor)
    assert again.leaving_at is None
    assert again.digest != handover.digest
    with pytest.raises(Refused, match="重新清点"):
        actions.sign_handover(again, by=successor, digest=handover.digest)
    signed(again, successor)


def test_who_cannot_sign_is_named_with_the_reason(committee, successor):
    with pytest.raises(Refused, match="移交的人发起"):
        begun(committee, successor, by=committee.reviewer, absent_reason="住院")
    with pytest.raises(Refused, match="不用写缺席"):
        begun(committee, successor, absent_reason="住院")
    handover = begun(committee, successor, by=committee.chair, absent_reason="住院")
    handover = signed(signed(handover, successor), committee.chair)
    assert (handover.state, handover.leaving_at) == ("done", None)


def test_only_between_people_of_the_committee_and_once(committee, successor):
    with pytest.raises(Refused, match="先任命"):
        begun(committee, UserFactory())
    with pytest.raises(Refused, match="没有担任"):
        begun(committee, successor, office=Office.CHAIR)
    with pytest.raises(Refused):
        begun(committee, committee.cashier)
    first = begun(committee, successor)
    with pytest.raises(Refused, match="已经有一份"):
        begun(committee, successor)
    actions.cancel_handover(first, by=committee.cashier)
    begun(committee, successor)


def test_the_secretary_may_look_on(committee, successor):
    secretary = appoint(Role.SECRETARY, committee.book.community)
    handover = signed(signed(begun(committee, successor), committee.cashier), successor)
    assert signed(handover, secretary).witness == secretary


def test_the_database_keeps_what_is_done(committee, successor):
    handover = begun(committee, successor)
    for who in (committee.cashier, successor, committee.chair):
        handover = signed(handover, who)
    row = Handover.objects.filter(pk=handover.pk)
    for change in (lambda: row.update(note="x"), lambda: row.update(state="open"), row.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_the_pages_and_the_paper(committee, successor, client):
    client.force_login(committee.cashier)
    url = reverse("property:handover_new", args=[committee.book.pk])
    assert "接任的人" in client.get(url).content.decode()
    held = Appointment.objects.get(user=committee.cashier)
    answer = client.post(url, {"held": held.pk, "successor": successor.pk, "note": "公章一枚\n空白收据两本"})
    assert answer.status_code == 302, answer.content.decode()
    handover = Handover.objects.get()
    sign = reverse("property:handover_sign", args=[handover.pk])
    client.post(sign, {"digest": handover.digest})
    # Whoever takes over reads and signs before the term begins; nobody else of no office does.
    client.force_login(successor)
    assert "空白收据两本" in client.get(answer.url).content.decode()
    client.post(sign, {"digest": handover.digest})
    client.force_login(UserFactory())
    assert client.get(answer.url).status_code == 404
    client.force_login(committee.chair)
    client.post(sign, {"digest": handover.digest})
    handover.refresh_from_db()
    assert handover.state == "done"
    pdf = client.get(reverse("property:handover_pdf", args=[handover.pk]))
    assert pdf.content.startswith(b"%PDF")
    assert "已交接" in client.get(reverse("property:handovers", args=[committee.book.pk])).content.decode()
