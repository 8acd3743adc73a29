"""What is posted stays: the databases themselves refuse to change posted vouchers, their lines, and closed months."""

from django.db import migrations

from core.append_only import refuse

VOUCHER, POSTING = "property_voucher", "property_posting"
PAPER, MONTH = "property_voucherattachment", "property_ledgermonth"

NEW_IS_POSTED = "EXISTS (SELECT 1 FROM property_voucher v WHERE v.id = NEW.voucher_id AND v.state = 'posted')"
OLD_IS_POSTED = "EXISTS (SELECT 1 FROM property_voucher v WHERE v.id = OLD.voucher_id AND v.state = 'posted')"
EITHER_IS_POSTED = f"{OLD_IS_POSTED} OR {NEW_IS_POSTED}"
POSTING_NOW = "NEW.state = 'posted' AND OLD.state <> 'posted'"
EMPTY = "NOT EXISTS (SELECT 1 FROM property_posting p WHERE p.voucher_id = NEW.id)"
# In whole fen, because SQLite adds decimals as binary fractions.
UNBALANCED = (
    "EXISTS (SELECT p.fund FROM property_posting p WHERE p.voucher_id = NEW.id GROUP BY p.fund "
    "HAVING SUM(CAST(ROUND((p.debit - p.credit) * 100) AS BIGINT)) <> 0)"
)
MONTH_CLOSED = "EXISTS (SELECT 1 FROM property_ledgermonth m WHERE m.id = NEW.month_id AND m.state = 'closed')"
EARLIER_OPEN = (
    "EXISTS (SELECT 1 FROM property_ledgermonth m "
    "WHERE m.book_id = NEW.book_id AND m.month < NEW.month AND m.state = 'open')"
)

GUARDS = [
    (VOUCHER, "voucher_posted_no_update", "UPDATE", "OLD.state = 'posted'", "a posted voucher is never changed"),
    (VOUCHER, "voucher_posted_no_delete", "DELETE", "OLD.state = 'posted'", "a posted voucher is never deleted"),
    (VOUCHER, "voucher_no_posted_insert", "INSERT", "NEW.state = 'posted'", "a voucher is drafted before it is posted"),
    (
        VOUCHER,
        "voucher_balances",
        "UPDATE",
        f"{POSTING_NOW} AND ({EMPTY} OR {UNBALANCED})",
        "debit and credit of every fund must be equal",
    ),
    (VOUCHER, "voucher_month_is_open", "UPDATE", f"{POSTING_NOW} AND {MONTH_CLOSED}", "the month is closed"),
    (POSTING, "posting_no_insert", "INSERT", NEW_IS_POSTED, "a posted voucher takes no more lines"),
    (
        POSTING,
        "posting_no_update",
        "UPDATE",
        EITHER_IS_POSTED,
        "lines of a posted voucher are never changed",
    ),
    (POSTING, "posting_no_delete", "DELETE", OLD_IS_POSTED, "lines of a posted voucher are never deleted"),
    (PAPER, "paper_no_insert", "INSERT", NEW_IS_POSTED, "a posted voucher takes no more papers"),
    (
        PAPER,
        "paper_no_update",
        "UPDATE",
        EITHER_IS_POSTED,
        "papers of a posted voucher are never changed",
    ),
    (PAPER, "paper_no_delete", "DELETE", OLD_IS_POSTED, "papers of a posted voucher are never deleted"),
    (MONTH, "month_closed_no_update", "UPDATE", "OLD.state = 'closed'", "a closed month is never opened again"),
    (MONTH, "month_closed_no_delete", "DELETE", "OLD.state = 'closed'", "a closed month is never deleted"),
    (
        MONTH,
        "month_closes_in_order",
        "UPDATE",
        f"NEW.state = 'closed' AND OLD.state = 'open' AND {EARLIER_OPEN}",
        "months close in order",
    ),
]


def guard_books(apps, schema_editor):
    for table, name, event, when, says in GUARDS:
        refuse(schema_editor, table=table, name=name, event=event, when=when, says=says)


class Migration(migrations.Migration):
    dependencies = [("property", "0001_initial")]
    operations = [migrations.RunPython(guard_books, migrations.RunPython.noop)]
