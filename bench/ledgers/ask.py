"""Fill a book of django-ledger and ask for its income statement: `python -m ledgers.ask POSTINGS FIRST LAST`; JSON."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import django
from django.core.management import call_command

LINES = 4
YEARS = 10
TURNS = 7
CHUNK = 2_000


def main(postings: int, first: date, last: date) -> dict[str, Any]:
    """What the statement of these days costs, the best of some turns, in ms by the clock and of processor time."""
    from django.contrib.auth.models import User
    from django_ledger.models import EntityModel, TransactionModel

    call_command("migrate", interactive=False, verbosity=0)
    user = User.objects.create_user("bench")
    entity = EntityModel.create_entity(name="Estate", use_accrual_method=True, admin=user, fy_start_month=1)
    _fill(entity, postings, last)
    _analyse()
    wall, cpu = [], []
    for _ in range(TURNS):
        started, spent = time.perf_counter(), time.process_time()
        entity.get_income_statement(from_date=first, to_date=last, user_model=user)
        wall.append(1000 * (time.perf_counter() - started))
        cpu.append(1000 * (time.process_time() - spent))
    return {"postings": TransactionModel.objects.count(), "ms": min(wall), "cpu_ms": min(cpu)}


def _fill(entity: Any, postings: int, last: date) -> None:
    """Journal entries of two debits and two credits, spread over ten years, posted."""
    from django_ledger.models import JournalEntryModel, TransactionModel

    chart = entity.create_chart_of_accounts(assign_as_default=True, commit=True, coa_name="Chart")
    entity.populate_default_coa(activate_accounts=True, coa_model=chart)
    accounts = list(entity.get_coa_accounts(active=True))
    ledger = entity.create_ledger(name="Ledger", posted=True)
    number = postings // LINES
    start = datetime(last.year - YEARS, 1, 1, 12, tzinfo=UTC)
    days = (last - start.date()).days
    for begin in range(0, number, CHUNK):
        entries = [
            JournalEntryModel(
                ledger=ledger,
                timestamp=start + timedelta(days=one * days // number),
                posted=True,
                locked=True,
                je_number=f"JE-{one:09}",
                activity="op",
            )
            for one in range(begin, min(begin + CHUNK, number))
        ]
        JournalEntryModel.objects.bulk_create(entries)
        TransactionModel.objects.bulk_create(
            TransactionModel(
                journal_entry=entry,
                account=accounts[(one * 7 + line * 5) % len(accounts)],
                tx_type="debit" if line < 2 else "credit",
                amount=Decimal(1000 + (one * 37 + line % 2 * 11) % 900_000) / 100,
            )
            for one, entry in enumerate(entries, start=begin)
            for line in range(LINES)
        )


def _analyse() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


if __name__ == "__main__":
    django.setup()
    asked = main(int(sys.argv[1]), date.fromisoformat(sys.argv[2]), date.fromisoformat(sys.argv[3]))
    print(json.dumps(asked))
