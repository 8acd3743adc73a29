"""Why an auditor opens what is sensitive."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from community.models import User
from community.rows import CommunityRow
from property.auditing.querysets import AuditPurposeQuerySet
from property.models.ledger import Book


class AuditPurpose(CommunityRow):
    """What an auditor said the papers are opened for; it holds for the day, and stands with each opening."""

    book = models.ForeignKey(Book, models.PROTECT, related_name="audit_purposes", db_index=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("审计人员"))
    day = models.DateField(_("日期"))
    purpose = models.CharField(_("为什么要看"), max_length=120)

    objects = AuditPurposeQuerySet.as_manager()

    class Meta:
        verbose_name = _("查账事由")
        indexes = [models.Index(fields=["community", "book", "user", "day"], name="audit_purpose_of_day")]

    def __str__(self) -> str:
        return self.purpose
