"""What is published stays: the databases themselves refuse to change it, and to publish without five signatures."""

from django.db import migrations

from core.append_only import refuse

PUBLICATION, LINE = "property_publication", "property_publicationline"
SIGNATURE, PROOF = "property_publicationsignature", "property_cashproof"
ENTRY = "property_publicationentry"

OUT = "('published', 'superseded')"
# Everything but the state, which goes from published to superseded and no other way.
FROZEN = (
    "id",
    "community_id",
    "created_at",
    "book_id",
    "quarter",
    "version",
    "title",
    "issuer",
    "supersedes_id",
    "reason",
    "places",
    "contact",
    "inspection_hours",
    "notes",
    "revision",
    "drafted_at",
    "drafted_by_id",
    "content_hash",
    "hash",
    "check_code",
    "notice_from",
    "notice_to",
    "published_at",
    "published_by_id",
    "pdf_id",
)
CHANGED = " OR ".join(f"OLD.{name} <> NEW.{name} OR (OLD.{name} IS NULL) <> (NEW.{name} IS NULL)" for name in FROZEN)
PUBLISHING = "NEW.state = 'published' AND OLD.state <> 'published'"
UNSIGNED = (
    "(SELECT COUNT(DISTINCT s.office) FROM property_publicationsignature s "
    "WHERE s.publication_id = NEW.id AND s.content_hash = NEW.content_hash) < 5"
)


def of(row: str) -> str:
    """Whether the part belongs to a publication that is out."""
    return f"EXISTS (SELECT 1 FROM {PUBLICATION} p WHERE p.id = {row}.publication_id AND p.state IN {OUT})"  # noqa: S608


GUARDS = [
    (
        PUBLICATION,
        "publication_out_no_update",
        "UPDATE",
        f"OLD.state IN {OUT} AND ({CHANGED} OR NEW.state NOT IN {OUT} "
        "OR (OLD.state = 'superseded' AND NEW.state <> 'superseded'))",
        "what is published is never changed",
    ),
    (PUBLICATION, "publication_out_no_delete", "DELETE", f"OLD.state IN {OUT}", "what is published is never deleted"),
    (PUBLICATION, "publication_no_out_insert", "INSERT", f"NEW.state IN {OUT}", "a publication is drafted first"),
    (
        PUBLICATION,
        "publication_five_signatures",
        "UPDATE",
        f"{PUBLISHING} AND (OLD.state <> 'signing' OR {UNSIGNED})",
        "five offices sign before a quarter is published",
    ),
    (LINE, "publication_line_no_update", "UPDATE", "", "a frozen line is never changed"),
    (SIGNATURE, "publication_signature_no_update", "UPDATE", "", "a signature is never changed"),
    *(
        guard
        for table, name in ((LINE, "line"), (SIGNATURE, "signature"), (PROOF, "proof"), (ENTRY, "entry"))
        for guard in (
            (table, f"publication_{name}_no_insert", "INSERT", of("NEW"), "what is published takes nothing more"),
            (table, f"publication_{name}_no_delete", "DELETE", of("OLD"), "what is published is never deleted"),
        )
    ),
    (PROOF, "publication_proof_no_update", "UPDATE", f"{of('OLD')} OR {of('NEW')}", "what is published never changes"),
    (ENTRY, "publication_entry_no_update", "UPDATE", f"{of('OLD')} OR {of('NEW')}", "what is published never changes"),
]


def guard_publications(apps, schema_editor):
    for table, name, event, when, says in GUARDS:
        refuse(schema_editor, table=table, name=name, event=event, when=when, says=says)


class Migration(migrations.Migration):
    dependencies = [("property", "0002_guards")]
    operations = [migrations.RunPython(guard_publications, migrations.RunPython.noop)]
