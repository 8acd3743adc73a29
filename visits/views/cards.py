"""Pages of the card under the door: issued and printed by who walked there, answered by who lives there."""

from __future__ import annotations

import time
from uuid import UUID

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from community import letters
from community.access import Permission, PortalRequest, access, public
from community.once import acting, once
from core.forms import PortalForm
from visits import actions, cards
from visits.forms.card import CardForm, OpenForm
from visits.models import Card, Target

KEY = "card"
MINUTES = 30


@access(Permission.VISIT_RECORD)
@once
def issue(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Leave a card at a door where nobody was met twice; what will happen stands before the button."""
    target = get_object_or_404(Target.objects.visible_to(request.user).for_form(), pk=pk)
    form = PortalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.print_new_card(target, by=request.user))
    context = {"form": form, "step": cards.next_step(request.user, target), "target": target}
    return render(request, "visits/card_issue.html", context)


@access(Permission.VISIT_RECORD)
@never_cache
def paper(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Where a card waits to be printed: a POST gives the PDF, once, to who issued it."""
    rows = Card.objects.visible_to(request.user).select_related("target__campaign", "household__dwelling", "visit")
    found = get_object_or_404(rows, pk=pk)
    mine = found.issued_by_id == request.user.pk
    if request.method == "POST" and mine:
        pdf = letters.fetch(found.pk)
        if pdf is not None:
            answer = HttpResponse(pdf, content_type="application/pdf")
            answer["Content-Disposition"] = f'attachment; filename="card-{found.pk.hex[-6:]}.pdf"'
            return answer
    context = {"card": found, "waiting": mine and letters.is_waiting(found.pk)}
    return render(request, "visits/card_print.html", context)


@public
@never_cache
@sensitive_post_parameters("code", "name")
def card(request: HttpRequest, code: str = "") -> HttpResponseBase:
    """Ask for the code, which the QR code fills in, and for a name; both right open the record for half an hour."""
    form = OpenForm(request.POST or None, initial={"code": code[:40]})
    if request.method == "POST" and form.is_valid():
        typed = cards.read_code(form.cleaned_data["code"])
        if not ratelimit.consume(request, action="card", key=typed[:5]):
            return ratelimit.respond_429(request)  # type: ignore[no-any-return]
        found = actions.open_card(code=typed, name=form.cleaned_data["name"])
        if found is not None and found.visit_id is not None:
            messages.info(request, _("这张卡片您家已经填过了，不用再填。"))
            return redirect("visits:card_thanks")
        if found is not None:
            request.session[KEY] = [str(found.pk), time.time() + 60 * MINUTES]
            return redirect("visits:card_record")
        form.add_error(
            None, _("码和姓名对不上，或者卡片过期了。请照卡片再看一遍；还是不行，请给社区打电话，或者等我们再来。")
        )
    return render(request, "visits/card.html", {"form": form})


@public
@never_cache
@sensitive_post_parameters()
@once
def record(request: HttpRequest) -> HttpResponseBase:
    """The household's record, as much of it as a card may show; what is changed here waits for the leader."""
    found = _opened(request)
    if found is None:
        messages.info(request, _("请先填卡片上的码和一位家里人的姓名。"))
        return redirect("visits:card")
    form = CardForm(request.POST or None, people=cards.asked_on(found))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.answer_card(found, **form.given())
            request.session.pop(KEY, None)
            return answer("visits:card_thanks")
    door = letters.masked_door(found.household)
    return render(request, "visits/card_record.html", {"form": form, "door": door, "card": found})


@public
def thanks(request: HttpRequest) -> HttpResponseBase:
    """What becomes of it."""
    return render(request, "visits/card_thanks.html")


def _opened(request: HttpRequest) -> Card | None:
    """The card that was opened in this session, while it is good."""
    pk, until = request.session.get(KEY, ["", 0.0])
    if until < time.time():
        return None
    rows = Card.objects.unscoped(reason="its code and a name were given in this session").filter(pk=pk)
    found: Card | None = rows.select_related("household__dwelling", "household__building", "target__campaign").first()
    return found if found is not None and found.is_usable else None
