"""A unit says what it will do and by when; it reports it done, and somebody of the office checks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from alliance.models import Partner, Pledge, Project
from alliance.partners.parties import parties_of
from alliance.partners.querysets import contacts_of, office_of
from alliance.partners.states import CONTACT, PLEDGES
from community import audit
from community.files import forget, store_photos
from community.models import User
from community.notices import notify
from core import clock
from core.photos import CleanPhoto
from core.refusal import Refused
from core.scoping import locked
from core.templatetags.portal import day

LONGEST = 2 * 366


@transaction.atomic
def make_pledge(partner: Partner, *, by: User, title: str, until: date, project: Project | None = None) -> Pledge:
    """Write down what a unit has said it will do: by whoever speaks for it, or by the office that heard it."""
    if partner.pk not in by.scope.partners and partner.community_id not in by.scope.offices_communities:
        raise Refused(_("承诺由这个单位的联络员或者社区来记。"))
    if not partner.is_active:
        raise Refused(_("这个单位已经退出了。"))
    if project is not None and project.partner_id != partner.pk:
        raise Refused(_("这个项目是跟别的单位一起做的。"))
    _check_day(until)
    row: Pledge = Pledge.objects.create(
        community_id=partner.community_id,
        partner=partner,
        project=project,
        title=title,
        until=until,
        first_until=until,
        made_by=by,
    )
    audit.record("pledge_make", row, by=by, changes={"title": ["", title], "until": [None, until.isoformat()]})
    _tell(row, by, "make")
    return row


@transaction.atomic
def step_pledge(
    pledge: Pledge,
    action: str,
    *,
    by: User,
    outcome: str = "",
    until: date | None = None,
    photos: list[CleanPhoto] | None = None,
) -> Pledge:
    """Take a step of the table; a report comes with a photo, and somebody else checks it."""
    row = locked(pledge)
    given = {"outcome": outcome.strip(), "until": until, "photo": photos}
    step = PLEDGES.find(row.state, action, parties_of(row, by), given)
    changes: dict[str, Any] = {"state": [row.state, step.target]}
    _EFFECTS.get(action, _only_words)(row, by, given, changes)
    row.state = step.target
    row.save()
    audit.record(f"pledge_{action}", row, by=by, changes=changes, reason=outcome.strip()[:200])
    _tell(row, by, action)
    return row


def _report(row: Pledge, by: User, given: dict[str, Any], changes: dict[str, Any]) -> None:
    before = row.photo
    kept = store_photos([(_("承诺兑现的照片"), given["photo"][0])], community_id=row.community_id, by=by)
    row.photo, row.outcome = kept[0], given["outcome"]
    row.reported_at, row.reported_by = clock.now(), by
    if before is not None:
        row.save(update_fields=["photo"])
        forget([before])


def _confirm(row: Pledge, by: User, given: dict[str, Any], changes: dict[str, Any]) -> None:
    if row.reported_by_id == by.pk:
        raise Refused(_("您自己报的，要请另一位来核对。"))
    row.confirmed_at, row.confirmed_by = clock.now(), by


def _postpone(row: Pledge, by: User, given: dict[str, Any], changes: dict[str, Any]) -> None:
    _check_day(given["until"])
    changes["until"] = [row.until.isoformat(), given["until"].isoformat()]
    row.until, row.outcome, row.reminded_on = given["until"], given["outcome"], None


def _send_back(row: Pledge, by: User, given: dict[str, Any], changes: dict[str, Any]) -> None:
    row.outcome, row.reminded_on = given["outcome"], None
    row.reported_at, row.reported_by = None, None


def _only_words(row: Pledge, by: User, given: dict[str, Any], changes: dict[str, Any]) -> None:
    row.outcome = given["outcome"]


_EFFECTS = {"report": _report, "confirm": _confirm, "postpone": _postpone, "send_back": _send_back}


def _check_day(until: date) -> None:
    if not clock.today() <= until <= clock.today() + timedelta(days=LONGEST):
        raise Refused(_("请写今天以后、两年以内的日子。"))


def _tell(row: Pledge, by: User, action: str) -> None:
    """The unit hears of what the office does, the office of what the unit does."""
    told = office_of(row.community_id) if CONTACT in parties_of(row, by) else contacts_of(row.partner_id)
    with translation.override(settings.LANGUAGE_CODE):
        words = {
            "make": _("记下了一个承诺：%(title)s，%(day)s以前。"),
            "report": _("说办好了：%(title)s。请核对一下照片。"),
            "confirm": _("核对过了，兑现了：%(title)s。谢谢。"),
            "send_back": _("还差一点：%(title)s。请看一看写的话。"),
            "postpone": _("改了日子：%(title)s，%(day)s以前。"),
            "release": _("商量好不办了：%(title)s。"),
        }
        said = words[action] % {"title": row.title, "day": day(row.until)}
    notify([one for one in told if one.pk != by.pk], about=row, kind=f"pledge_{action}", text=said)
