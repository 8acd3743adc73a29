"""The certificate as a paper, and the check by which anybody sees that it is true."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import dateformat, translation
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from community.check_codes import code_for, shown
from core import clock, qr
from core.documents import render
from stewards.hours.states import PaperState
from stewards.hours.wording import lasting
from stewards.models import Certificate, HoursEntry

_CHECKED = "its number and its code were typed from the paper; a first character and the hours are all that is shown"


def code_of(paper: Certificate) -> str:
    """Over what stands on the paper: one with other hours or another period has another code."""
    period = f"{paper.starts_on.isoformat()}:{paper.ends_on.isoformat()}"
    return code_for(f"certificate:{paper.pk}:{paper.number}:{paper.minutes}:{period}")


def check_url(paper: Certificate) -> str:
    """The address in the QR code, which fills number and code in."""
    query = urlencode({"number": paper.number, "code": shown(code_of(paper))})
    return f"{settings.SITE_URL}{reverse('stewards:certificate_check')}?{query}"


def find(number: tuple[int, int], code: str) -> Certificate | None:
    """The certificate of this number whose code is this, of whatever community; None where there is none."""
    year, serial = number
    rows = Certificate.objects.unscoped(reason=_CHECKED).filter(year=year, serial=serial)
    found = rows.select_related("community", "replaced_by")
    return next((one for one in found if constant_time_compare(code_of(one), code)), None)


def checked(paper: Certificate) -> dict[str, Any]:
    """What everybody may read of a certificate: whether it holds, the first character of the name, the hours."""
    return {
        "holds": paper.state == PaperState.ISSUED,
        "issuer": str(paper.community),
        "lasting": paper.lasting,
        "revoked_on": clock.local(paper.ended_at).date() if paper.ended_at else None,
        "anew": hasattr(paper, "replaced_by"),
        "facts": [
            (_("编号"), paper.number),
            (_("志愿者"), _("%(first)s某") % {"first": paper.name[:1]} if paper.name else ""),
            (_("服务时间"), period_of(paper)),
            (_("开具日期"), whole_day(paper.issued_at)),
        ],
    }


def period_of(paper: Certificate) -> str:
    """From day to day, with the years."""
    return _("%(first)s至%(last)s") % {"first": whole_day(paper.starts_on), "last": whole_day(paper.ends_on)}


def whole_day(day: Any) -> str:
    """A day, or the day of a moment, with its year, as papers write it."""
    local = clock.local(day).date() if hasattr(day, "hour") else day
    return dateformat.format(local, _("Y年n月j日"))


def by_kind(paper: Certificate) -> list[tuple[str, str]]:
    """Each kind of hours and how long, in the order of the kinds."""
    labels = dict(HoursEntry.Kind.choices)
    return [(str(labels[kind]), lasting(paper.kinds[kind])) for kind in HoursEntry.Kind.values if kind in paper.kinds]


def pdf(paper: Certificate) -> bytes:
    """The paper, in the language of the community."""
    with translation.override(settings.LANGUAGE_CODE):
        return render("stewards/certificate", _paper(paper))


def _paper(paper: Certificate) -> dict[str, Any]:
    return {
        "title": _("志愿服务记录证明"),
        "issuer": str(paper.community),
        "number": paper.number,
        "notice": "" if paper.state == PaperState.ISSUED else _("这份证明已经撤销，不再有效。"),
        "name": paper.name,
        "said": _("%(name)s 在%(period)s，在%(community)s参加志愿服务，共 %(lasting)s。")
        % {
            "name": paper.name,
            "period": period_of(paper),
            "community": paper.community,
            "lasting": paper.lasting,
        },
        "thanks": _("特此证明，谢谢您为邻居们做的一切。"),
        "headings": [_("服务的种类"), _("时长")],
        "rows": [list(row) for row in by_kind(paper)],
        "sum": [_("合计"), paper.lasting],
        "facts": [
            fact
            for fact in ([_("编号"), paper.number], [_("用途"), paper.purpose], [_("重开"), _instead(paper)])
            if fact[1]
        ],
        "qr": str(qr.svg(check_url(paper), _("查验证明的二维码"))),
        "qr_alt": _("查验证明的二维码"),
        "qr_words": _("扫一扫，查这份证明是不是真的。查验码 %(code)s") % {"code": shown(code_of(paper))},
        "signed": [
            [_("经办"), str(paper.issued_by)],
            [_("开具日期"), whole_day(paper.issued_at)],
            [_("单位（盖章）"), ""],
        ],
        "notes": [
            _("时长来自社区的志愿服务记录，每一条都有别人确认。"),
            _("查验也可以打开 %(url)s，填编号和查验码；查验页上只有姓氏和时长。")
            % {"url": f"{settings.SITE_URL}{reverse('stewards:certificate_check')}"},
        ],
        "english": (
            f"Certificate of volunteer service no. {paper.number}: {paper.minutes / 60:.1f} hours, "
            f"{paper.starts_on.isoformat()} to {paper.ends_on.isoformat()}. Scan the code to check this paper."
        ),
    }


def _instead(paper: Certificate) -> str:
    return _("代替编号 %(number)s") % {"number": paper.replaces.number} if paper.replaces else ""
