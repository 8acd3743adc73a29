"""Pages for looking after a round: calls about visits drawn by lot, and what is worth a talk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community.access import Permission, PortalRequest, access
from community.models import User
from community.once import acting, once
from core.refusal import Refused
from grids.models import Building, Membership
from visits import actions, words
from visits import supervision as worded
from visits.actions.supervision import odd_visits, redraw
from visits.forms.supervision import DrawForm, RecheckForm, TalkForm
from visits.models import Campaign, Finding, Recheck, Sample, Talk, Verification, Visit
from visits.oddities import Oddity
from visits.querysets import campaign_shown

_ODD_SHOWN = 50
_VISITS_SHOWN = 30


@dataclass(frozen=True)
class Odd:
    """An oddity with its words, its visits, and the form to tell what came of the talk; none for one's own."""

    title: str
    detail: str
    note: str
    visits: list[Visit]
    more: int
    form: TalkForm | None


@access(Permission.CAMPAIGN_MANAGE)
def supervision(request: PortalRequest) -> HttpResponse:
    """The draws of a round, the calls to make, and what is worth a talk."""
    return _page(request, _campaign(request))


@access(Permission.CAMPAIGN_MANAGE)
@require_POST
@once
def draw(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Draw visits by lot."""
    campaign = get_object_or_404(Campaign.objects.managed_by(request.user), pk=pk)
    form = DrawForm(request.POST)
    if form.is_valid():
        with acting(request, form) as answer:
            sample = actions.draw_sample(campaign, size=form.cleaned_data["size"], by=request.user)
            messages.success(request, _("抽好了。请打电话问一问，走访的事和记的对不对得上。"))
            return answer(sample)
    return _page(request, campaign, form=form)


@access(Permission.CAMPAIGN_MANAGE)
@require_POST
@once
def talk(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Write down what was said with a walker."""
    campaign = get_object_or_404(Campaign.objects.managed_by(request.user), pk=pk)
    form = TalkForm(request.POST)
    if form.is_valid():
        with acting(request, form) as answer:
            actions.record_talk(campaign, by=request.user, **form.given())
            messages.success(request, _("记下了。这一条不会再列出来。"))
            return answer(_address(campaign))
    return _page(request, campaign, said=form)


@access(Permission.CAMPAIGN_MANAGE)
def sample(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One draw with its calls; `?again=1` draws once more from the kept seed and says whether it is the same."""
    shown = get_object_or_404(Sample.objects.visible_to(request.user).with_counts().select_related("campaign"), pk=pk)
    rechecks = list(Recheck.objects.visible_to(request.user).filter(sample=shown).for_list())
    context = {
        "sample": shown,
        "rechecks": rechecks,
        "facts": worded.of_sample(shown),
        "back": _address(shown.campaign),
        "again": _again(shown, rechecks) if "again" in request.GET else None,
    }
    return render(request, "visits/sample.html", context)


def _again(shown: Sample, rechecks: Iterable[Recheck]) -> tuple[str, str]:
    """The tone and the words of what a second draw gave."""
    try:
        same = set(redraw(shown)) == {one.visit_id for one in rechecks}
    except Refused as refusal:
        return "warn", str(refusal)
    if same:
        return "good", _("按留下的种子重抽了一遍，抽到的是同样的走访。")
    return "warn", _("按留下的种子重抽了一遍，抽到的和这里列的不一样。")


@access(Permission.CAMPAIGN_MANAGE)
@once
def recheck(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One call: whom to ask, what was written down at the door, and what the household says now."""
    user = request.user
    rows = Recheck.objects.visible_to(user).select_related(
        "sample__campaign", "visit__by", "visit__household__dwelling", "visit__household__building", "called_by"
    )
    shown = get_object_or_404(rows, pk=pk)
    form = RecheckForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            done = actions.record_recheck(shown, by=user, **form.given())
            messages.success(request, _("记下了。"))
            return answer(done.get_absolute_url() if done.tone in ("warn", "bad") else done.sample)
    visit = shown.visit
    members = Membership.objects.visible_to(user).current().filter(household=visit.household_id)
    verified = Verification.objects.visible_to(user).filter(visit=visit).select_related("resident")
    context = {
        "recheck": shown,
        "visit": visit,
        "household": visit.household,
        "members": members.select_related("resident"),
        "written": words.of_visit(visit),
        "verified": list(verified),
        "findings": Finding.objects.visible_to(user).filter(visit=visit).for_list(),
        "own": visit.by_id == user.pk,
        "form": form,
    }
    return render(request, "visits/recheck.html", context)


def _campaign(request: PortalRequest) -> Campaign | None:
    asked = request.GET.get("campaign", "")
    campaign = campaign_shown(request.user, asked)
    if campaign is None and asked:
        raise Http404
    return campaign


def _address(campaign: Campaign) -> str:
    return f"{redirect('visits:supervision').url}?campaign={campaign.pk}"


def _page(
    request: PortalRequest, campaign: Campaign | None, *, form: DrawForm | None = None, said: TalkForm | None = None
) -> HttpResponse:
    if campaign is None:
        return render(request, "visits/supervision.html", {"campaign": None})
    user = request.user
    listed = odd_visits(campaign, by=user)
    samples = list(Sample.objects.visible_to(user).filter(campaign=campaign).with_counts())
    context = {
        "campaign": campaign,
        "form": form or DrawForm(),
        "samples": samples,
        "calls": Recheck.objects.visible_to(user).filter(sample__campaign=campaign).waiting().for_list(),
        "odd": _worded(user, listed[:_ODD_SHOWN], said),
        "odd_count": len(listed),
        "talks": Talk.objects.visible_to(user).filter(campaign=campaign).for_list(),
        "errors": said,
    }
    return render(request, "visits/supervision.html", context)


def _worded(user: User, listed: list[Oddity], said: TalkForm | None) -> list[Odd]:
    """The oddities with names, doors and forms, in three queries."""
    walkers = User.objects.in_bulk({one.walker for one in listed})
    buildings = Building.objects.in_duty_of(user).in_bulk({one.building for one in listed})
    keys = {key for one in listed for key in one.visits[:_VISITS_SHOWN]}
    visits = Visit.objects.visible_to(user).select_related("household__dwelling").in_bulk(keys)
    return [
        Odd(
            title=worded.of_oddity(one, walkers[one.walker].name, buildings.get(one.building)),
            detail=worded.hint_of(one),
            note=one.note,
            visits=[visits[key] for key in one.visits[:_VISITS_SHOWN] if key in visits],
            more=max(0, len(one.visits) - _VISITS_SHOWN),
            form=None if one.walker == user.pk else _talk_form(one, number, said),
        )
        for number, one in enumerate(listed)
    ]


def _talk_form(one: Oddity, number: int, said: TalkForm | None) -> TalkForm:
    """Empty, or what was sent about this one, so that it can be mended."""
    auto_id = f"talk{number}_%s"
    if said is not None and said.data.get("visits_hash") == one.visits_hash and said.data.get("about") == one.about:
        again: Any = said.data
        form = TalkForm(again, auto_id=auto_id)
        for error in said.non_field_errors():
            form.add_error(None, error)
        return form
    return TalkForm(initial={"about": one.about, "visits_hash": one.visits_hash}, auto_id=auto_id)
