"""Papers of requests: the receipt for who has no account, what two households sign, the signs that fixtures wear."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from core import clock, qr
from core.documents import render
from core.fields import plain_of
from core.templatetags.portal import moment
from helpdesk import deadlines, tracking

if TYPE_CHECKING:
    from community.models import Community, User
    from helpdesk.models import Fixture, Party, ServiceRequest


def receipt(row: ServiceRequest) -> bytes:
    """What somebody takes home whose request was written down for them: number, deadlines, code and where to ask.

    In the language of the community, whatever the one who prints it reads.
    """
    with translation.override(settings.LANGUAGE_CODE):
        return render("helpdesk/receipt", _receipt(row))


def _receipt(row: ServiceRequest) -> dict[str, Any]:
    code = tracking.code_of(row.pk) if row.tracking_hash else ""
    return {
        "community": _office(row.community),
        "number": row.number,
        "name": row.reporter_name,
        "title": row.title,
        "category": row.category.label,
        "submitted": moment(row.submitted_at),
        "contact": moment(row.sign_due_at),
        "due": moment(row.due_at),
        "limit": deadlines.limit_words(row.finish_kind, row.finish_amount),
        "logged_by": row.logged_by.name if row.logged_by else "",
        "code": tracking.shown(code) if code else "",
        # How the number begins says which one it was; its end opens the page, and does not stand beside the code.
        "begins": str(plain_of(row.reporter_phone) or "")[:3] if code else "",
        "url": tracking.address(),
        "qr": str(qr.svg(tracking.address(code), _("查询进展的二维码"))) if code else "",
        "contact_iso": f"{clock.local(row.sign_due_at):%Y-%m-%d %H:%M}",
        "due_iso": f"{clock.local(row.due_at):%Y-%m-%d %H:%M}",
        "printed": clock.today().isoformat(),
    }


def agreement(row: ServiceRequest, *, matter: str, terms: str, mediator: User) -> bytes:
    """What two households sign, with a line for each of `terms`, or empty lines to be filled in by hand.

    What stands in it follows the Mediation Law 人民调解法: parties, matter and content (art. 29), confirmation by the
    court within 30 days (art. 33). In the language of the community.
    """
    first, second = (_party(side) for side in row.sides)
    said = [line.strip() for line in terms.splitlines() if line.strip()]
    with translation.override(settings.LANGUAGE_CODE):
        data = {"community": row.community.name, "number": row.number, "matter": matter, "mediator": mediator.name}
        return render("helpdesk/agreement", {**data, "first": first, "second": second, "terms": said})


def _party(side: Party) -> dict[str, str]:
    household = side.household
    return {"name": household.head.name if household.head else "＿＿＿＿＿＿", "door": household.dwelling.label}


def sign_url(fixture: Fixture) -> str:
    """The address in the QR code of a sign: the form, which then knows where it is."""
    return f"{settings.SITE_URL}{reverse('helpdesk:new')}?{urlencode({'sign': fixture.code})}"


def signs(community: Community, fixtures: Iterable[Fixture], *, large: bool) -> bytes:
    """Signs to be cut out and put up: eight on a page, or one as large as the page."""
    data = {
        "community": _office(community),
        "large": large,
        "signs": [_sign(one) for one in fixtures],
    }
    return render("helpdesk/signs", data)


def _sign(fixture: Fixture) -> dict[str, Any]:
    return {
        "code": fixture.code,
        "name": fixture.name,
        "place": fixture.place,
        "qr": str(qr.svg(sign_url(fixture), _("报修的二维码"))),
    }


def _office(community: Community) -> dict[str, str]:
    return {
        "name": community.name,
        "phone": community.phone,
        "hours": community.office_hours,
        "address": community.address,
    }
