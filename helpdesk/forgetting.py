"""The retention rules of requests: what was begun and never sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from community.forgetting import DELETED
from community.models import Community
from community.retention import Rule
from helpdesk.drafts import DAYS
from helpdesk.models import Draft

_WHY = "housekeeping: what has had its time"


def _drafts(community: Community, before: datetime) -> Any:
    return Draft.objects.unscoped(reason=_WHY).filter(community=community, saved_at__lt=before)


RULES = (
    Rule(
        slug="drafts",
        what=_("写了一半没有提交的诉求"),
        then=DELETED,
        days=DAYS,
        basis=_("一个月没有接着写，多半不用了。"),
        count=lambda community, before: int(_drafts(community, before).count()),
        forget=lambda community, before: int(_drafts(community, before).delete()[0]),
    ),
)
