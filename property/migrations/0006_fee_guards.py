"""What was billed and paid stays: the databases themselves refuse to change bills, payments, allocations and rates.

A payment and a run get the voucher that they are on, another one while that is not posted; nothing else changes.
"""

from django.db import migrations

from core.append_only import refuse

RATE, RUN = "property_feeschedule", "property_billingrun"
BILL, PAYMENT, ALLOCATION = "property_bill", "property_payment", "property_allocation"

OF_RATE = (
    "id", "community_id", "created_at", "book_id", "name", "basis", "rate", "account_id", "fund", "building_id",
    "first_month", "decided",
)  # fmt: skip
OF_RUN = (
    "id", "community_id", "created_at", "book_id", "first_month", "last_month", "day", "due_on", "bills", "households",
    "gross", "relief", "amount", "prepaid_used", "run_by_id", "run_at",
)  # fmt: skip
OF_PAYMENT = (
    "id", "community_id", "created_at", "book_id", "household_id", "kind", "year", "number", "amount", "means",
    "account_id", "paid_on", "reference", "payer", "reason", "origin_id", "key", "taken_by_id", "taken_at",
)  # fmt: skip
VOUCHER_POSTED = "EXISTS (SELECT 1 FROM property_voucher v WHERE v.id = OLD.voucher_id AND v.state = 'posted')"
# A voucher of the same book, so that what is posted there is what stands here.
OTHER_BOOK = (
    "NEW.voucher_id IS NOT NULL AND NOT EXISTS "
    "(SELECT 1 FROM property_voucher v WHERE v.id = NEW.voucher_id AND v.book_id = NEW.book_id)"
)
BILL_ELSEWHERE = (
    "NEW.payment_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM property_payment p, property_bill b "
    "WHERE p.id = NEW.payment_id AND b.id = NEW.bill_id AND p.book_id = b.book_id)"
)


def changed(names):
    return " OR ".join(f"OLD.{name} <> NEW.{name} OR (OLD.{name} IS NULL) <> (NEW.{name} IS NULL)" for name in names)


GUARDS = [
    (RATE, "fee_rate_no_update", "UPDATE", changed(OF_RATE), "a rate is never changed: it ends and another begins"),
    (RATE, "fee_rate_no_delete", "DELETE", "", "a rate is never deleted"),
    (RUN, "fee_run_no_update", "UPDATE", changed(OF_RUN), "a run of bills is never changed"),
    (RUN, "fee_run_voucher_stays", "UPDATE", f"{VOUCHER_POSTED} OR {OTHER_BOOK}", "what is posted stays posted"),
    (RUN, "fee_run_no_delete", "DELETE", "", "a run of bills is never deleted"),
    (BILL, "fee_bill_no_update", "UPDATE", "", "a bill is never changed"),
    (BILL, "fee_bill_no_delete", "DELETE", "", "a bill is never deleted"),
    (PAYMENT, "fee_payment_no_update", "UPDATE", changed(OF_PAYMENT), "a payment is never changed"),
    (PAYMENT, "fee_payment_voucher_stays", "UPDATE", f"{VOUCHER_POSTED} OR {OTHER_BOOK}", "what is posted stays posted"),
    (PAYMENT, "fee_payment_no_delete", "DELETE", "", "a payment is never deleted"),
    (ALLOCATION, "fee_allocation_same_book", "INSERT", BILL_ELSEWHERE, "a payment pays bills of its own book"),
    (ALLOCATION, "fee_allocation_no_update", "UPDATE", "", "an allocation is never changed"),
    (ALLOCATION, "fee_allocation_no_delete", "DELETE", "", "an allocation is never deleted"),
]


def guard_fees(apps, schema_editor):
    for table, name, event, when, says in GUARDS:
        refuse(schema_editor, table=table, name=name, event=event, when=when, says=says)


class Migration(migrations.Migration):
    dependencies = [("property", "0005_books_guards")]
    operations = [migrations.RunPython(guard_fees, migrations.RunPython.noop)]
