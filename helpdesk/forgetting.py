"""The retention rules of requests: what was begun and never sent, and who it was that another system named."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from community.forgetting import DELETED
from community.models import Community
from community.retention import Rule
from helpdesk.drafts import DAYS
from helpdesk.models import Draft, ServiceRequest
from helpdesk.personal import ERASED_NAME

_WHY = "housekeeping: what has had its time"


def _drafts(community: Community, before: datetime) -> Any:
    return Draft.objects.unscoped(reason=_WHY).filter(community=community, saved_at__lt=before)


def _from_systems(community: Community, before: datetime) -> Any:
    """Requests of other systems that are over and still say who asked; nobody here asks for that to be erased."""
    rows = ServiceRequest.objects.unscoped(reason=_WHY).filter(
        community=community, source=ServiceRequest.Source.CITY, closed_at__lt=before
    )
    return rows.exclude(reporter_name=ERASED_NAME).exclude(reporter_name=F("outside__system"), reporter_phone="")


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
    Rule(
        slug="outside_names",
        what=_("别的系统转来的诉求里的姓名和电话"),
        then=_("办完的，姓名和电话删除，事情本身留着"),
        days=365,
        basis=_("一年内用来回访和核对；本人的资料在转来的系统里。"),
        count=lambda community, before: int(_from_systems(community, before).count()),
        forget=lambda community, before: int(
            _from_systems(community, before).update(reporter_name=ERASED_NAME, reporter_phone="")
        ),
    ),
)
