"""The own household's fees: a rate, a relief, a car, what it owed before, this month's bills, a receipt."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from core import clock
from core.quarters import Month
from property.fees import actions
from property.models import Means
from tests.factories import FullCommittee
from tests.matrix.world import World


def add_fees(world: World, committee: FullCommittee) -> dict[str, Any]:
    """One of each kind; what only the household and its committee may read says so."""
    book, home, today = committee.book, world.homes["own"], clock.today()
    this = Month.of(today)
    schedule = actions.add_schedule(
        book,
        by=committee.bookkeeper,
        name="物业费",
        basis="household",
        rate=Decimal("30.00"),
        account=committee.account("430101"),
        first=this,
        decided=world.secret,
    )
    relief = actions.add_relief(
        book,
        home,
        by=committee.bookkeeper,
        percent=50,
        reason=world.secret,
        decided_by=world.secret,
        decided_on=today,
        starts_on=this.start,
    )
    vehicle = actions.add_vehicle(
        book, home, by=committee.bookkeeper, plate="苏LA1234", starts_on=this.start, note=world.secret
    )
    actions.bring_forward(book, home, by=committee.bookkeeper, owed=Decimal("88.00"))
    run = actions.run_billing(book, by=committee.bookkeeper, first=this, last=this, due_on=today + timedelta(days=30))
    payment = actions.take_payment(
        book,
        home,
        by=committee.cashier,
        amount=Decimal("60.00"),
        means=Means.WECHAT,
        paid_on=today,
        reference=world.secret,
        payer="王建国",
    )
    return {"fee_schedule": schedule, "relief": relief, "vehicle": vehicle, "billing_run": run, "payment": payment}
