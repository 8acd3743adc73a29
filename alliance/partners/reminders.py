"""Pledges are followed up: three days before their day who made them is reminded, and again when it has passed."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from alliance.models import Pledge
from alliance.partners.querysets import contacts_of, office_of
from community import audit
from community.notices import notify
from core import clock
from core.scoping import locked
from core.templatetags.portal import day

BEFORE, AGAIN = timedelta(days=3), timedelta(days=7)
_WHY = "pledges that somebody is to be reminded of"


def remind() -> int:
    """The daily duty: each pledge once three days before, once when it is late, then every week; how many."""
    today = clock.today()
    rows = Pledge.objects.unscoped(reason=_WHY).open().filter(until__lte=today + BEFORE)
    return sum(_remind(row) for row in rows.order_by("pk"))


@transaction.atomic
def _remind(pledge: Pledge) -> int:
    """Look again under the lock: it may have been kept, or reminded of by another worker."""
    row, today = locked(pledge), clock.today()
    last = row.reminded_on
    is_new = last is None or last <= row.until < today or today - last >= AGAIN
    if row.state != "open" or not is_new:
        return 0
    row.reminded_on = today
    row.save(update_fields=["reminded_on"])
    with translation.override(settings.LANGUAGE_CODE):
        words = _("承诺过了日子：%(title)s。") if row.is_late else _("承诺快到日子了：%(title)s，%(day)s以前。")
        said = words % {"title": row.title, "day": day(row.until)}
    told = [*contacts_of(row.partner_id), *(office_of(row.community_id) if row.is_late else [])]
    notify(told, about=row, kind="pledge_reminded", text=said)
    audit.record("pledge_reminded", row, by=None)
    return 1
