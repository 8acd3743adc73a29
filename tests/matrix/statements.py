"""A statement of the estate's bank account, taken in, with a row that is set aside."""

from __future__ import annotations

from typing import Any

from core import clock
from property.statements import actions, keeping, uploads
from property.statements.reading import read
from tests.factories import FullCommittee
from tests.matrix.world import World


def add_statements(world: World, committee: FullCommittee) -> dict[str, Any]:
    day = clock.today()
    text = f"日期,金额,附言\n{day},-1.00,{world.secret}\n{day},0.50,利息\n"
    account = committee.account("1002")
    found = keeping.plan(read(text.encode()), account)
    statement = uploads.keep_directly(found, account=account, name="a.csv", mapping={}, by=committee.cashier)
    row = statement.rows.unscoped(reason="the row of a statement just made").order_by("amount")[0]
    actions.set_aside(row, note=world.secret[:120], by=committee.cashier)
    return {"statement": statement, "statement_row": row}
