"""Pages around what is kept: everything about oneself to take away, and for how long what is kept."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from community import personal, retention
from community.access import Permission, PortalRequest, access, signed_in
from community.models import Community, User
from community.once import acting, once
from community.take_away import take_away
from core import clock
from core.forms import PortalForm


@signed_in
@reauthentication_required  # type: ignore[untyped-decorator]
@never_cache
@once
def my_data(request: HttpRequest) -> HttpResponseBase:
    """What is kept about oneself, in numbers; a tap gives all of it as a file. The password is asked again."""
    user: User = request.user  # type: ignore[assignment]
    form = PortalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form):
            return _file(take_away(user))
    rooms = [(title, [(len(one.rows), one.title) for one in found]) for title, found in personal.sections(user)]
    return render(request, "community/my_data.html", {"rooms": rooms, "form": form})


@access(Permission.RETENTION_VIEW)
def retention_page(request: PortalRequest) -> HttpResponse:
    """Each rule with its period and basis, what is due now, and what the last runs forgot."""
    communities = Community.objects.filter(pk__in=request.user.scope.offices_communities).order_by("code")
    shown = [(one, _rules(retention.due(one)), _runs(one)) for one in communities]
    return render(request, "community/retention.html", {"shown": shown})


def _rules(due: dict[str, int]) -> list[tuple[retention.Rule, int]]:
    return [(rule, due[rule.slug]) for rule in retention.rules()]


def _runs(community: Community) -> list[tuple[object, list[tuple[int, str]]]]:
    """When, and what was forgotten then."""
    words = {rule.slug: str(rule.what) for rule in retention.rules()}
    return [
        (run.at, [(number, words.get(slug, slug)) for slug, number in run.changes.items() if number])
        for run in retention.runs(community)
    ]


def _file(content: bytes) -> HttpResponse:
    name = _("我的资料-%(day)s.zip") % {"day": clock.today().isoformat()}
    disposition = content_disposition_header(True, name) or "attachment"
    return HttpResponse(content, content_type="application/zip", headers={"Content-Disposition": disposition})
