"""The day before an activity, those who come are reminded, once."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from alliance.activities.actions.joining import accounts_of_those_who_come
from alliance.activities.states import State
from alliance.models import Activity
from community import audit
from community.models import AuditEvent
from community.notices import notify
from core import clock
from core.scoping import locked
from core.templatetags.portal import moment

_WHY = "those who come are reminded"
VERB = "activity_reminded"


def remind() -> int:
    """The daily duty: activities that begin within the next day and a half; how many were reminded of."""
    now = clock.now()
    rows = Activity.objects.unscoped(reason=_WHY).filter(state=State.OPEN, starts_at__gt=now)
    return sum(_remind(row) for row in rows.filter(starts_at__lt=now + timedelta(hours=36)).order_by("pk"))


@transaction.atomic
def _remind(activity: Activity) -> int:
    row = locked(activity)
    target = {"target_type": row._meta.label_lower, "target_id": str(row.pk)}
    done = AuditEvent.objects.unscoped(reason=_WHY).filter(community=row.community_id, verb=VERB, **target)
    if row.state != State.OPEN or done.exists():
        return 0
    with translation.override(settings.LANGUAGE_CODE):
        words = {"title": row.title, "when": moment(row.starts_at), "place": row.place}
        said = _("别忘了：%(title)s，%(when)s，%(place)s。来不了请取消一下。") % words
    notify(accounts_of_those_who_come(row), about=row, kind="activity_reminded", text=said)
    audit.record(VERB, row, by=None)
    return 1
