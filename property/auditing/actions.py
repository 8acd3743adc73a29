"""The one write of an auditor: why the papers are opened."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.models import User
from core import clock
from core.refusal import Refused
from property.auditing.gate import is_auditing
from property.models import AuditPurpose, Book

SHORTEST = 4


@transaction.atomic
def give_purpose(book: Book, *, by: User, purpose: str) -> AuditPurpose:
    """Say what for; it holds for today and stands with each opening."""
    if not is_auditing(by, book):
        raise Refused(_("查账事由由本小区的审计人员来写。"))
    purpose = purpose.strip()
    if len(purpose) < SHORTEST:
        raise Refused(_("请把为什么要看写得具体一点。"))
    given = AuditPurpose.objects.create(
        community_id=book.community_id, book=book, user=by, day=clock.today(), purpose=purpose
    )
    audit.record("audit_purpose_given", book, by=by, reason=purpose)
    return given
