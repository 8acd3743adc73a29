"""What of statements is forgotten, and when."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from community.retention import Rule
from core import clock
from property.models import Statement, StatementRow
from property.statements import uploads

if TYPE_CHECKING:
    from community.models import Community

_WHY = "what a retention rule counts or forgets"


def _files(community: Community, before: datetime) -> int:
    waiting = Statement.objects.unscoped(reason=_WHY).filter(community=community).exclude(state__in=Statement.OVER)
    return int(waiting.filter(created_at__lt=before).count())


def _rows(community: Community, before: datetime) -> Any:
    rows = StatementRow.objects.unscoped(reason=_WHY).filter(community=community, day__lt=clock.local(before).date())
    return rows.exclude(counterparty="", counter_account="", remark="")


RULES = (
    Rule(
        slug="statements",
        what=_("上传以后没有人决定的对账单"),
        then=_("文件和预览删除"),
        days=uploads.KEPT.days,
        basis=_("要导入的可以再传一次，原件不该留在这里。"),
        count=_files,
        forget=lambda community, before: uploads.forget_old(),
        platform=True,
    ),
    Rule(
        slug="statement_rows",
        what=_("对账单流水里对方的名字、账号和附言"),
        then=_("这些删除，只留日期、金额和核对的结果"),
        days=10 * 366,
        basis=_("银行对账单是会计档案，保管十年（会计档案管理办法）；过后不再需要。"),
        count=lambda community, before: int(_rows(community, before).count()),
        forget=lambda community, before: int(
            _rows(community, before).update(counterparty="", counter_account="", remark="")
        ),
    ),
)
