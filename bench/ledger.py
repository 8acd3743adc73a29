"""The quarter's statement from kept monthly balances, against one GROUP BY over a million postings.

The opponent gets more than it asks for: a covering index made for it alone, freshly analysed, and a simpler question:
what every account and fund has come to over all time, without months and without the vouchers that hold them. A second
one asks what the statement answers (opening, movement, closing of the quarter), with covering indexes of its own; its
answer is compared with the statement's, to the fen.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db import connection, models, transaction

from community.models import Community, User
from core import clock
from core.quarters import Month, Quarter
from grids.models import Estate
from property import chart
from property.models import Account, Book, LedgerMonth, MonthlyBalance, Posting, Voucher

ESTATE = "bench"
YEARS = 10
LINES = 4
PER_FUND = 11
TURNS = 7
FUNDS = [str(fund) for fund in chart.Fund]
SERIES = "WITH RECURSIVE series(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n < {last})"
NARROW = "SELECT account_id, fund, SUM(debit), SUM(credit) FROM property_posting GROUP BY account_id, fund"
FULL = """
SELECT p.account_id, p.fund,
       SUM(CASE WHEN m.month < %(first)s THEN p.debit - p.credit ELSE 0 END),
       SUM(CASE WHEN m.month >= %(first)s THEN p.debit ELSE 0 END),
       SUM(CASE WHEN m.month >= %(first)s THEN p.credit ELSE 0 END)
  FROM property_voucher v
  JOIN property_ledgermonth m ON m.id = v.month_id
  JOIN property_posting p ON p.voucher_id = v.id
 WHERE v.book_id = %(book)s AND v.state = 'posted' AND m.month <= %(last)s
 GROUP BY p.account_id, p.fund
"""
KEPT = """
INSERT INTO property_monthlybalance
       (created_at, community_id, book_id, account_id, fund, month, debit, credit, balance)
SELECT MIN(p.created_at), MIN(p.community_id), v.book_id, p.account_id, p.fund, m.month,
       ROUND(SUM(p.debit), 2), ROUND(SUM(p.credit), 2),
       ROUND(SUM(SUM(p.debit - p.credit)) OVER (PARTITION BY p.account_id, p.fund ORDER BY m.month), 2)
  FROM property_posting p
  JOIN property_voucher v ON v.id = p.voucher_id
  JOIN property_ledgermonth m ON m.id = v.month_id
 WHERE v.book_id = %(book)s
 GROUP BY v.book_id, p.account_id, p.fund, m.month
"""
POSTED = """
UPDATE property_voucher
   SET state = 'posted', number = version, sequence = version, hash = 'bench', settled_at = drafted_at,
       settled_on = day, reviewed_at = drafted_at, reviewed_by_id = %(reviewer)s, settled_by_id = %(cashier)s
 WHERE book_id = %(book)s
"""
INDEXES = (
    "CREATE INDEX IF NOT EXISTS bench_narrow ON property_posting (account_id, fund, debit, credit)",
    "CREATE INDEX IF NOT EXISTS bench_lines ON property_posting (voucher_id, account_id, fund, debit, credit)",
    "CREATE INDEX IF NOT EXISTS bench_vouchers ON property_voucher (book_id, state, id, month_id)",
)


def race(number: str) -> dict[str, Any]:
    """Fill a book of ten years with `number` posted lines, then time all three in turns: the best of each in ms."""
    postings = int(number)
    quarter = Quarter.of(clock.today()).previous()
    with transaction.atomic():
        book = book_of(quarter, postings)
    _execute(*INDEXES)
    _execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    first, last = quarter.months[0], quarter.months[-1]
    asked = {"first": str(first), "last": str(last), "book": book.pk}
    racers: dict[str, Callable[[], Any]] = {
        "statement": lambda: Account.objects.statement(book, first, last),
        "group_by": lambda: _rows(NARROW),
        "group_by_months": lambda: _rows(FULL, asked),
    }
    times: dict[str, list[float]] = {name: [] for name in racers}
    for _ in range(TURNS):
        for name, ask in racers.items():
            start = time.perf_counter()
            ask()
            times[name].append(1000 * (time.perf_counter() - start))
    _compare(racers["statement"](), racers["group_by_months"]())
    return {
        "postings": Posting.objects.filter(voucher__book=book).count(),
        "balances": MonthlyBalance.objects.filter(book=book).count(),
        **{name: min(taken) for name, taken in times.items()},
    }


def book_of(quarter: Quarter, postings: int) -> Book:
    """The large book, made where it is not there yet."""
    found: Book | None = Book.objects.filter(estate__code=ESTATE).first()
    return found or _filled(_book(quarter), postings)


def _book(quarter: Quarter) -> Book:
    """A book with the standard chart and its months up to the end of the quarter."""
    community = Community.objects.get()
    estate = Estate.objects.create(community=community, code=ESTATE, name=ESTATE)
    months = Month.range(Month(quarter.year - YEARS, 1), quarter.months[-1])
    book = Book.objects.create(community=community, estate=estate, opened_on=months[0].start)
    Account.objects.bulk_create(
        Account(
            community=community,
            book=book,
            code=line.code,
            name=line.name,
            kind=line.kind,
            normal_side=line.normal_side,
            is_money=line.is_money,
        )
        for line in chart.STANDARD
    )
    LedgerMonth.objects.bulk_create(LedgerMonth(community=community, book=book, month=str(month)) for month in months)
    return book


def _filled(book: Book, postings: int) -> Book:
    """Vouchers of two debits and two credits each, copied in the database from one, then posted past all triggers."""
    drafter, reviewer, cashier = User.objects.order_by("pk")[:3]
    months = list(LedgerMonth.objects.filter(book=book).order_by("month"))
    accounts = list(Account.objects.filter(book=book).order_by("code").values_list("pk", flat=True))
    vouchers = postings // LINES
    voucher = Voucher(
        community=book.community, book=book, kind="journal", summary="bench", drafted_by=drafter,
        month=months[0], day=months[0].period.start, drafted_at=book.created_at,
    )  # fmt: skip
    posting = Posting(community=book.community, voucher=voucher, line=1, account_id=accounts[0], fund=FUNDS[0])
    _copy(
        voucher,
        vouchers,
        id=_uuid("n"),
        month_id=f"{months[0].pk} + n * {len(months)} / {vouchers}",
        # Carries the sequence until it is posted: a draft has no number.
        version="n + 1",
    )
    voucher_of, line = f"(n / {LINES})", f"(n % {LINES})"
    # The first two lines are debits, the last two the same amounts as credits, in fen.
    amount = f"ROUND((1000 + ({voucher_of} * 37 + {line} % 2 * 11) % 900000) / 100.0, 2)"
    _copy(
        posting,
        vouchers * LINES,
        id="n + 1000000000",
        voucher_id=_uuid(voucher_of),
        line=f"{line} + 1",
        # An account serves one fund, as nearly all of an estate's do: 44 of both, twice as many as the demo's.
        account_id=f"{accounts[0]} + ({voucher_of} * 7 + {line} * 5) % {PER_FUND} * {len(FUNDS)}"
        f" + {voucher_of} % {len(FUNDS)}",
        fund=f"CASE {voucher_of} % {len(FUNDS)} "
        + " ".join(f"WHEN {index} THEN '{fund}'" for index, fund in enumerate(FUNDS))
        + " END",
        debit=f"CASE WHEN {line} < 2 THEN {amount} ELSE 0 END",
        credit=f"CASE WHEN {line} < 2 THEN 0 ELSE {amount} END",
    )
    people = {"book": book.pk, "reviewer": reviewer.pk, "cashier": cashier.pk}
    with connection.cursor() as cursor:
        cursor.execute(POSTED, people)
        cursor.execute(KEPT, people)
    return book


def _copy(row: models.Model, count: int, **expressions: str) -> None:
    """Insert a row `count` times, with the SQL expressions over n (0, 1, …) in place of its own values."""
    fields = row._meta.concrete_fields
    own = {
        field.column: field.get_db_prep_save(getattr(row, field.attname), connection)
        for field in fields
        if field.column not in expressions
    }
    values = ", ".join(expressions.get(field.column, "%s") for field in fields).replace(" % ", " %% ")
    columns = ", ".join(field.column for field in fields)
    into = f"INSERT INTO {row._meta.db_table} ({columns})"
    series = SERIES.format(last=count - 1)
    with connection.cursor() as cursor:
        cursor.execute(f"{into} {series} SELECT {values} FROM series", list(own.values()))


def _uuid(number: str) -> str:
    """SQL for the UUID of this number."""
    if connection.vendor == "postgresql":
        return f"LPAD(TO_HEX({number}), 32, '0')::uuid"
    return f"PRINTF('%%032x', {number})"


def _execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _rows(sql: str, values: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _compare(statement: Any, summed: list[tuple[Any, ...]]) -> None:
    """Both must tell the same, to the fen; SQLite adds binary fractions, so the sums are rounded."""
    kept = {(row.account.pk, row.fund): (row.opening, row.debit, row.credit) for row in statement}
    fen = Decimal("0.01")
    scanned = {(row[0], row[1]): tuple(Decimal(str(value)).quantize(fen) for value in row[2:]) for row in summed}
    if kept != {key: values for key, values in scanned.items() if any(values)}:
        raise SystemExit("the statement and the postings do not agree")
