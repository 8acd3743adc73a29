"""What is recomputed from raw columns is what was sealed, to the byte."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core import clock
from core.hashing import canonical
from property import actions
from property.models import Posting, Voucher, VoucherAttachment
from property.posted import windows
from property.resealing import PAPERS, POSTINGS, VOUCHERS, Reader
from property.sealing import FIELDS, PAPER_FIELDS, POSTING_FIELDS, book_name, content_of
from tests.factories import committee_of

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


def test_what_is_written_at_once_is_what_was_sealed():
    committee = committee_of()
    first = committee.post(payee="王建国", summary='买"纸"\\ \t\u0001 e\u0301 가')
    papers = [actions.Paper(b"%PDF-1.7 an invoice", "发票.pdf", "application/pdf")] * 2
    committee.post(amount=Decimal("2500.00"), resolution_ref="第 3 号", papers=papers)
    committee.post(actions.reverse(first, by=committee.bookkeeper, day=clock.today(), reason="记错"))
    reader = Listening(committee.book, 0, "", {})
    for window in windows(committee.book, voucher=VOUCHERS, posting=POSTINGS, paper=PAPERS):
        reader.read(window)
    assert reader.written == list(contents(committee.book))
