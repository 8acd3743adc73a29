"""What a red steward has paid for parts becomes a voucher with its receipt, once; or is declined with a reason."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from community import today
from community.models import Notice, User
from core.refusal import Refused
from property import actions as books
from property.models import Posting, Voucher, VoucherAttachment
from property.reimbursing import actions
from stewards.jobs import actions as jobs
from stewards.models import HoursEntry, PartsClaim
from tests.factories import Committee, committee_of, small_photo
from tests.stewards.errands import an_errand

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim() -> PartsClaim:
    errand = an_errand()
    estate = errand.desk.household.building.estate
    estate.is_self_managed = True
    estate.save()
    job = errand.arrived()
    return jobs.claim(job, by=job.steward.user, amount=Decimal("35.50"), what="水龙头一只", receipt=small_photo())


@pytest.fixture
def committee(claim: PartsClaim) -> Committee:
    return committee_of(claim.estate)


def again(claim: PartsClaim) -> PartsClaim:
    return PartsClaim._base_manager.get(pk=claim.pk)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_one_tap_drafts_the_voucher_with_its_receipt(claim: PartsClaim, committee: Committee) -> None:
    user = User.objects.get(pk=committee.bookkeeper.pk)
    ask = next(one for one in today.gather(user) if "材料费" in one.title)
    client = client_of(committee.bookkeeper)
    text = client.get(ask.url).content.decode()
    assert "水龙头一只" in text
    assert b"".join(client.get(reverse("stewards:receipt", args=[claim.pk]))).startswith(b"\xff\xd8")  # type: ignore[arg-type]
    answer = client.post(reverse("property:claim_draft", args=[claim.pk]))
    voucher = Voucher.objects.unscoped(reason="a test").get()
    assert answer["Location"] == voucher.get_absolute_url()
    assert (voucher.state, voucher.amount, voucher.payee.plain) == (
        "draft",
        Decimal("35.50"),
        claim.steward.user.name,
    )
    lines = Posting.objects.unscoped(reason="a test").filter(voucher=voucher).order_by("line")
    assert [(one.account.code, one.debit, one.credit) for one in lines] == [
        ("510106", Decimal("35.50"), Decimal("0.00")),
        ("1001", Decimal("0.00"), Decimal("35.50")),
    ]
    paper = VoucherAttachment.objects.unscoped(reason="a test").get(voucher=voucher)
    assert paper.attachment.sha256 == claim.receipt.sha256
    assert (again(claim).state, again(claim).voucher) == ("drafted", voucher)
    assert Notice.objects.filter(user=claim.steward.user, kind="job_parts_drafted").exists()
    assert not HoursEntry.objects.unscoped(reason="a test").exists()
    assert not any("材料费" in one.title for one in today.gather(User.objects.get(pk=user.pk)))


def test_a_claim_is_paid_back_once(claim: PartsClaim, committee: Committee) -> None:
    actions.draft(claim, committee.book, by=committee.bookkeeper)
    with pytest.raises(Refused, match="已经有人办了"):
        actions.draft(claim, committee.book, by=committee.bookkeeper)
    with pytest.raises(Refused, match="已经有人办了"):
        actions.decline(claim, by=committee.bookkeeper, reason="重复")
    assert Voucher.objects.unscoped(reason="a test").count() == 1


def test_a_voucher_that_was_given_up_leaves_the_claim_open(claim: PartsClaim, committee: Committee) -> None:
    voucher = actions.draft(claim, committee.book, by=committee.bookkeeper)
    books.void(voucher, by=committee.bookkeeper, reason="科目不对")
    client = client_of(committee.bookkeeper)
    assert "制成凭证" in client.get(reverse("property:claims", args=[committee.book.pk])).content.decode()
    second = actions.draft(claim, committee.book, by=committee.bookkeeper)
    assert again(claim).voucher == second


def test_a_no_says_why_and_the_steward_reads_it(claim: PartsClaim, committee: Committee) -> None:
    with pytest.raises(Refused, match="为什么"):
        actions.decline(claim, by=committee.bookkeeper, reason=" ")
    client = client_of(committee.bookkeeper)
    url = reverse("property:claim_decline", args=[claim.pk])
    assert client.get(url).status_code == 200
    client.post(url, {"reason": "小票上没有日期，请补一张"})
    assert (again(claim).state, again(claim).declined_reason) == ("declined", "小票上没有日期，请补一张")
    assert Notice.objects.filter(user=claim.steward.user, kind="job_parts_declined", text__contains="没有日期").exists()
    page = client_of(claim.steward.user).get(claim.job.get_absolute_url()).content.decode()
    assert "请补一张" in page


def test_only_the_bookkeeper_of_that_estate_decides(claim: PartsClaim, committee: Committee) -> None:
    other = committee_of()
    for user in (committee.reviewer, committee.cashier, other.bookkeeper):
        answer = client_of(user).post(reverse("property:claim_draft", args=[claim.pk]))
        assert answer.status_code in (403, 404)
        with pytest.raises(Refused):
            actions.draft(claim, committee.book, by=user)
    with pytest.raises(Refused, match="不是这个小区"):
        actions.draft(claim, other.book, by=committee.bookkeeper)
    answer = client_of(other.bookkeeper).get(reverse("property:claims", args=[committee.book.pk]))
    assert answer.status_code == 404


def test_too_much_nothing_or_no_committee_is_refused(claim: PartsClaim) -> None:
    job, by = claim.job, claim.steward.user
    for amount in (Decimal("0.00"), Decimal("2000.01")):
        with pytest.raises(Refused, match="最多"):
            jobs.claim(job, by=by, amount=amount, what="管子", receipt=small_photo())
    estate = claim.estate
    estate.is_self_managed = False
    estate.save()
    with pytest.raises(Refused, match="没有自管会"):
        jobs.claim(job, by=by, amount=Decimal(5), what="管子", receipt=small_photo())


@pytest.mark.parametrize("number", [1, 6])
def test_the_page_costs_the_same_for_one_and_for_many(
    claim: PartsClaim, committee: Committee, number: int, django_assert_max_num_queries: object
) -> None:
    for _one in range(number):
        jobs.claim(claim.job, by=claim.steward.user, amount=Decimal(9), what="垫圈", receipt=small_photo())
    client = client_of(committee.bookkeeper)
    url = reverse("property:claims", args=[committee.book.pk])
    client.get(url)
    with django_assert_max_num_queries(12):
        client.get(url)
