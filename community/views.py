"""First pages: home, Today, notices, and the look at a masked value."""

from __future__ import annotations

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from community import actions, audit, home, reveal, today
from community.access import Permission, access, public, signed_in
from community.forms import RevealForm
from community.models import Appointment, Notice, User
from community.roles import Role
from core import clock
from core.refusal import Refused

NOTICES_A_PAGE = 50
TILES = 6


@public
def front(request: HttpRequest) -> HttpResponseBase:
    """`/`: for visitors what this is; for people with duties Today; for residents their own first page."""
    if not isinstance(request.user, User):
        return render(request, "community/front.html", {"tiles": home.gather(request.user)})
    if request.user.scope.may(Permission.TODAY):
        return redirect("community:today")
    return mine(request)


@signed_in
def mine(request: HttpRequest) -> HttpResponseBase:
    """A resident's first page: the tiles, what waits, the newest notices."""
    user: User = request.user  # type: ignore[assignment]
    held = Appointment.objects.visible_to(user).current().filter(user=user, role=Role.RESIDENT)
    homes = list(held.select_related("household__dwelling", "household__building"))
    return render(
        request,
        "community/mine.html",
        {
            "greeting": greeting(clock.now().astimezone().hour),
            "homes": Appointment.objects.with_duty(homes),
            "tiles": home.gather(user)[:TILES],
            "asks": today.gather(user),
            "notices": list(Notice.objects.visible_to(user)[:3]),
        },
    )


@access(Permission.TODAY)
def today_page(request: HttpRequest) -> HttpResponseBase:
    """What waits for somebody with duties, and the pictures of the rooms."""
    user: User = request.user  # type: ignore[assignment]
    asks, panels = today.whole(user)
    context = {
        "asks": asks,
        "panels": panels,
        "roles": sorted({str(Role(one.role).label) for one in user.scope.held if one.role != Role.RESIDENT}),
        "day": clock.now(),
    }
    return render(request, "community/today.html", context)


@signed_in
def notices(request: HttpRequest) -> HttpResponseBase:
    """One's notices, the newest first; `before` is the id after which the page goes on."""
    rows = Notice.objects.visible_to(request.user)  # type: ignore[arg-type]
    before = request.GET.get("before", "")
    page = list(rows.filter(pk__lt=int(before)) if before.isdigit() else rows)[: NOTICES_A_PAGE + 1]
    shown = page[:NOTICES_A_PAGE]
    context = {"notices": shown, "older": shown[-1].pk if len(page) > NOTICES_A_PAGE else None}
    return render(request, "community/notices.html", context)


@signed_in
@require_POST
def notice_open(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Go where a notice leads; it counts as read."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)  # type: ignore[arg-type]
    actions.read_notice(notice)
    return redirect(_ours(request, notice.url))


@signed_in
@require_POST
def notices_read(request: HttpRequest) -> HttpResponseBase:
    actions.read_all_notices(by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("都标成已读了。"))
    return redirect("community:notices")


@signed_in
@never_cache
@sensitive_variables("plain")
def reveal_value(request: HttpRequest, label: str, pk: str, field: str) -> HttpResponseBase:
    """Ask for the purpose, then show the value once; the look is in the record."""
    user: User = request.user  # type: ignore[assignment]
    row = reveal.find(label, pk, field, user)
    form = RevealForm(request.POST or None)
    plain = None
    if request.method == "POST":
        if not ratelimit.consume(request, action="reveal"):
            return ratelimit.respond_429(request)  # type: ignore[no-any-return]
        if form.is_valid():
            try:
                plain = audit.reveal(row, field, by=user, purpose=form.words)
            except Refused as refusal:
                form.add_error(None, str(refusal))
    context = {
        "form": form,
        "plain": plain,
        "row": row,
        "name": row._meta.get_field(field).verbose_name,  # type: ignore[union-attr]
        "masked": getattr(row, field),
        "back": _ours(request, request.GET.get("next", "")),
    }
    return render(request, "community/reveal.html", context)


def greeting(hour: int) -> str:
    """What one says at this hour of the day."""
    if hour < 5 or hour >= 18:
        return _("晚上好")
    if hour < 11:
        return _("早上好") if hour < 8 else _("上午好")
    return _("中午好") if hour < 13 else _("下午好")


def _ours(request: HttpRequest, address: str) -> str:
    ours = url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()})
    return address if ours and address.startswith("/") else "/"
