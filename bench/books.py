"""A book of ten years that is as true as it is large: numbered, summed and sealed, so that it can be verified.

What `ledger.py` has filled past all triggers is made right here: days, numbers, sums, the chain of seals, the head of
the book. Then it is asked what an estate's committee, its residents and its auditor ask.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import islice
from typing import Any

import ledger
from django.db import connection, transaction
from django.urls import reverse

from community.models import Appointment, Community, User
from community.roles import Office, Role
from core import clock
from core.quarters import Month, Quarter
from demo.officers import PASSWORD
from grids.models import Building, Dwelling, Estate, Grid, Household, Unit
from property.actions import open_book
from property.drawn_accounts import drawn_accounts
from property.fees.actions import add_schedule, run_billing
from property.models import Account, Book, FeeSchedule, Posting, Publication, Voucher
from property.sealing import FIELDS, POSTING_FIELDS, book_name, seal

CHUNK = 5_000
CROWDED = "crowded"
TURNS = 7
_DEBIT = POSTING_FIELDS.index("debit")
# Past all triggers: the book is made, not kept.
_MONTHS = """
UPDATE property_ledgermonth SET last_number =
  (SELECT COUNT(*) FROM property_voucher v WHERE v.month_id = property_ledgermonth.id)
WHERE book_id = %(book)s"""
_TRUE = """
UPDATE property_voucher SET number = true_voucher.number, day = true_voucher.day, settled_on = true_voucher.day,
  means = 'none', amount = true_voucher.amount, previous_hash = true_voucher.previous, hash = true_voucher.seal
FROM true_voucher WHERE true_voucher.id = property_voucher.id"""


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
        return Account.objects.statement(book, first, last)

    def drawn() -> str:
        return drawn_accounts(book, last, read())

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
    kind = "uuid" if connection.vendor == "postgresql" else "char(32)"
    columns = f"id {kind} PRIMARY KEY, number integer, day date, amount numeric(14, 2), previous text, seal text"
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS, {"book": book.pk})
        cursor.execute(f"CREATE TEMPORARY TABLE true_voucher ({columns})")
        chain, head = _chained(book), ""
        while rows := list(islice(chain, CHUNK)):
            cursor.executemany("INSERT INTO true_voucher VALUES (%s, %s, %s, %s, %s, %s)", rows)
            head = rows[-1][-1]
        cursor.execute(_TRUE)
        cursor.execute("DROP TABLE true_voucher")
    Book.objects.filter(pk=book.pk).update(last_sequence=Voucher.objects.filter(book=book).count(), last_hash=head)


def _chained(book: Book) -> Iterator[tuple[Any, ...]]:
    """Each voucher's id with its number, day and amount, the seal before it and its own, in order."""
    name = book_name(book.community.code, book.estate.code)
    lines = iter(
        Posting.objects.filter(voucher__book=book)
        .order_by("voucher__sequence", "line")
        .values_list(*POSTING_FIELDS)
        .iterator(CHUNK)
    )
    previous, month, number = "", "", 0
    for row in Voucher.objects.filter(book=book).order_by("sequence").values(*FIELDS).iterator(CHUNK):
        number = number + 1 if row["month__month"] == month else 1
        month = row["month__month"]
        day, own = Month.parse(month).start, list(islice(lines, ledger.LINES))
        amount = sum((line[_DEBIT] for line in own), Decimal("0.00"))
        row |= {"number": number, "day": day, "settled_on": day, "means": "none", "amount": amount}
        sealed = seal(previous, name, row, own, [])
        key = row["id"].hex if connection.vendor == "sqlite" else str(row["id"])
        yield key, number, day.isoformat(), str(amount), previous, sealed
        previous = sealed


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


def bill(households: str) -> dict[str, Any]:
    """How long a quarter's run for so many households takes, in s: three bills each and their voucher, at once."""
    community, quarter = Community.objects.get(), Quarter.of(clock.today())
    held = Appointment.objects.filter(role=Role.COMMITTEE, office=Office.BOOKKEEPER).select_related("user")[0]
    estate = Estate.objects.create(community=community, code=CROWDED, name=CROWDED)
    Appointment.objects.create(
        community=community, user=held.user, role=Role.COMMITTEE, office=Office.BOOKKEEPER, estate=estate,
        starts_on=held.starts_on, appointed_by=held.appointed_by,
    )  # fmt: skip
    _settle(estate, int(households))
    by = User.objects.get(pk=held.user_id)
    book = open_book(estate, by=by, opened_on=quarter.start, spending_limit=Decimal(6000))
    add_schedule(
        book,
        by=by,
        name="物业费",
        basis=FeeSchedule.Basis.AREA,
        rate=Decimal("0.45"),
        account=Account.objects.get(book=book, code="430101"),
        first=quarter.months[0],
    )
    started = time.perf_counter()
    run = run_billing(book, by=by, first=quarter.months[0], last=quarter.months[-1], due_on=quarter.end)
    return {"seconds": time.perf_counter() - started, "bills": run.bills}


def _settle(estate: Estate, households: int) -> None:
    """Doors of one building with a household behind each."""
    community = estate.community
    grid = Grid.objects.order_by("pk")[0]
    building = Building.objects.create(
        community=community, estate=estate, grid=grid, number="1", label=f"{CROWDED}1幢", order=1
    )
    unit = Unit.objects.create(community=community, building=building, number="1")
    doors = Dwelling.objects.bulk_create(
        Dwelling(
            community=community,
            building=building,
            unit=unit,
            room_no=str(number),
            label=f"{CROWDED}1幢1单元{number}室",
            area=4800 + 13 * number % 7000,
        )
        for number in range(1, households + 1)
    )
    Household.objects.bulk_create(Household(community=community, building=building, dwelling=door) for door in doors)
