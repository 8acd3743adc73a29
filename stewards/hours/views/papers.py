"""Certificates: asked for, issued, revoked; and their check, open to everybody."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from allauth.core.internal import ratelimit
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from community.access import Permission, PortalRequest, access, public
from community.check_codes import shown
from community.once import acting, once
from core import clock, qr
from core.forms import PortalForm
from core.lists import list_page
from stewards.hours import actions, certifying
from stewards.hours.forms import CertificateCheckForm, PaperFilter, PeriodForm, ReasonForm, RevokeForm
from stewards.hours.states import PAPERS, parties
from stewards.hours.totals import minutes_by_kind
from stewards.hours.views.office import find_volunteer, office_community
from stewards.hours.views.own import own_community
from stewards.hours.wording import lasting
from stewards.models import Certificate

CHECK_RATES = {"certificate": "60/m/ip,600/h/ip"}
SORTS = {"asked": ("asked_at", "pk"), "number": ("year", "serial", "pk"), "who": ("volunteer__name", "pk")}


@access(Permission.HOURS_OWN)
@once
def ask(request: PortalRequest) -> HttpResponseBase:
    """Ask for a certificate of a period."""
    form = PeriodForm(request.POST or None, first=_this_year())
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            community = own_community(request)
            return answer(actions.ask_certificate(by=request.user, community=community, **form.given()))
    return render(request, "stewards/hours/certificate_ask.html", {"form": form})


@access(Permission.STEWARDS_MANAGE)
@once
def new(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Issue one for somebody who asked in person."""
    volunteer = find_volunteer(request, pk)
    form = PeriodForm(request.POST or None, first=_this_year())
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            community = office_community(request)
            paper = actions.issue_certificate(by=request.user, volunteer=volunteer, community=community, **form.given())
            return answer(paper)
    return render(request, "stewards/hours/certificate_new.html", {"form": form, "volunteer": volunteer})


@access(Permission.HOURS_OWN)
@once
def certificate(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """A certificate: its hours, its code, and what whoever reads it may do; the red button issues it."""
    found = find_paper(request, pk)
    form = PortalForm(request.POST or None)
    steps = {step.action for step in PAPERS.steps(found.state, parties(found, request.user))}
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.grant(found, by=request.user))
    own = found.volunteer_id == request.user.pk
    return render(
        request, "stewards/hours/certificate.html", {**_shown(found), "form": form, "steps": steps, "own": own}
    )


def _shown(found: Certificate) -> dict[str, Any]:
    """Of one that waits, the hours as they stand now; of an issued one, those that were printed."""
    if found.serial is None:
        kinds = minutes_by_kind(found.volunteer, found.community, found.starts_on, found.ends_on)
        found.kinds, found.minutes = kinds, sum(kinds.values())
        return {"paper": found, "kinds": certifying.by_kind(found), "period": certifying.period_of(found)}
    now = minutes_by_kind(found.volunteer, found.community, found.starts_on, found.ends_on)
    return {
        "paper": found,
        "kinds": certifying.by_kind(found),
        "period": certifying.period_of(found),
        "code": shown(certifying.code_of(found)),
        "qr": qr.svg(certifying.check_url(found), _("查验证明的二维码")),
        "too_many": lasting(found.minutes - sum(now.values())) if sum(now.values()) < found.minutes else "",
        "anew": getattr(found, "replaced_by", None),
    }


@access(Permission.HOURS_OWN)
@require_safe
def paper(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The paper itself."""
    found = find_paper(request, pk)
    if found.serial is None:
        raise Http404
    answer = HttpResponse(certifying.pdf(found), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@access(Permission.STEWARDS_MANAGE)
@once
def drop(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Say why a certificate is not issued."""
    found = find_paper(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.drop_certificate(found, by=request.user, **form.given()))
    return render(request, "stewards/hours/certificate_drop.html", {"paper": found, "form": form})


@access(Permission.STEWARDS_MANAGE)
@once
def revoke(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Revoke a certificate, and issue it anew where that is asked for."""
    found = find_paper(request, pk)
    form = RevokeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            given = form.given()
            act = actions.reissue if given.pop("again") else actions.revoke
            return answer(act(found, by=request.user, **given))
    lines = [(found.number, _("号以后查出来是“已撤销”，号码不再用")), (found.lasting, _("是纸上写的时长"))]
    return render(request, "stewards/hours/certificate_revoke.html", {"paper": found, "form": form, "lines": lines})


@access(Permission.STEWARDS_MANAGE)
def certificates(request: PortalRequest) -> HttpResponseBase:
    """All certificates of the community, those that are asked for among them."""
    rows = Certificate.objects.visible_to(request.user).filter(community__in=request.user.scope.offices_communities)
    page = list_page(
        request,
        rows.select_related("volunteer"),
        filterset_class=PaperFilter,
        sorts=SORTS,
        default_sort="-asked",
        size=40,
    )
    if page.wants_xlsx:
        return page.as_xlsx(_("志愿服务证明"), _columns())
    return render(request, "stewards/hours/certificates.html", {"page": page})


def _columns() -> list[tuple[str, Any]]:
    return [
        (_("编号"), "number"),
        (_("志愿者"), "volunteer.name"),
        (_("从哪天"), "starts_on"),
        (_("到哪天"), "ends_on"),
        (_("一共多少分钟"), "minutes"),
        (_("进展"), "get_state_display"),
        (_("开具时间"), "issued_at"),
        (_("原因"), "reason"),
    ]


@public
@never_cache
@require_safe
def check(request: HttpRequest) -> HttpResponseBase:
    """Type number and code of a certificate, or scan it: whether it holds, a first character, the hours."""
    if "code" not in request.GET:
        return render(request, "stewards/hours/check.html", {"form": CertificateCheckForm()})
    if ratelimit.consume(request, app="stewards", action="certificate", config=CHECK_RATES, limit_get=True) is None:
        return ratelimit.respond_429(request)  # type: ignore[no-any-return]
    form = CertificateCheckForm(request.GET)
    found = certifying.find(form.cleaned_data["number"], form.cleaned_data["code"]) if form.is_valid() else None
    if form.is_valid() and found is None:
        form.add_error(None, _("没有查到这份证明。请对着纸再看一遍编号和查验码；还是不行，请问开证明的社区。"))
    if found is None:
        return render(request, "stewards/hours/check.html", {"form": form})
    return render(request, "stewards/hours/checked.html", certifying.checked(found))


def find_paper(request: PortalRequest, pk: UUID) -> Certificate:
    rows = Certificate.objects.visible_to(request.user)
    with_names = rows.select_related("volunteer", "community", "issued_by", "ended_by", "replaces", "replaced_by")
    return get_object_or_404(with_names, pk=pk)  # type: ignore[no-any-return]


def _this_year() -> date:
    return date(clock.today().year, 1, 1)
