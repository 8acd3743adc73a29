"""Recomputes what posting made of each voucher, from columns as the database keeps them: a hundred thousand lines a
second want canonical bytes that are written at once, and sums in whole fen."""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils.translation import gettext as _

from community.files import path_of
from core.hashing import link, quoted
from property.models import Account, Book, LedgerMonth, Voucher, VoucherAttachment
from property.posted import REASON, Row, Window, fen_kept, form_of, yuan_text
from property.sealing import FIELDS, PAPER_FIELDS, POSTING_FIELDS, book_name

# A month is looked up by its key, as is the account of a line: there are few of them, and many lines.
_MONTH = "month__month"
_OWN = tuple(name for name in FIELDS if name not in {"id", "sequence", _MONTH})
VOUCHERS = ("month_id", "community_id", "previous_hash", "hash", *_OWN)
POSTINGS = ("community_id", *(name.replace("account__code", "account_id") for name in POSTING_FIELDS))
PAPERS = ("community_id", "attachment__sha256", "attachment__name", *PAPER_FIELDS)

_PLACE = {name: place for place, name in enumerate(("id", "sequence", *VOUCHERS))}
_WRITTEN = sorted([*FIELDS, "book", "postings", "papers"])
_CONTENT = "{" + ",".join(f'"{name}":%s' for name in _WRITTEN) + "}"
_FORMS = [(name, _PLACE[name], form_of(Voucher, name)) for name in FIELDS if name in _PLACE and name != "payee"]
_PAPER_FORMS = [form_of(VoucherAttachment, name) for name in PAPER_FIELDS]
_moment = form_of(Voucher, "created_at")
_id = form_of(Voucher, "id")
# So many amounts (as text and in fen) and files that are well are remembered.
_REMEMBERED = 50_000

# {(month, account, fund): [debit, credit]} in fen, by the keys of month and account.
Totals = dict[tuple[int, int, str], list[int]]


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
            label = self._label(row)
            self._verify_order(row, label)
            _verify_people(row, label)
            own, own_papers = lines.of(row[0]), papers.of(row[0])
            if row[_PLACE["community_id"]] != self._community:
                raise Wrong(label, _("凭证记在了别的社区"))
            written = self._verify_lines(row, own, label)
            self._verify_seal(row, written, own_papers, label)
            self._verify_papers(own_papers, label)
            self.vouchers += 1
            self.postings += len(own)
            self.papers += len(own_papers)
            self.head = row[_PLACE["hash"]]

    def _label(self, row: Row) -> str:
        month = self._months.get(row[_PLACE["month_id"]], "?")
        number = row[_PLACE["number"]]
        return _("%(month)s 记-%(number)d") % {"month": month, "number": number if isinstance(number, int) else 0}

    def _verify_order(self, row: Row, label: str) -> None:
        key = row[_PLACE["month_id"]]
        number = self.numbers[key] = self.numbers.get(key, 0) + 1
        if row[1] != self.vouchers + 1:
            raise Wrong(label, _("入账次序应该是 %(wanted)d") % {"wanted": self.vouchers + 1})
        if row[_PLACE["number"]] != number:
            raise Wrong(label, _("凭证号应该是 %(wanted)d") % {"wanted": number})
        if row[_PLACE["previous_hash"]] != self.head:
            raise Wrong(label, _("和前一张凭证接不上"))
        if str(row[_PLACE["day"]])[:7] != self._months.get(key):
            raise Wrong(label, _("日期不在它的月份里"))

    def _verify_lines(self, row: Row, lines: list[Row], label: str) -> str:
        """The lines as they are sealed; sums and totals are taken on the way."""
        month, totals, amounts = row[_PLACE["month_id"]], self.totals, self._amounts
        written: list[str] = []
        funds: dict[str, int] = {}
        debits = 0
        made, made_text = None, ""
        for _voucher, community, key, created, line, account, fund, debit, credit, note in lines:
            if account not in self._codes or community != self._community:
                raise Wrong(label, _("有一行记在了别的账本里"))
            debit_text, debit_fen = amounts.get(debit) or self._amount(debit, label)
            credit_text, credit_fen = amounts.get(credit) or self._amount(credit, label)
            if debit_fen < 0 or credit_fen < 0 or (debit_fen > 0) == (credit_fen > 0):
                raise Wrong(label, _("有一行不是只在借方或贷方"))
            if created != made:
                made, made_text = created, self._moment(created, label)
            written.append(
                f'[{key!r},{made_text},{line!r},{self._codes[account]},{quoted(fund)},"{debit_text}","{credit_text}",'
                f"{quoted(note) if note else _EMPTY[note]}]"
            )
            debits += debit_fen
            funds[fund] = funds.get(fund, 0) + debit_fen - credit_fen
            total = totals.get((month, account, fund))
            if total is None:
                total = totals[month, account, fund] = [0, 0]
            total[0] += debit_fen
            total[1] += credit_fen
        if not lines or any(funds.values()):
            raise Wrong(label, _("借方和贷方不相等"))
        if debits != self._amount(row[_PLACE["amount"]], label)[1]:
            raise Wrong(label, _("凭证金额和分录相加不相等"))
        return ",".join(written)

    def _amount(self, value: Any, label: str) -> tuple[str, int]:
        """An amount as text and in fen; one that is not in whole fen was not written by the portal."""
        try:
            found = yuan_text(value), fen_kept(value)
        except (TypeError, ValueError):
            raise Wrong(label, _("有一个金额不是整分")) from None
        if len(self._amounts) >= _REMEMBERED:
            self._amounts.clear()
        self._amounts[value] = found
        return found

    def _moment(self, value: Any, label: str) -> str:
        try:
            return _moment(value)
        except (TypeError, ValueError):
            raise Wrong(label, _("内容和入账时的校验码对不上")) from None

    def _verify_seal(self, row: Row, lines: str, papers: list[Row], label: str) -> None:
        try:
            sealed = link(self.head, self._content(row, lines, papers).encode())
        except (TypeError, ValueError):
            sealed = ""
        if sealed != row[_PLACE["hash"]]:
            raise Wrong(label, _("内容和入账时的校验码对不上"))

    def _verify_papers(self, papers: list[Row], label: str) -> None:
        for _voucher, community, sha256, name, *_sealed in papers:
            if community != self._community:
                raise Wrong(label, _("有一份附件记在了别的社区"))
            if sha256 not in self._files:
                _verify_file(sha256, name, label)
                if len(self._files) >= _REMEMBERED:
                    self._files.clear()
                self._files.add(sha256)

    def _content(self, row: Row, lines: str, papers: list[Row]) -> str:
        """The canonical bytes of what `property.sealing.seal` seals, as text."""
        content = {name: form(row[place]) for name, place, form in _FORMS}
        content["book"] = self._book
        content[_MONTH] = quoted(self._months[row[_PLACE["month_id"]]])
        payee = row[_PLACE["payee"]]
        salted = f"[{content['id']},{quoted(payee)}]".encode() if payee else b""
        content["payee"] = f'"{hashlib.sha256(salted).hexdigest()}"' if salted else '""'
        content["postings"] = f"[{lines}]"
        content["papers"] = f"[{','.join(_paper(paper[4:]) for paper in papers)}]" if papers else "[]"
        return _CONTENT % tuple([content[name] for name in _WRITTEN])


_EMPTY = {"": '""', None: "null"}


def _paper(values: Row) -> str:
    written = ",".join([form(value) for form, value in zip(_PAPER_FORMS, values, strict=True)])
    return f"[{written}]"


def _verify_people(row: Row, label: str) -> None:
    drafter, reviewer, cashier = row[_DRAFTER], row[_REVIEWER], row[_CASHIER]
    if None in (drafter, reviewer, cashier) or drafter in (reviewer, cashier) or reviewer == cashier:
        raise Wrong(label, _("制单、审核、出纳不是三个人"))


_DRAFTER, _REVIEWER, _CASHIER = (_PLACE[name] for name in ("drafted_by_id", "reviewed_by_id", "settled_by_id"))


def _verify_file(sha256: str, name: str, label: str) -> None:
    try:
        with path_of(sha256).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise Wrong(label, _("附件“%(name)s”的文件不见了") % {"name": name}) from None
    if found != sha256:
        raise Wrong(label, _("附件“%(name)s”的文件被换过") % {"name": name})


class _Pile:
    """Rows that come in the order of the vouchers, the voucher's id first, handed out voucher by voucher."""

    def __init__(self, rows: list[Row]) -> None:
        self._rows, self._place, self._end = rows, 0, len(rows)

    def of(self, voucher: Any) -> list[Row]:
        """The rows of this voucher, which comes after every one that was asked for before."""
        rows, begin, place = self._rows, self._place, self._place
        while place < self._end and rows[place][0] == voucher:
            place += 1
        self._place = place
        return rows[begin:place]
