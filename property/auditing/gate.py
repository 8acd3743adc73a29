"""An auditor opens what is sensitive only with a reason, and each opening is written down."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse

from community import audit
from community.access import PortalRequest
from community.models import User
from community.roles import Role
from property.models import AuditPurpose, Book


def is_auditing(user: User, book: Book) -> bool:
    """Whether `user` reads this book as its auditor, and neither keeps it nor oversees the community."""
    scope = user.scope
    if book.estate_id not in scope.audited or book.estate_id in scope.estates:
        return False
    return book.community_id not in scope.ids("community", Role.SECRETARY)


def purpose_of(user: User, book: Book) -> AuditPurpose | None:
    """What an auditor said today that the papers are opened for."""
    found: AuditPurpose | None = (
        AuditPurpose.objects.of_book(book).valid().filter(user=user).order_by("-created_at", "-pk").first()
    )
    return found


def open_recorded(request: PortalRequest, book: Book, target: Any, what: str) -> HttpResponseRedirect | None:
    """Write down that an auditor opens `what` of `target`; where no reason was given yet, the way to give it.

    None for everybody else, and once it is written down: then the view shows what was asked for.
    """
    if not is_auditing(request.user, book):
        return None
    purpose = purpose_of(request.user, book)
    if purpose is None:
        back = urlencode({"next": request.get_full_path()})
        return redirect(f"{reverse('property:audit_purpose', args=[book.pk])}?{back}")
    audit.record("paper_opened", target, by=request.user, changes={"paper": what}, reason=purpose.purpose)
    return None
