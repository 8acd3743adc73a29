"""The keys of other systems: the secretary opens and revokes them, and sees when they were last used."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from community.access import Permission, PortalRequest, access
from community.models import Community
from community.once import acting, once
from community.roles import Role
from helpdesk import actions
from helpdesk.forms.keys import KeyForm
from helpdesk.models import ApiKey

BACK = "helpdesk:keys"


@access(Permission.API_KEYS)
def keys(request: PortalRequest) -> HttpResponse:
    """All keys of one's community, those in use first."""
    rows = ApiKey.objects.visible_to(request.user).select_related("made_by", "revoked_by", "community")
    held, places = list(rows), _communities(request)
    context = {
        "keys": [one for one in held if one.revoked_at is None],
        "revoked": [one for one in held if one.revoked_at],
        "several": len(places) > 1,
        "facts": _facts(places),
    }
    return render(request, "helpdesk/keys.html", context)


@access(Permission.API_KEYS)
@never_cache
@once
def key_new(request: PortalRequest) -> HttpResponseBase:
    """Open a key: the answer is the one page that ever shows it; the same form again leads to the list."""
    form = KeyForm(request.POST or None, communities=_communities(request))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            row, text = actions.open_key(by=request.user, **form.given())
            answer(BACK)
            context = {"key": row, "text": text, "facts": _facts([row.community])}
            return render(request, "helpdesk/key_shown.html", context)
    return render(request, "helpdesk/key_new.html", {"form": form})


@access(Permission.API_KEYS)
@once
def key_revoke(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Revoke a key, after a question."""
    row = get_object_or_404(ApiKey.objects.visible_to(request.user), pk=pk)
    if request.method == "POST":
        with acting(request) as answer:
            actions.revoke_key(row, by=request.user)
            messages.success(request, _("停用了。以前送来的诉求都还在。"))
            return answer(BACK)
    return render(request, "helpdesk/key_revoke.html", {"key": row})


def _communities(request: PortalRequest) -> list[Community]:
    mine = request.user.scope.ids("community", Role.SECRETARY)
    return list(Community.objects.filter(pk__in=mine).order_by("code"))


def _facts(places: list[Community]) -> list[tuple[str, str]]:
    """What the other side's technicians must know."""
    interface = f"{settings.SITE_URL.rstrip('/')}{reverse('open311:root')}"
    codes = [("jurisdiction_id", f"{one.code} {one.name}") for one in places]
    return [(_("接口地址"), interface), (_("标准"), "Open311 GeoReport v2"), *codes]
