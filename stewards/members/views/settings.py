"""What the office sets up about red stewards."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from community import reveal
from community.access import Permission, PortalRequest, access
from community.once import acting, new_id, once
from core import clock
from stewards.members import actions
from stewards.members.setting_forms import ApartForm, DoorForm, KindForm, TwoForm
from stewards.members.views.found import here
from stewards.models import BlockedPair, Skill, StewardSkill, TwoTogether


@access(Permission.STEWARDS_MANAGE)
def kinds(request: PortalRequest) -> HttpResponse:
    """The skills that the community asks for, and how many have each."""
    rows = Skill.objects.visible_to(request.user).filter(community__in=request.user.scope.offices_communities)
    usable = StewardSkill.objects.unscoped(reason="how many have a skill of one's own office").usable(clock.today())
    counted = rows.annotate(number=Count("held", filter=Q(held__in=usable.of_serving())))
    return render(request, "stewards/members/kinds.html", {"kinds": counted.order_by("-is_active", "order", "pk")})


@access(Permission.STEWARDS_MANAGE)
@once
def kind_add(request: PortalRequest) -> HttpResponseBase:
    """A skill of the community's own."""
    community = here(request)
    form = KindForm(request.POST or None, community=community)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.add_kind(community, by=request.user, **form.given())
            messages.success(request, _("加好了，红管家现在就能选到。"))
            return answer("stewards:skill_kinds")
    words = {"title": _("加一项技能"), "button": _("加上"), "back": reverse("stewards:skill_kinds")}
    return render(request, "stewards/members/setting.html", {"form": form, **words})


@access(Permission.STEWARDS_MANAGE)
@once
def kind_edit(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Change a skill; the page says how many would no longer be asked if evidence were asked for."""
    rows = Skill.objects.visible_to(request.user).filter(community__in=request.user.scope.offices_communities)
    skill = get_object_or_404(rows.select_related("community"), pk=pk)
    form = KindForm(request.POST or None, community=skill.community, skill=skill)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.change_kind(skill, by=request.user, **form.given())
            messages.success(request, _("改好了。"))
            return answer("stewards:skill_kinds")
    held = StewardSkill.objects.unscoped(reason="how many have a skill of one's own office").filter(skill=skill)
    unseen = held.filter(confirmed_at__isnull=True).count()
    lead = ngettext(
        "有 %(n)d 位红管家的这一项还没有核实过，勾上“要看证书”以后，核实之前不会派给他们。",
        "有 %(n)d 位红管家的这一项还没有核实过，勾上“要看证书”以后，核实之前不会派给他们。",
        unseen,
    ) % {"n": unseen}
    words = {"title": skill.label, "button": _("保存"), "back": reverse("stewards:skill_kinds")}
    return render(request, "stewards/members/setting.html", {"form": form, "lead": lead if unseen else "", **words})


@access(Permission.STEWARDS_MANAGE)
@once
def apart(request: PortalRequest) -> HttpResponseBase:
    """Who is not brought together, and one more pair."""
    form = ApartForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.keep_apart(form.cleaned_data["steward"], by=request.user, **form.given())
            messages.success(request, _("记下了，以后不安排在一起。两边都不会知道。"))
            return answer("stewards:apart")
    rows = BlockedPair.objects.visible_to(request.user).select_related(
        "steward__user", "other__user", "home__dwelling", "home__building"
    )
    back = reverse("stewards:apart")
    pairs = [(one, reveal.url(one, "reason", back), new_id()) for one in rows.order_by("-created_at", "-pk")]
    return render(request, "stewards/members/apart.html", {"form": form, "pairs": pairs})


@access(Permission.STEWARDS_MANAGE)
@require_POST
@once
def apart_end(request: PortalRequest, pk: int) -> HttpResponseBase:
    """The two may be brought together again."""
    pair = get_object_or_404(BlockedPair.objects.visible_to(request.user), pk=pk)
    with acting(request) as answer:
        actions.bring_together(pair, by=request.user)
        messages.success(request, _("去掉了，以后可以安排在一起。"))
        answer("stewards:apart")
    return redirect("stewards:apart")


@access(Permission.STEWARDS_MANAGE)
@once
def two(request: PortalRequest) -> HttpResponseBase:
    """To which households two go together: by care tag, and door by door."""
    community = here(request)
    rules = TwoTogether.objects.visible_to(request.user).filter(community=community)
    doors = rules.filter(home__isnull=False).select_related("home__dwelling", "home__building")
    shown = list(rules.filter(home__isnull=True).values_list("category", flat=True))
    form = TwoForm(request.POST or None, initial={"categories": shown})
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.two_for(community, categories=set(form.cleaned_data["categories"]), by=request.user)
            messages.success(request, _("记下了，从下一件活起这样安排。"))
            return answer("stewards:two_together")
    back = reverse("stewards:two_together")
    lines = [(one, reveal.url(one, "reason", back), new_id()) for one in doors.order_by("pk")]
    return render(request, "stewards/members/two.html", {"form": form, "doors": lines})


@access(Permission.STEWARDS_MANAGE)
@once
def two_add(request: PortalRequest) -> HttpResponseBase:
    """One more door to which two go."""
    form = DoorForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.two_at(by=request.user, **form.given())
            messages.success(request, _("记下了，以后去这一户是两个人。"))
            return answer("stewards:two_together")
    words = {"title": _("再加一户"), "button": _("加上"), "back": reverse("stewards:two_together")}
    return render(request, "stewards/members/setting.html", {"form": form, **words})


@access(Permission.STEWARDS_MANAGE)
@require_POST
@once
def two_end(request: PortalRequest, pk: int) -> HttpResponseBase:
    """The door is like any other again."""
    rule = get_object_or_404(TwoTogether.objects.visible_to(request.user).filter(home__isnull=False), pk=pk)
    with acting(request) as answer:
        actions.one_at(rule, by=request.user)
        messages.success(request, _("去掉了。"))
        answer("stewards:two_together")
    return redirect("stewards:two_together")
