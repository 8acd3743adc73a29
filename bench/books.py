"""A book of ten years that is as true as it is large: numbered, summed and sealed, so that it can be verified.

What `ledger.py` has filled past all triggers is made right here: days, numbers, sums, the chain of seals, the head of
the book. Then it is asked what an estate's committee, its residents and its auditor ask.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import ledger
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.urls import reverse

from community.models import Appointment, User
from community.roles import Office, Role
from core import clock
from core.quarters import Quarter
from demo.officers import PASSWORD
from property.models import Book, MonthlyBalance, Posting, Publication, Voucher
from property.sealing import FIELDS, POSTING_FIELDS, book_name, seal

CHUNK = 5_000
TURNS = 7
# Past all triggers: the book is made, not kept.
_DAYS = """
UPDATE property_voucher SET
  day = (SELECT {day} FROM property_ledgermonth m WHERE m.id = property_voucher.month_id),
  settled_on = (SELECT {day} FROM property_ledgermonth m WHERE m.id = property_voucher.month_id),
  means = 'none',
  number = sequence - (SELECT MIN(o.sequence) FROM property_voucher o
    WHERE o.book_id = property_voucher.book_id AND o.month_id = property_voucher.month_id) + 1
WHERE book_id = %(book)s"""
_AMOUNTS = """
UPDATE property_voucher SET amount =
  (SELECT ROUND(SUM(p.debit), 2) FROM property_posting p WHERE p.voucher_id = property_voucher.id)
WHERE book_id = %(book)s"""
_MONTHS = """
UPDATE property_ledgermonth SET last_number =
  (SELECT COUNT(*) FROM property_voucher v WHERE v.month_id = property_ledgermonth.id)
WHERE book_id = %(book)s"""
_SEALED = """
UPDATE property_voucher SET previous_hash = bench_chain.previous, hash = bench_chain.seal
FROM bench_chain WHERE bench_chain.id = property_voucher.id"""


def books_grow(number: str) -> dict[str, Any]:
    """Make the book of `number` postings; what the bench then asks for."""
    quarter = Quarter.of(clock.today()).previous()
    with _past_triggers(), transaction.atomic():
        book = ledger.book_of(quarter, int(number))
        _make_true(book)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    keeper = _committee_of(book)
    published = Publication.objects.filter(state="published").order_by("-quarter")[0]
    return {
        "estate": book.estate.code,
        "postings": Posting.objects.filter(voucher__book=book).count(),
        "first": quarter.start.isoformat(),
        "last": quarter.end.isoformat(),
        "password": PASSWORD,
        "sign_in": reverse("account_login"),
        "pages": {
            "accounts of a month": (
                keeper.phone.plain,
                f"{reverse('property:accounts', args=[book.pk])}?month={quarter.months[-1]}",
            ),
            "published quarter": (keeper.phone.plain, published.get_absolute_url()),
        },
    }


def statement(estate: str) -> dict[str, float]:
    """The quarter's statement, read and drawn, the best of some turns in ms."""
    book = Book.objects.get(estate__code=estate)
    quarter = Quarter.of(clock.today()).previous()
    first, last = quarter.months[0], quarter.months[-1]

    def read() -> Any:
        return MonthlyBalance.objects.of_book(book).statement(first, last)

    def drawn() -> str:
        rows = [{"row": row, "fund": row.fund, "side": ""} for row in read()]
        words = {"book": book, "month": last, "months": [], "rows": rows, "debit": 0, "credit": 0, "offices": ()}
        return render_to_string("property/accounts.html", words)

    asked = {"first": str(first), "last": str(last), "book": book.pk}
    return {
        "read": _best(read),
        "read and drawn": _best(drawn),
        "group by": _best(lambda: ledger._rows(ledger.FULL, asked)),
    }


def _best(ask: Callable[[], Any]) -> float:
    taken = []
    for _ in range(TURNS):
        started = time.perf_counter()
        ask()
        taken.append(1000 * (time.perf_counter() - started))
    return min(taken)


def _make_true(book: Book) -> None:
    day = "(m.month || '-01')::date" if connection.vendor == "postgresql" else "m.month || '-01'"
    with connection.cursor() as cursor:
        for statement in (_DAYS.format(day=day), _AMOUNTS, _MONTHS):
            cursor.execute(statement, {"book": book.pk})
        kind = "uuid" if connection.vendor == "postgresql" else "char(32)"
        cursor.execute(f"CREATE TEMPORARY TABLE bench_chain (id {kind} PRIMARY KEY, previous text, seal text)")
        chain, head = _chained(book), ""
        while rows := list(islice(chain, CHUNK)):
            cursor.executemany("INSERT INTO bench_chain VALUES (%s, %s, %s)", rows)
            head = rows[-1][2]
        cursor.execute(_SEALED)
        cursor.execute("DROP TABLE bench_chain")
    Book.objects.filter(pk=book.pk).update(last_sequence=Voucher.objects.filter(book=book).count(), last_hash=head)


def _chained(book: Book) -> Iterator[tuple[str, str, str]]:
    """Each voucher's id, the seal before it and its own, in order."""
    name = book_name(book.community.code, book.estate.code)
    lines = iter(
        Posting.objects.filter(voucher__book=book)
        .order_by("voucher__sequence", "line")
        .values_list(*POSTING_FIELDS)
        .iterator(CHUNK)
    )
    previous = ""
    for row in Voucher.objects.filter(book=book).order_by("sequence").values(*FIELDS).iterator(CHUNK):
        own = seal(previous, name, row, list(islice(lines, ledger.LINES)), [])
        key = row["id"].hex if connection.vendor == "sqlite" else str(row["id"])
        yield key, previous, own
        previous = own


def _committee_of(book: Book) -> User:
    """A bookkeeper of the demo who keeps this book as well."""
    held = Appointment.objects.filter(role=Role.COMMITTEE, office=Office.BOOKKEEPER).select_related("user")[0]
    Appointment.objects.create(
        community=book.community, user=held.user, role=Role.COMMITTEE, office=Office.SUPERVISOR, estate=book.estate,
        starts_on=held.starts_on, appointed_by=held.appointed_by,
    )  # fmt: skip
    return held.user


@contextmanager
def _past_triggers() -> Iterator[None]:
    """The database's own guards out of the way; SQLite's are put back as they were."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            yield
            cursor.execute("SET session_replication_role = DEFAULT")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'property_%%'")
        kept = cursor.fetchall()
        for name, _made in kept:
            cursor.execute(f"DROP TRIGGER {name}")
        yield
        for _name, made in kept:
            cursor.execute(made)
