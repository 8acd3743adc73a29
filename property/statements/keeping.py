"""The rows of a statement in the books: each once, however often and in whatever overlapping exports it comes."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from core.money import yuan
from core.refusal import Refused
from core.scoping import locked
from grids.models import Estate
from property.models import Account, Book, Statement, StatementFormat, StatementRow
from property.statements.cells import ZERO
from property.statements.reading import Entry, Reading
from property.statements.tables import Doubt

_WHY = "rows of a statement that was found before"
_BATCH = 500
Progress = Callable[[int, int], None]


@dataclass
class Plan:
    """What applying a reading would add: entries with their fingerprints, and how many are there already."""

    reading: Reading
    new: list[tuple[str, Entry]] = field(default_factory=list)
    known: int = 0
    doubts: list[Doubt] = field(default_factory=list)

    def fingerprint(self) -> str:
        """Changes with whatever would be added."""
        return hashlib.sha256("".join(print_ for print_, _entry in self.new).encode()).hexdigest()

    def summary(self) -> dict[str, object]:
        doubts = [doubt.as_kept() for doubt in [*self.reading.doubts, *self.doubts]]
        return {**self.reading.summary(), "new": len(self.new), "known": self.known, "doubts": doubts}


def plan(reading: Reading, account: Account) -> Plan:
    """Which rows of a reading the account does not have yet."""
    prints = fingerprints(reading.entries)
    rows = StatementRow.objects.unscoped(reason=_WHY).filter(community=account.community_id, account=account)
    first, last = reading.first, reading.last
    there: set[str] = set()
    if first is not None and last is not None:
        there = set(rows.filter(day__range=(first, last)).values_list("fingerprint", flat=True))
    found = Plan(reading)
    for print_, entry in zip(prints, reading.entries, strict=True):
        if print_ in there:
            found.known += 1
        else:
            found.new.append((print_, entry))
    found.doubts = _of_the_seam(found, account)
    return found


@transaction.atomic
def keep(statement: Statement, found: Plan, *, progress: Progress = lambda done, total: None) -> int:
    """Add what is new to the statement's account; gives how many rows. The account is locked, so that nobody adds the
    same rows meanwhile."""
    locked(statement.account)
    rows = [_row(statement, place, *one) for place, one in enumerate(found.new)]
    for start in range(0, len(rows), _BATCH):
        StatementRow.objects.bulk_create(rows[start : start + _BATCH])
        progress(min(start + _BATCH, len(rows)), len(rows))
    return len(rows)


def fingerprints(entries: list[Entry]) -> list[str]:
    """For every row a mark of what it is and of how many like it came before; the same in every export of it.

    Equal rows of one file are different rows: the second of a day is the second in every export of that day.
    """
    seen: Counter[str] = Counter()
    marks = []
    for entry in entries:
        known = _identity(entry)
        seen[known] += 1
        marks.append(hashlib.sha256(f"{known}\x1f{seen[known]}".encode()).hexdigest())
    return marks


def _identity(entry: Entry) -> str:
    """Day, amount and the number that the bank gave; without a number, whatever else it says. What the bank changes
    later (the state of an order, whether it counts as income) is not part of it."""
    said = (entry.reference,) if entry.reference else (entry.counterparty, entry.counter_account, entry.remark)
    parts = (entry.day, entry.at or "", entry.amount, "" if entry.balance is None else entry.balance, *said)
    return "\x1f".join(_same(str(part)) for part in parts)


def _same(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


def _row(statement: Statement, place: int, print_: str, entry: Entry) -> StatementRow:
    return StatementRow(
        community_id=statement.community_id,
        statement=statement,
        account_id=statement.account_id,
        fingerprint=print_,
        line=entry.line,
        position=place,
        day=entry.day,
        at=entry.at,
        kind=entry.kind,
        amount=entry.amount,
        balance=entry.balance,
        counterparty=entry.counterparty,
        counter_account=entry.counter_account,
        remark=entry.remark,
        reference=entry.reference,
    )


def _of_the_seam(found: Plan, account: Account) -> list[Doubt]:
    """Whether the first new row goes on where the rows before it ended."""
    if not found.new or not found.reading.balance_checked:
        return []
    first = found.new[0][1]
    rows = StatementRow.objects.unscoped(reason=_WHY).filter(community=account.community_id, account=account)
    before = rows.filter(day__lt=first.day, balance__isnull=False).order_by("-day", "-position").first()
    if before is None or first.balance is None or found.known:
        return []
    opening: Decimal = first.balance - first.amount
    if opening == before.balance:
        return []
    words = {"opening": yuan(opening), "last": yuan(before.balance or ZERO), "day": before.day}
    return [
        Doubt(
            0, _("开头的余额 %(opening)s 元，和 %(day)s 导入的最后余额 %(last)s 元接不上，中间可能少了一段。") % words
        )
    ]


def remembered(community_id: int) -> Callable[[str], Mapping[str, str]]:
    """What somebody of the community has said about a layout, asked by its digest."""

    def ask(digest: str) -> Mapping[str, str]:
        rows = StatementFormat.objects.unscoped(reason="how this community's statements are laid out")
        kept = rows.filter(community=community_id, digest=digest).values_list("mapping", flat=True).first()
        return dict(kept or {})

    return ask


def account_of(book: Book, code: str) -> Account:
    """The money account of this code, or the first one below it that takes postings; Refused where there is none."""
    accounts = Account.objects.unscoped(reason="the money accounts of a book found before")
    money = accounts.filter(book=book, is_money=True, takes_postings=True, code__startswith=code)
    found: Account | None = money.order_by("code").first()
    if found is None or found.code.startswith("1001"):
        raise Refused(_("账本里没有可以对账的钱款账户 %(code)s。") % {"code": code})
    return found


def estate_of(code: str, community: str = "") -> Estate:
    """The estate of this code; Refused where there is none, or several and no community is named."""
    estates = Estate.objects.unscoped(reason="named on the command line").filter(code=code)
    if community:
        estates = estates.filter(community__code=community)
    found: list[Estate] = list(estates.select_related("community")[:2])
    if not found:
        raise Refused(_("没有编号是 %(code)s 的小区。") % {"code": code})
    if len(found) > 1:
        raise Refused(_("有几个社区都有编号 %(code)s 的小区，请用 --community 说明是哪一个社区。") % {"code": code})
    return found[0]
