"""Reads a whole book again and names the first row that is not as it was posted."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import pairwise
from multiprocessing import get_context

from django.db import connections
from django.db.models import Count
from django.utils.translation import gettext as _

from community.models import AuditEvent
from core.money import yuan
from property import chart
from property.models import Account, Book, LedgerMonth, MonthlyBalance, Voucher
from property.posted import amount_kept, as_kept, steady, windows
from property.querysets import yuan_of
from property.resealing import PAPERS, POSTINGS, VOUCHERS, Reader, Totals, Wrong

REASON = "a whole book is read again"
# A second process has to read at least so many vouchers before it is worth its beginning.
WORTH = 10_000
CLOSING_TOOK = timedelta(minutes=1)
# Month, code and fund of a kept row; what was posted to either side and the balance at the end of the month, in fen.
Key = tuple[str, str, str]
Kept = tuple[int, int, int]


@dataclass(slots=True)
class Verdict:
    """What was read, the head of the chain, and the first wrong row with what is wrong ("" when all is well)."""

    vouchers: int = 0
    postings: int = 0
    papers: int = 0
    head: str = ""
    row: str = ""
    wrong: str = ""
    totals: Totals = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        return not self.wrong


def verify(book: Book, *, processes: int = 1) -> Verdict:
    """Recompute numbers, signatures, sums, seals, files and balances of a book, voucher by voucher as posted.

    Memory does not grow with the postings; one pass over each table. Lines of vouchers that are not posted yet are
    no part of the chain and are left alone. A large book is read by as many `processes`, each a stretch of the chain;
    for that the connections to the database are closed, so only outside a transaction.
    """
    while True:
        book = _fresh(book)
        verdict = _read(book, processes)
        # Somebody may have posted meanwhile: then what looked wrong is read again.
        if verdict.is_good or _fresh(book).last_sequence == book.last_sequence:
            return verdict


def _fresh(book: Book) -> Book:
    found: Book = Book.objects.unscoped(reason=REASON).select_related("estate", "community").get(pk=book.pk)
    return found


def _read(book: Book, processes: int) -> Verdict:
    verdict = Verdict()
    try:
        _verify_accounts(book)
        _verify_vouchers(book, verdict, processes)
        _verify_head(book, verdict)
        _verify_months(book, verdict)
        _verify_balances(book, verdict)
    except Wrong as found:
        verdict.row, verdict.wrong = found.args
    return verdict


def _verify_accounts(book: Book) -> None:
    """What an account counts as follows from its code; the statements are made from it."""
    for account in Account.objects.unscoped(reason=REASON).filter(book=book).order_by("code"):
        standard = chart.BY_CODE.get(account.code)
        kind = chart.kind_of(account.code) if account.code[:1] in "12345" else ""
        wrong = (account.community_id, account.kind) != (book.community_id, kind)
        if wrong or (standard and (account.normal_side, account.is_money) != (standard.normal_side, standard.is_money)):
            raise Wrong(account.code, _("科目的类别和编号对不上"))


def _verify_vouchers(book: Book, verdict: Verdict, processes: int) -> None:
    _verify_placed(book)
    for part in _parts(book, processes):
        verdict.postings += part.postings
        verdict.papers += part.papers
        # A part knows the numbers and the head of all before it.
        verdict.vouchers, verdict.head, verdict.numbers = part.vouchers, part.head, part.numbers
        _add_up(verdict.totals, part.totals)
        if not part.is_good:
            raise Wrong(part.row, part.wrong)


def _add_up(totals: Totals, more: Totals) -> None:
    for month, of_month in more.items():
        kept = totals.setdefault(month, {})
        for key, total in of_month.items():
            if key in kept:
                kept[key].debit += total.debit
                kept[key].credit += total.credit
            else:
                kept[key] = total


def _verify_placed(book: Book) -> None:
    posted = Voucher.objects.unscoped(reason=REASON).filter(book=book, state=Voucher.State.POSTED)
    lost = posted.filter(sequence__isnull=True).select_related("month").first()
    if lost is not None:
        raise Wrong(lost.label, _("没有入账次序"))


def _parts(book: Book, processes: int) -> Iterable[Verdict]:
    """The verdicts about stretches of the chain, in its order."""
    count = min(processes, book.last_sequence // WORTH)
    if count < 2:
        yield _stretch(book.pk, None, None)
        return
    cuts = [book.last_sequence * cut // count for cut in range(1, count)]
    stretches = list(pairwise([None, *cuts, None]))
    connections.close_all()  # Else they would be shared with the processes, which are copies of this one.
    with ProcessPoolExecutor(count, mp_context=get_context("fork")) as pool:
        yield from pool.map(partial(_stretch, book.pk), *zip(*stretches, strict=True))


def _stretch(pk: int, after: int | None, up_to: int | None) -> Verdict:
    """The verdict about the vouchers after one place in the chain and up to another."""
    book = Book.objects.unscoped(reason=REASON).select_related("estate", "community").get(pk=pk)
    verdict = _before(book, after)
    reader = Reader(book, verdict.vouchers, verdict.head, verdict.numbers)
    try:
        with steady():
            for window in windows(book, voucher=VOUCHERS, posting=POSTINGS, paper=PAPERS, after=after, up_to=up_to):
                reader.read(window)
    except Wrong as found:
        verdict.row, verdict.wrong = found.args
    verdict.vouchers, verdict.head, verdict.numbers = reader.vouchers, reader.head, reader.numbers
    verdict.postings, verdict.papers, verdict.totals = reader.postings, reader.papers, reader.totals
    return verdict


def _before(book: Book, after: int | None) -> Verdict:
    """What the vouchers up to a place in the chain have come to; another stretch looks at them."""
    if after is None:
        return Verdict()
    earlier = Voucher.objects.unscoped(reason=REASON).filter(book=book, state=Voucher.State.POSTED, sequence__lte=after)
    numbers = dict(earlier.order_by().values("month_id").annotate(n=Count("pk")).values_list("month_id", "n"))
    last = earlier.order_by("-sequence").values_list("hash", flat=True).first()
    return Verdict(vouchers=sum(numbers.values()), head=last or "", numbers=numbers)


def _verify_head(book: Book, verdict: Verdict) -> None:
    if (book.last_sequence, book.last_hash) != (verdict.vouchers, verdict.head):
        raise Wrong(str(book), _("账本记着 %(wanted)d 张凭证，找到 %(found)d 张") % _head_words(book, verdict))


def _head_words(book: Book, verdict: Verdict) -> dict[str, int]:
    return {"wanted": book.last_sequence, "found": verdict.vouchers}


def _verify_months(book: Book, verdict: Verdict) -> None:
    closings = _closings(book)
    still_open = False
    for month in LedgerMonth.objects.unscoped(reason=REASON).filter(book=book).order_by("month"):
        if month.last_number != verdict.numbers.get(month.pk, 0):
            raise Wrong(month.month, _("这个月的最后一号和凭证对不上"))
        if month.is_closed and still_open:
            raise Wrong(month.month, _("前面的月份还没结账"))
        if month.community_id != book.community_id or not _closed_as_recorded(month, closings.get(str(month.pk))):
            raise Wrong(month.month, _("结账的记录对不上"))
        still_open = still_open or not month.is_closed


def _closings(book: Book) -> dict[str, AuditEvent]:
    """Who closed which month when, as the record has it, which is never changed."""
    months = LedgerMonth.objects.unscoped(reason=REASON).filter(book=book).values_list("pk", flat=True)
    events = AuditEvent.objects.unscoped(reason=REASON).filter(
        community=book.community_id,
        target_type=LedgerMonth._meta.label_lower,
        target_id__in=[str(pk) for pk in months],
        verb="month_closed",
    )
    return {event.target_id: event for event in events}


def _closed_as_recorded(month: LedgerMonth, closing: AuditEvent | None) -> bool:
    if closing is None or month.closed_at is None:
        return closing is None and not month.is_closed
    return month.closed_by_id == closing.actor_id and abs(closing.at - month.closed_at) < CLOSING_TOOK


def _verify_balances(book: Book, verdict: Verdict) -> None:
    codes = dict(Account.objects.unscoped(reason=REASON).filter(book=book).values_list("pk", "code"))
    months = dict(LedgerMonth.objects.unscoped(reason=REASON).filter(book=book).values_list("pk", "month"))
    wanted: dict[Key, Kept] = {}
    reached: dict[tuple[str, str], int] = {}
    for month, of_month in sorted(verdict.totals.items(), key=lambda one: months[one[0]]):
        for (account, fund), total in of_month.items():
            code = codes[account]
            reached[code, fund] = reached.get((code, fund), 0) + total.debit - total.credit
            wanted[months[month], code, fund] = total.debit, total.credit, reached[code, fund]
    kept = _kept_balances(book, codes)
    for key in sorted(kept.keys() | wanted.keys()):
        is_kept, is_wanted = kept.get(key), wanted.get(key)
        if is_kept != is_wanted:
            words = {"kept": _told(is_kept), "wanted": _told(is_wanted)}
            raise Wrong(" ".join(key), _("余额记着 %(kept)s，凭证相加是 %(wanted)s") % words)


def _kept_balances(book: Book, codes: dict[int, str]) -> dict[Key, Kept]:
    rows = MonthlyBalance.objects.unscoped(reason=REASON).filter(book=book).order_by("month", "account__code", "fund")
    names = ("month", "account_id", "account__code", "fund", "community_id", "debit", "credit", "balance")
    kept: dict[Key, Kept] = {}
    for month, account, code, fund, community, *sums in rows.values_list(*as_kept(*names)):
        key = month, code, fund
        if account not in codes or community != book.community_id:
            raise Wrong(" ".join(key), _("余额记在了别的账本里"))
        try:
            debit, credit, balance = (amount_kept(amount)[1] for amount in sums)
        except (TypeError, ValueError):
            raise Wrong(" ".join(key), _("有一个金额不是整分")) from None
        kept[key] = debit, credit, balance
    return kept


def _told(sums: Kept | None) -> str:
    if sums is None:
        return _("没有这一行")
    debit, credit, balance = (yuan(yuan_of(fen)) for fen in sums)
    words = {"debit": debit, "credit": credit, "balance": balance}
    return _("借 %(debit)s 贷 %(credit)s 月末 %(balance)s") % words
