"""Whoever audits reads everything, changes nothing, and says why."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from community.models import AuditEvent, User
from community.roles import Role
from core import clock
from core.refusal import Refused
from property.actions import Paper
from property.auditing import actions, gate
from property.auditing.openings import openings
from property.models import AuditPurpose, Voucher
from tests.factories import FullCommittee, UserFactory, appoint, committee_of, full_committee_of, small_photo

pytestmark = pytest.mark.django_db
WHY = "核对维修费的发票，审计通知 8 号"


@pytest.fixture
def committee() -> FullCommittee:
    return full_committee_of()


@pytest.fixture
def auditor(committee) -> User:
    return appoint(Role.AUDITOR, committee.book.estate, ends_on=clock.today() + timedelta(days=30))


@pytest.fixture
def voucher(committee) -> Voucher:
    photo = small_photo()
    return committee.post(payee="王师傅", papers=[Paper(photo.content, "发票.jpg", photo.content_type)])


def test_an_auditor_reads_all_and_changes_nothing(committee, auditor, voucher, client):
    client.force_login(auditor)
    for name, args in (
        ("book", [committee.book.pk]),
        ("vouchers", [committee.book.pk]),
        ("accounts", [committee.book.pk]),
        ("voucher", [voucher.pk]),
        ("cash_counts", [committee.book.pk]),
        ("recurring", [committee.book.pk]),
        ("handovers", [committee.book.pk]),
        ("budget", [committee.book.pk, 2025]),
    ):
        assert client.get(reverse(f"property:{name}", args=args)).status_code == 200, name
    for name, args in (
        ("voucher_new", [committee.book.pk, "payment"]),
        ("voucher_edit", [voucher.pk]),
        ("voucher_review", [voucher.pk]),
        ("voucher_settle", [voucher.pk]),
        ("voucher_reverse", [voucher.pk]),
        ("limit", [committee.book.pk]),
        ("budget_edit", [committee.book.pk, 2025]),
        ("cash_count_new", [committee.book.pk]),
    ):
        assert client.post(reverse(f"property:{name}", args=args)).status_code == 403, name
    draft = committee.draft()
    client.post(reverse("property:voucher_send_back", args=[draft.pk]), {"version": draft.version, "note": "x"})
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_papers_open_with_a_reason_and_each_is_written_down(committee, auditor, voucher, client):
    client.force_login(auditor)
    page = client.get(voucher.get_absolute_url()).content.decode()
    assert "?small" not in page
    paper = reverse("property:paper", args=[voucher.pk, 1])
    answer = client.get(paper)
    assert answer.status_code == 302
    assert not AuditEvent.objects.filter(verb="paper_opened").exists()
    assert "具体" in client.post(answer.url, {"purpose": "看"}).content.decode()
    answer = client.post(answer.url, {"purpose": WHY})
    assert answer.url == paper
    assert b"".join(client.get(paper).streaming_content)
    event = AuditEvent.objects.get(verb="paper_opened")
    assert (event.actor_role, event.reason, event.changes) == ("审计人员", WHY, {"paper": "发票.jpg"})
    for reader in (auditor, committee.chair):
        client.force_login(reader)
        page = client.get(reverse("property:audit_openings", args=[committee.book.pk])).content.decode()
        assert WHY in page


def test_the_reason_holds_for_a_day(committee, auditor):
    actions.give_purpose(committee.book, by=auditor, purpose=WHY)
    assert gate.purpose_of(auditor, committee.book) is not None
    with clock.at(clock.now() + timedelta(days=1)):
        assert gate.purpose_of(auditor, committee.book) is None


def test_the_way_back_stays_in_the_portal(committee, auditor, client):
    client.force_login(auditor)
    url = reverse("property:audit_purpose", args=[committee.book.pk])
    answer = client.post(f"{url}?next=https://example.org/", {"purpose": WHY})
    assert answer.url == committee.book.get_absolute_url()


def test_whoever_keeps_the_books_needs_no_reason_and_gives_none(committee, voucher, client):
    client.force_login(committee.cashier)
    assert b"".join(client.get(reverse("property:paper", args=[voucher.pk, 1])).streaming_content)
    assert not AuditEvent.objects.filter(verb="paper_opened").exists()
    with pytest.raises(Refused):
        actions.give_purpose(committee.book, by=committee.chair, purpose=WHY)
    client.force_login(UserFactory())
    assert client.get(reverse("property:audit_openings", args=[committee.book.pk])).status_code == 403


def test_another_book_of_the_same_auditor_stays_apart(committee, auditor, voucher):
    from community import audit

    other = committee_of(estate=None)
    appoint(Role.AUDITOR, other.book.estate, user=auditor)
    foreign = other.draft()
    for target in (voucher, foreign):
        audit.record("paper_opened", target, by=auditor, reason=WHY)
    AuditEvent.objects.filter(target_id=str(foreign.pk))
    assert [event.target_id for event in openings(committee.book)] == [str(voucher.pk)]


def test_when_the_term_is_over_the_books_are_shut(committee, auditor, client):
    client.force_login(auditor)
    with clock.at(clock.now() + timedelta(days=40)):
        assert client.get(committee.book.get_absolute_url()).status_code == 403


def test_the_database_keeps_the_reason(committee, auditor):
    actions.give_purpose(committee.book, by=auditor, purpose=WHY)
    for change in (lambda: AuditPurpose.objects.update(purpose="x"), AuditPurpose.objects.all().delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
