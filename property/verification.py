"""Reads a whole book again and names the first row that is not as it was posted."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.utils.translation import gettext as _

from community.files import path_of
from core.money import yuan
from core.quarters import Month
from property.models import Book, LedgerMonth, MonthlyBalance, Posting, Voucher, VoucherAttachment
from property.sealing import FIELDS, PAPER_FIELDS, POSTING_FIELDS, book_name, seal

ZERO = Decimal("0.00")
CHUNK = 5_000
REASON = "a whole book is read again"

Values = dict[str, Any]
Sums = dict[tuple[str, str, str], list[Decimal]]


@dataclass(slots=True)
class Verdict:
    """What was read, the head of the chain, and the first wrong row with what is wrong ("" when all is well)."""

    vouchers: int = 0
    postings: int = 0
    papers: int = 0
    head: str = ""
    row: str = ""
    wrong: str = ""
    totals: Sums = field(default_factory=lambda: defaultdict(lambda: [ZERO, ZERO]))
    numbers: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def is_good(self) -> bool:
        return not self.wrong


class _Wrong(Exception):
    """The first row that is wrong, and why."""


def verify(book: Book) -> Verdict:
    """Recompute numbers, signatures, sums, seals, files and balances of a book, voucher by voucher as posted.

    Memory does not grow with the postings; one pass over each table. Lines of vouchers that are not posted yet are
    no part of the chain and are left alone.
    """
    while True:
        book = _fresh(book)
        verdict = _read(book)
        # Somebody may have posted meanwhile: then what looked wrong is read again.
        if verdict.is_good or _fresh(book).last_sequence == book.last_sequence:
            return verdict


def _fresh(book: Book) -> Book:
    found: Book = Book.objects.unscoped(reason=REASON).select_related("estate", "community").get(pk=book.pk)
    return found


def _read(book: Book) -> Verdict:
    verdict = Verdict()
    try:
        _verify_vouchers(book, verdict)
        _verify_head(book, verdict)
        _verify_months(book, verdict)
        _verify_balances(book, verdict)
    except _Wrong as found:
        verdict.row, verdict.wrong = found.args
    return verdict


def _verify_vouchers(book: Book, verdict: Verdict) -> None:
    name = book_name(book.community.code, book.estate.code)
    lines = _Grouped(_rows(Posting, book, POSTING_FIELDS))
    papers = _Grouped(_rows(VoucherAttachment, book, PAPER_FIELDS))
    seen: set[str] = set()
    for row in _vouchers(book):
        label = _label(row)
        own_lines, own_papers = lines.of(row["id"]), papers.of(row["id"])
        _verify_order(row, label, verdict)
        _verify_people(row, label)
        _verify_sums(row, own_lines, label, verdict)
        if seal(verdict.head, name, row, own_lines, own_papers) != row["hash"]:
            raise _Wrong(label, _("内容和入账时的校验码对不上"))
        _verify_files(own_papers, label, seen)
        verdict.vouchers += 1
        verdict.postings += len(own_lines)
        verdict.papers += len(own_papers)
        verdict.head = row["hash"]


def _verify_order(row: Values, label: str, verdict: Verdict) -> None:
    month = row["month__month"]
    verdict.numbers[month] += 1
    if row["sequence"] != verdict.vouchers + 1:
        raise _Wrong(label, _("入账次序应该是 %(wanted)d") % {"wanted": verdict.vouchers + 1})
    if row["number"] != verdict.numbers[month]:
        raise _Wrong(label, _("凭证号应该是 %(wanted)d") % {"wanted": verdict.numbers[month]})
    if row["previous_hash"] != verdict.head:
        raise _Wrong(label, _("和前一张凭证接不上"))
    if str(Month.of(row["day"])) != month:
        raise _Wrong(label, _("日期不在它的月份里"))


def _verify_people(row: Values, label: str) -> None:
    people = [row["drafted_by_id"], row["reviewed_by_id"], row["settled_by_id"]]
    if None in people or len(set(people)) != len(people):
        raise _Wrong(label, _("制单、审核、出纳不是三个人"))


def _verify_sums(row: Values, lines: list[tuple[Any, ...]], label: str, verdict: Verdict) -> None:
    funds: dict[str, Decimal] = defaultdict(lambda: ZERO)
    debits = ZERO
    for code, fund, debit, credit, _note in lines:
        if min(debit, credit) != 0 or max(debit, credit) <= 0:
            raise _Wrong(label, _("有一行不是只在借方或贷方"))
        funds[fund] += debit - credit
        debits += debit
        total = verdict.totals[row["month__month"], code, fund]
        total[0] += debit
        total[1] += credit
    if not lines or any(funds.values()):
        raise _Wrong(label, _("借方和贷方不相等"))
    if debits != row["amount"]:
        raise _Wrong(label, _("凭证金额和分录相加不相等"))


def _verify_files(papers: list[tuple[Any, ...]], label: str, seen: set[str]) -> None:
    for sha256, name, _is_resolution in papers:
        if sha256 in seen:
            continue
        path = path_of(sha256)
        if not path.exists():
            raise _Wrong(label, _("附件“%(name)s”的文件不见了") % {"name": name})
        if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            raise _Wrong(label, _("附件“%(name)s”的文件被换过") % {"name": name})
        seen.add(sha256)


def _verify_head(book: Book, verdict: Verdict) -> None:
    if (book.last_sequence, book.last_hash) != (verdict.vouchers, verdict.head):
        raise _Wrong(str(book), _("账本记着 %(wanted)d 张凭证，找到 %(found)d 张") % _head_words(book, verdict))


def _head_words(book: Book, verdict: Verdict) -> dict[str, int]:
    return {"wanted": book.last_sequence, "found": verdict.vouchers}


def _verify_months(book: Book, verdict: Verdict) -> None:
    still_open = False
    for month in LedgerMonth.objects.unscoped(reason=REASON).filter(book=book).order_by("month"):
        if month.last_number != verdict.numbers.get(month.month, 0):
            raise _Wrong(month.month, _("这个月的最后一号和凭证对不上"))
        if month.is_closed and still_open:
            raise _Wrong(month.month, _("前面的月份还没结账"))
        still_open = still_open or not month.is_closed


def _verify_balances(book: Book, verdict: Verdict) -> None:
    kept = {
        (month, code, fund): [debit, credit]
        for month, code, fund, debit, credit in MonthlyBalance.objects.unscoped(reason=REASON)
        .filter(book=book)
        .values_list("month", "account__code", "fund", "debit", "credit")
    }
    for key in sorted(kept.keys() | verdict.totals.keys()):
        is_kept, wanted = kept.get(key, [ZERO, ZERO]), verdict.totals.get(key, [ZERO, ZERO])
        if is_kept != wanted:
            words = {"kept": _sides(is_kept), "wanted": _sides(wanted)}
            raise _Wrong(" ".join(key), _("余额记着 %(kept)s，凭证相加是 %(wanted)s") % words)


def _sides(sums: list[Decimal]) -> str:
    return _("借 %(debit)s 贷 %(credit)s") % {"debit": yuan(sums[0]), "credit": yuan(sums[1])}


def _label(row: Values) -> str:
    return _("%(month)s 记-%(number)d") % {"month": row["month__month"], "number": row["number"]}


def _vouchers(book: Book) -> Iterator[Values]:
    rows: Iterator[Values] = (
        Voucher.objects.unscoped(reason=REASON)
        .filter(book=book, state=Voucher.State.POSTED)
        .order_by("sequence", "id")
        .values(*FIELDS, "previous_hash", "hash")
        .iterator(CHUNK)
    )
    return rows


def _rows(model: Any, book: Book, fields: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    """Lines or papers of the posted vouchers in the order in which those come, the voucher's id first."""
    rows: Iterator[tuple[Any, ...]] = (
        model.objects.unscoped(reason=REASON)
        .filter(voucher__book=book, voucher__state=Voucher.State.POSTED)
        .order_by("voucher__sequence", "voucher_id", "line")
        .values_list("voucher_id", *fields)
        .iterator(CHUNK)
    )
    return rows


class _Grouped:
    """Rows that come in the order of the vouchers, handed out voucher by voucher."""

    def __init__(self, rows: Iterator[tuple[Any, ...]]) -> None:
        self._groups = groupby(rows, itemgetter(0))
        self._next: tuple[Any, list[tuple[Any, ...]]] | None = None

    def of(self, voucher_id: Any) -> list[tuple[Any, ...]]:
        """The rows of this voucher, which comes after every one that was asked for before."""
        if self._next is None:
            key, rows = next(self._groups, (None, iter(())))
            self._next = key, [row[1:] for row in rows]
        if self._next[0] != voucher_id:
            return []
        found, self._next = self._next[1], None
        return found
