"""What was approved, witnessed, handed over or given as a reason stays: the databases themselves refuse to change it."""

from django.db import migrations

from core.append_only import refuse

BUDGET, LINE, COUNT = "property_budget", "property_budgetline", "property_cashcount"
HANDOVER, DRAFT, PURPOSE = "property_handover", "property_recurringdraft", "property_auditpurpose"


def approved(row: str) -> str:
    """Whether the row belongs to an approved budget."""
    return f"EXISTS (SELECT 1 FROM property_budget b WHERE b.id = {row}.budget_id AND b.state = 'approved')"  # noqa: S608


def changed(*columns: str) -> str:
    return " OR ".join(f"NEW.{column} <> OLD.{column}" for column in columns)


COUNTED = changed(
    "book_id", "account_id", "counted_on", "counted", "book_amount", "not_posted", "difference", "explanation",
    "counted_by_id", "counted_at", "witnessed_by_id", "witnessed_at",
)  # fmt: skip
SAYS_BUDGET = "an approved budget is never changed"
GUARDS = [
    (BUDGET, "budget_approved_no_update", "UPDATE", "OLD.state = 'approved'", SAYS_BUDGET),
    (BUDGET, "budget_approved_no_delete", "DELETE", "OLD.state = 'approved'", SAYS_BUDGET),
    (LINE, "budget_line_no_insert", "INSERT", approved("NEW"), SAYS_BUDGET),
    (LINE, "budget_line_no_update", "UPDATE", f"{approved('OLD')} OR {approved('NEW')}", SAYS_BUDGET),
    (LINE, "budget_line_no_delete", "DELETE", approved("OLD"), SAYS_BUDGET),
    (
        COUNT,
        "cash_count_no_update",
        "UPDATE",
        f"OLD.witnessed_at IS NOT NULL AND (NEW.witnessed_at IS NULL OR {COUNTED})",
        "a witnessed count is never changed",
    ),
    (COUNT, "cash_count_no_delete", "DELETE", "", "a count is taken back, never deleted"),
    (HANDOVER, "handover_no_update", "UPDATE", "OLD.state <> 'open'", "a finished hand-over is never changed"),
    (HANDOVER, "handover_no_delete", "DELETE", "", "a hand-over is cancelled, never deleted"),
    (DRAFT, "recurring_draft_no_delete", "DELETE", "", "that a month was drafted is never forgotten"),
    (PURPOSE, "audit_purpose_no_update", "UPDATE", "", "a reason given is never changed"),
    (PURPOSE, "audit_purpose_no_delete", "DELETE", "", "a reason given is never deleted"),
]


def guard_books(apps, schema_editor):
    for table, name, event, when, says in GUARDS:
        refuse(schema_editor, table=table, name=name, event=event, when=when, says=says)


class Migration(migrations.Migration):
    dependencies = [("property", "0004_proof_guards")]
    operations = [migrations.RunPython(guard_books, migrations.RunPython.noop)]
