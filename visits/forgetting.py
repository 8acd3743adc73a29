"""The retention rules of the visits: cards that nobody can answer any more, late reports that were not taken in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from community.forgetting import DELETED
from community.models import Community
from community.retention import Rule
from core.fields import is_filled
from visits.models import Card, LateReport
from visits.personal import blank_late

_WHY = "housekeeping: what has had its time"


def _cards(community: Community, before: datetime) -> Any:
    """Answered, void or expired by then."""
    rows = Card.objects.unscoped(reason=_WHY).filter(community=community)
    return rows.filter(Q(visit__received_at__lt=before) | Q(void_at__lt=before) | Q(expires_at__lt=before))


def _declined(community: Community, before: datetime) -> Any:
    rows = LateReport.objects.unscoped(reason=_WHY).filter(community=community, decided_at__lt=before)
    return rows.filter(Q(is_filled("sent")) | Q(photos__isnull=False), state=LateReport.State.DECLINED).distinct()


RULES = (
    Rule(
        slug="cards",
        what=_("填过、作废或者过期的门下卡片"),
        then=DELETED,
        days=365,
        basis=_("一年内用来查对卡片留给了谁；码本身从不保存。"),
        count=lambda community, before: int(_cards(community, before).count()),
        forget=lambda community, before: int(_cards(community, before).delete()[0]),
    ),
    Rule(
        slug="late_reports",
        what=_("没有收下的迟到的走访里写的内容"),
        then=_("内容和照片删除，只留谁什么时候送来过、怎样答复"),
        days=365,
        basis=_("一年内可以再来问、再核对。"),
        count=lambda community, before: int(_declined(community, before).count()),
        forget=lambda community, before: blank_late(_declined(community, before)),
    ),
)
