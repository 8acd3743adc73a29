"""Budgets: in versions, approved on a resolution by somebody else, with what the books say beside them."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from community.models import AuditEvent
from core.refusal import Refused
from core.spreadsheets import read_sheets
from property.budget import actions, plan
from property.budget.actions import Planned
from property.models import Budget, BudgetLine
from tests.factories import FullCommittee, full_committee_of, small_photo

pytestmark = pytest.mark.django_db
YEAR = 2025


@pytest.fixture
def committee() -> FullCommittee:
    return full_committee_of()


def lines(committee: FullCommittee, **amounts: int) -> list[Planned]:
    wanted = amounts or {"a430101": 120_000, "a510103": 50_000}
    return [Planned(committee.account(code[1:]), "fee", Decimal(amount)) for code, amount in wanted.items()]


def drafted(committee: FullCommittee, **fields) -> Budget:
    fields.setdefault("lines", lines(committee))
    return actions.draft_budget(committee.book, by=committee.bookkeeper, year=YEAR, **fields)


def approved(committee: FullCommittee, budget: Budget | None = None) -> Budget:
    budget = budget or drafted(committee)
    return actions.approve_budget(budget, by=committee.chair, revision=budget.revision, resolution_ref="居民会议 3 号")


def test_only_what_is_approved_is_planned(committee):
    budget = drafted(committee)
    assert plan.planned(committee.book, YEAR) == {}
    approved(committee, budget)
    assert plan.planned(committee.book, YEAR) == {
        ("430101", "fee"): Decimal("120000.00"),
        ("510103", "fee"): Decimal("50000.00"),
    }
    assert plan.planned(committee.book, YEAR + 1) == {}
    assert AuditEvent.objects.filter(verb="budget_approved").count() == 1


def test_a_change_is_a_further_version_and_says_why(committee):
    first = approved(committee)
    with pytest.raises(Refused, match="为什么"):
        drafted(committee)
    second = drafted(committee, reason="电梯大修追加", lines=lines(committee, a510106=80_000))
    with pytest.raises(Refused, match="已经有一份"):
        drafted(committee, reason="再来一份")
    assert plan.planned(committee.book, YEAR)["430101", "fee"] == 120_000
    approved(committee, second)
    assert plan.planned(committee.book, YEAR) == {("510106", "fee"): Decimal("80000.00")}
    assert (first.version, second.version, Budget.objects.count()) == (1, 2, 2)


def test_each_office_does_its_own(committee):
    with pytest.raises(Refused):
        actions.draft_budget(committee.book, by=committee.cashier, year=YEAR, lines=lines(committee))
    budget = drafted(committee)
    for other in (committee.bookkeeper, committee.supervisor, committee.reviewer):
        with pytest.raises(Refused):
            actions.approve_budget(budget, by=other, revision=budget.revision, resolution_ref="3 号")
    with pytest.raises(Refused, match="必须填写"):
        actions.approve_budget(budget, by=committee.chair, revision=budget.revision, resolution_ref="  ")


def test_a_stale_draft_is_neither_changed_nor_approved(committee):
    seen = drafted(committee)
    changed = actions.change_budget(
        seen, by=committee.bookkeeper, revision=seen.revision, lines=lines(committee, a520101=10)
    )
    assert changed.revision == seen.revision + 1
    with pytest.raises(Refused, match="刚才有人改过"):
        actions.approve_budget(seen, by=committee.chair, revision=seen.revision, resolution_ref="3 号")


@pytest.mark.parametrize("codes", [{"a1002": 5}, {"a4301": 5}, {"a510103": 0}, {}])
def test_what_is_no_plan_is_refused(committee, codes):
    with pytest.raises(Refused):
        drafted(committee, lines=lines(committee, **codes) if codes else [])
    twice = lines(committee, a510103=5) * 2
    with pytest.raises(Refused, match="写了两次"):
        drafted(committee, lines=twice)


def test_the_database_keeps_what_was_approved(committee):
    budget = approved(committee)
    line = BudgetLine.objects.filter(budget=budget)
    for change in (
        lambda: line.update(amount=1),
        line.delete,
        lambda: Budget.objects.filter(pk=budget.pk).update(year=2030),
        lambda: Budget.objects.filter(pk=budget.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_the_books_stand_beside_the_plan(committee):
    budget = approved(committee)
    committee.post(item="510103", amount=Decimal("12500.50"), resolution_ref="居民会议 1 号")
    committee.post(item="520101", amount=Decimal("99.50"))
    budget = Budget.objects.for_page().get(pk=budget.pk)
    income, costs = plan.beside(committee.book, budget, YEAR)
    assert [(row.account.code, row.planned, row.actual, row.percent, row.is_over) for row in costs.rows] == [
        ("510103", Decimal("50000.00"), Decimal("12500.50"), 25, False),
        ("520101", Decimal("0.00"), Decimal("99.50"), None, True),
    ]
    assert (costs.planned, costs.actual, income.actual) == (Decimal("50000.00"), Decimal("12600.00"), Decimal("0.00"))


def test_the_pages(committee, client, django_assert_max_num_queries):
    client.force_login(committee.bookkeeper)
    page = client.get(reverse("property:budget", args=[committee.book.pk, YEAR])).content.decode()
    assert "编预算" in page
    url = reverse("property:budget_edit", args=[committee.book.pk, YEAR])
    assert client.get(url).status_code == 200
    typed = {
        "line-TOTAL_FORMS": 3,
        "line-INITIAL_FORMS": 0,
        "line-0-account": "430101",
        "line-0-fund": "fee",
        "line-0-amount": "120,000",
        "line-1-account": "510103",
        "line-1-fund": "fee",
        "line-1-amount": "50000",
        "line-2-account": "510104",
        "line-2-fund": "fee",
        "line-2-amount": "",
    }
    assert client.post(url, typed | {"more": "1"}).status_code == 200
    answer = client.post(url, typed)
    assert answer.status_code == 302, answer.content.decode()
    budget = Budget.objects.get()
    assert BudgetLine.objects.filter(budget=budget).count() == 2
    answer = client.post(url, typed | {"revision": budget.revision, "line-0-amount": "100000"})
    assert answer.status_code == 302
    client.force_login(committee.chair)
    page = reverse("property:budget", args=[committee.book.pk, YEAR])
    assert "去批准" in client.get(page).content.decode()
    approve = reverse("property:budget_approve", args=[committee.book.pk, YEAR])
    photo = io.BytesIO(small_photo().content)
    photo.name = "决议.jpg"
    sent = {"revision": budget.revision + 1, "resolution_ref": "居民会议 3 号", "papers": photo}
    assert client.post(approve, sent).status_code == 302
    assert plan.planned(committee.book, YEAR)["430101", "fee"] == 100_000
    with django_assert_max_num_queries(20):
        assert "居民会议 3 号" in client.get(page).content.decode()
    paper = client.get(reverse("property:budget_paper", args=[committee.book.pk, YEAR, 1]))
    assert b"".join(paper.streaming_content)
    sheet = client.get(f"{page}?xlsx")
    (read,) = read_sheets(sheet.content, "预算.xlsx")
    assert "物业费收入" in str(read)
