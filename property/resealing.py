"""Recomputes what posting made of each voucher, from columns as the database keeps them: a hundred thousand lines a
second want canonical bytes that are written at once, and sums in whole fen."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from community.files import path_of
from core.hashing import link, quoted
from property.models import Account, Book, LedgerMonth, Voucher, VoucherAttachment
from property.posted import REASON, Row, Window, amount_kept, form_of
from property.sealing import FIELDS, PAPER_FIELDS, POSTING_FIELDS, book_name

# A month is looked up by its key, as is the account of a line: there are few of them, and many lines.
_MONTH = "month__month"
VOUCHERS = (
    "month_id",
    "community_id",
    "previous_hash",
    "hash",
    *(name for name in FIELDS if name not in {"id", "sequence", _MONTH}),
)
POSTINGS = tuple(name.replace("account__code", "account_id") for name in POSTING_FIELDS)
PAPERS = ("community_id", "attachment__sha256", "attachment__name", *PAPER_FIELDS)

# Where each column of a voucher stands in its row; what is written out of several of them stands after the row.
_MADE = ("book", _MONTH, "payee", "postings", "papers")
_READ = ("id", "sequence", *VOUCHERS)
_PLACE = {name: place for place, name in enumerate(_READ)}
_MONTH_ID, _COMMUNITY, _PREVIOUS, _HASH = (_PLACE[name] for name in VOUCHERS[:4])
_NUMBER, _DAY, _PAYEE, _AMOUNT = (_PLACE[name] for name in ("number", "day", "payee", "amount"))
_DRAFTER, _REVIEWER, _CASHIER = (_PLACE[name] for name in ("drafted_by_id", "reviewed_by_id", "settled_by_id"))
_WRITTEN = sorted({*FIELDS, *_MADE})
_CONTENT = "{" + ",".join(f'"{name}":%s' for name in _WRITTEN) + "}"
_FORMS = [
    (str, len(_READ) + _MADE.index(name)) if name in _MADE else (form_of(Voucher, name), _PLACE[name])
    for name in _WRITTEN
]
_PAPER_FORMS = [form_of(VoucherAttachment, name) for name in PAPER_FIELDS]
_moment, _id = form_of(Voucher, "created_at"), form_of(Voucher, "id")
_EMPTY = {"": '""', None: "null"}
# So many amounts (as text and in fen) and files that are well are remembered.
_REMEMBERED = 50_000


@dataclass(slots=True)
class Total:
    """What was posted to an account and fund in a month, in fen; `written` is how both begin in a sealed line."""

    written: str
    debit: int = 0
    credit: int = 0


# By the key of the month, then by account and fund.
Totals = dict[int, dict[tuple[int, str], Total]]


class Wrong(Exception):
    """The first row that is wrong, and why."""


class Reader:
    """Reads windows one after the other, from a known place in the chain on; raises Wrong at the first wrong row."""

    def __init__(self, book: Book, vouchers: int, head: str, numbers: dict[int, int]) -> None:
        months = LedgerMonth.objects.unscoped(reason=REASON).filter(book=book)
        accounts = Account.objects.unscoped(reason=REASON).filter(book=book)
        self.vouchers, self.head, self.numbers = vouchers, head, dict(numbers)
        self.postings = self.papers = 0
        self.totals: Totals = {}
        self._community = book.community_id
        self._book = quoted(book_name(book.community.code, book.estate.code))
        self._months: dict[int, str] = dict(months.values_list("pk", "month"))
        self._codes = {pk: quoted(code) for pk, code in accounts.values_list("pk", "code")}
        self._amounts: dict[Any, tuple[str, int]] = {}
        self._files: set[str] = set()

    def read(self, window: Window) -> None:
        """Take the vouchers of a window up, in their order."""
        lines, papers = _Pile(window.postings), _Pile(window.papers)
        for row in window.vouchers:
            try:
                self._take(row, lines.of(row[1]), papers.of(row[1]))
            except _WrongContent as found:
                raise Wrong(self._label(row), str(found)) from None
            except (TypeError, ValueError):
                raise Wrong(self._label(row), _("内容和入账时的校验码对不上")) from None

    def _take(self, row: Row, lines: list[Row], papers: list[Row]) -> None:
        self._verify_order(row)
        _verify_people(row)
        if row[_COMMUNITY] != self._community:
            raise _WrongContent(_("凭证记在了别的社区"))
        written = self._verify_lines(row, lines)
        if link(self.head, self._content(row, written, papers).encode()) != row[_HASH]:
            raise _WrongContent(_("内容和入账时的校验码对不上"))
        if papers:
            self._verify_papers(papers)
        self.vouchers += 1
        self.postings += len(lines)
        self.papers += len(papers)
        self.head = row[_HASH]

    def _label(self, row: Row) -> str:
        month, number = self._months.get(row[_MONTH_ID], str(row[_DAY])[:7]), row[_NUMBER]
        return _("%(month)s 记-%(number)d") % {"month": month, "number": number if isinstance(number, int) else 0}

    def _verify_order(self, row: Row) -> None:
        key = row[_MONTH_ID]
        number = self.numbers[key] = self.numbers.get(key, 0) + 1
        if row[1] != self.vouchers + 1:
            raise _WrongContent(_("入账次序应该是 %(wanted)d") % {"wanted": self.vouchers + 1})
        if row[_NUMBER] != number:
            raise _WrongContent(_("凭证号应该是 %(wanted)d") % {"wanted": number})
        if row[_PREVIOUS] != self.head:
            raise _WrongContent(_("和前一张凭证接不上"))
        if row[_DAY][:7] != self._months.get(key):
            raise _WrongContent(_("日期不在它的月份里"))

    def _verify_lines(self, row: Row, lines: list[Row]) -> str:
        """The lines as they are sealed; sums and totals are taken on the way."""
        totals, amounts = self.totals.setdefault(row[_MONTH_ID], {}), self._amounts
        written: list[str] = []
        funds: dict[str, int] = {}
        debits = 0
        made, made_text = None, ""
        for _sequence, key, created, line, account, fund, debit, credit, note in lines:
            total = totals.get((account, fund))
            if total is None:
                total = totals[account, fund] = self._total(account, fund)
            debit_text, debit_fen = amounts.get(debit) or self._amount(debit)
            credit_text, credit_fen = amounts.get(credit) or self._amount(credit)
            if debit_fen < 0 or credit_fen < 0 or (debit_fen > 0) == (credit_fen > 0):
                raise _WrongContent(_("有一行不是只在借方或贷方"))
            if created != made:
                made, made_text = created, _moment(created)
            written.append(
                f'[{key!r},{made_text},{line!r},{total.written},"{debit_text}","{credit_text}",'
                f"{quoted(note) if note else _EMPTY[note]}]"
            )
            debits += debit_fen
            funds[fund] = funds.get(fund, 0) + debit_fen - credit_fen
            total.debit += debit_fen
            total.credit += credit_fen
        if not lines or any(funds.values()):
            raise _WrongContent(_("借方和贷方不相等"))
        if debits != self._amount(row[_AMOUNT])[1]:
            raise _WrongContent(_("凭证金额和分录相加不相等"))
        return ",".join(written)

    def _total(self, account: int, fund: str) -> Total:
        if account not in self._codes:
            raise _WrongContent(_("有一行记在了别的账本里"))
        return Total(f"{self._codes[account]},{quoted(fund)}")

    def _amount(self, value: Any) -> tuple[str, int]:
        """An amount as text and in fen; one that is not in whole fen was not written by the portal."""
        try:
            found = amount_kept(value)
        except (TypeError, ValueError):
            raise _WrongContent(_("有一个金额不是整分")) from None
        if len(self._amounts) >= _REMEMBERED:
            self._amounts.clear()
        self._amounts[value] = found
        return found

    def _verify_papers(self, papers: list[Row]) -> None:
        for _sequence, community, sha256, name, *_sealed in papers:
            if community != self._community:
                raise _WrongContent(_("有一份附件记在了别的社区"))
            if sha256 not in self._files:
                _verify_file(sha256, name)
                if len(self._files) >= _REMEMBERED:
                    self._files.clear()
                self._files.add(sha256)

    def _content(self, row: Row, lines: str, papers: list[Row]) -> str:
        """The canonical bytes of what `property.sealing.seal` seals, as text."""
        payee = row[_PAYEE]
        if payee:
            payee = hashlib.sha256(f"[{_id(row[0])},{quoted(payee)}]".encode()).hexdigest()
        made = (
            self._book,
            f'"{self._months[row[_MONTH_ID]]}"',
            f'"{payee}"',
            f"[{lines}]",
            f"[{','.join([_paper(paper[4:]) for paper in papers])}]" if papers else "[]",
        )
        values = row + made
        return _CONTENT % tuple([form(values[place]) for form, place in _FORMS])


class _WrongContent(Exception):
    """What is wrong with the voucher that is being read."""


def _paper(values: Row) -> str:
    written = ",".join([form(value) for form, value in zip(_PAPER_FORMS, values, strict=True)])
    return f"[{written}]"


def _verify_people(row: Row) -> None:
    drafter, reviewer, cashier = row[_DRAFTER], row[_REVIEWER], row[_CASHIER]
    if None in (drafter, reviewer, cashier) or drafter in (reviewer, cashier) or reviewer == cashier:
        raise _WrongContent(_("制单、审核、出纳不是三个人"))


def _verify_file(sha256: str, name: str) -> None:
    try:
        with path_of(sha256).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise _WrongContent(_("附件“%(name)s”的文件不见了") % {"name": name}) from None
    if found != sha256:
        raise _WrongContent(_("附件“%(name)s”的文件被换过") % {"name": name})


class _Pile:
    """Rows that come in the order of the vouchers, their place in the chain first, handed out voucher by voucher."""

    def __init__(self, rows: list[Row]) -> None:
        self._rows, self._place, self._end = rows, 0, len(rows)

    def of(self, sequence: Any) -> list[Row]:
        """The rows of this voucher, which comes after every one that was asked for before."""
        rows, begin, place = self._rows, self._place, self._place
        while place < self._end and rows[place][0] == sequence:
            place += 1
        self._place = place
        return rows[begin:place]
