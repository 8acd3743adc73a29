"""What is recomputed from raw columns is what was sealed, to the byte."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.models import Attachment
from core import clock
from core.hashing import canonical, link
from property import actions
from property.models import Posting, Voucher, VoucherAttachment
from property.posted import form_of, windows
from property.resealing import PAPERS, POSTINGS, VOUCHERS, Reader
from property.sealing import FIELDS, PAPER_FIELDS, POSTING_FIELDS, book_name, content_of
from tests.factories import committee_of
from tests.property.books import TRICKY
from tests.property.test_verification import lift_guards

pytestmark = pytest.mark.django_db


def contents(book):
    """What each posted voucher's seal is over, as the models read it."""
    for row in Voucher.objects.filter(book=book, state="posted").order_by("sequence").values(*FIELDS):
        lines = Posting.objects.filter(voucher=row["id"]).order_by("line").values_list(*POSTING_FIELDS)
        papers = VoucherAttachment.objects.filter(voucher=row["id"]).order_by("line").values_list(*PAPER_FIELDS)
        yield canonical(content_of(book_name(book.community.code, book.estate.code), row, lines, papers)).decode()


class Listening(Reader):
    """Keeps what it writes."""

    def __init__(self, *begin):
        super().__init__(*begin)
        self.written = []

    def _content(self, *parts):
        self.written.append(super()._content(*parts))
        return self.written[-1]


def listened(book):
    reader = Listening(book, 0, "", {})
    for window in windows(book, voucher=VOUCHERS, posting=POSTINGS, paper=PAPERS):
        reader.read(window)
    return reader.written


def test_what_is_written_at_once_is_what_was_sealed():
    committee = committee_of()
    first = committee.post(payee="王建国", summary='买"纸"\\ \t\u0001 e\u0301 가')
    papers = [actions.Paper(b"%PDF-1.7 an invoice", "发票.pdf", "application/pdf")] * 2
    committee.post(amount=Decimal("2500.00"), resolution_ref="第 3 号", papers=papers)
    committee.post(actions.reverse(first, by=committee.bookkeeper, day=clock.today(), reason="记错"))
    assert listened(committee.book) == list(contents(committee.book))


moments = st.integers(0, 4 * 10**15).map(lambda n: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=n))
written = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=30) | st.sampled_from(
    TRICKY
)
yuan = st.decimals("0.01", "999999999999.99", places=2)


@settings(max_examples=25)
@given(data=st.data())
def test_whatever_the_columns_hold_it_is_written_as_canonical(data):
    committee = committee_of()
    paper = actions.Paper(b"%PDF-1.7 an invoice", "发票.pdf", "application/pdf")
    voucher = committee.post(papers=[paper])
    lift_guards()
    amount = data.draw(yuan)
    texts = ("summary", "payee", "resolution_ref", "return_note", "settled_ref")
    Voucher.objects.filter(pk=voucher.pk).update(
        amount=amount,
        returned_by=data.draw(st.sampled_from([committee.cashier, committee.reviewer])),
        settled_on=data.draw(st.dates()),
        **{name: data.draw(written) for name in texts},
        **{
            name: data.draw(moments)
            for name in ("created_at", "drafted_at", "returned_at", "reviewed_at", "settled_at")
        },
    )
    for line in voucher.postings.all():
        side = {"debit": amount} if line.debit else {"credit": amount}
        Posting.objects.filter(pk=line.pk).update(note=data.draw(written), created_at=data.draw(moments), **side)
    own = VoucherAttachment.objects.filter(voucher=voucher)
    own.update(created_at=data.draw(moments), is_resolution=data.draw(st.booleans()))
    Attachment.objects.filter(pk=own.get().attachment_id).update(name=data.draw(written))
    (wanted,) = contents(committee.book)
    Voucher.objects.filter(pk=voucher.pk).update(hash=link("", wanted.encode()))
    assert listened(committee.book) == [wanted]


@pytest.mark.parametrize("length", [0, 3, 19, 20, 25, 27, 32])
def test_a_moment_that_is_none_is_not_written(length):
    moment = form_of(Voucher, "created_at")
    if length == 19:
        assert moment("2026-09-30 16:00:00") == '"2026-09-30T16:00:00.000000Z"'
    elif 20 < length < 26:
        assert moment("2026-09-30 16:00:00.12345"[:length]) == '"2026-09-30T16:00:00.123450Z"'
    else:
        with pytest.raises(ValueError, match="moment"):
            moment("x" * length)
