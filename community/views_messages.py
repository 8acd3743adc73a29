"""Pages around messages: how one is told, the way out of mail, the groups with a robot, what did not arrive."""

from __future__ import annotations

from uuid import UUID

from allauth.core import ratelimit
from django.contrib import messages as flash
from django.core.signing import BadSignature
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from community import actions_messages as actions
from community import history, messages, post, robots
from community.access import Permission, PortalRequest, access, public, signed_in
from community.forms_messages import AddressForm, ChoiceForm, GroupForm, MailCodeForm
from community.models import AuditEvent, Channel, Community, Delivery
from community.once import acting, once
from core.fields import plain_of, search_hash
from core.forms import PortalForm
from core.refusal import Refused

SHOWN = 50
HISTORY_AT_MOST = 30


@signed_in
@once
def own(request: PortalRequest) -> HttpResponseBase:
    """How one is told: the mailbox, what goes there and when, and what did not arrive."""
    choice = actions.choice_of(request.user)
    form = ChoiceForm(request.POST or None, choice=choice, staff=actions.has_duties(request.user))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.choose(by=request.user, **form.given())
            flash.success(request, _("记下了。"))
            return answer("community:messages")
    failed = Delivery.objects.visible_to(request.user).filter(user=request.user).not_arrived()[:SHOWN]
    facts = {"choice": choice, "form": form, "failed": failed, "offered": messages.mail_is_offered()}
    return render(request, "community/messages.html", facts)


@signed_in
@once
def address(request: PortalRequest) -> HttpResponseBase:
    """Name a mailbox; a code goes there."""
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["address"]
        if not ratelimit.consume(request, action="mail_code", user=request.user, key=search_hash(given)):
            return ratelimit.respond_429(request)  # type: ignore[no-any-return]
        answered = None
        with acting(request, form) as answer:
            code = actions.ask_address(address=given, by=request.user)
            answered = answer("community:messages_code")
        if answered is not None:
            # After the transaction: nobody's rows are locked while the mail server thinks.
            _send_code(request, code)
            return answered
    return render(request, "community/messages_address.html", {"form": form, "offered": messages.mail_is_offered()})


def _send_code(request: PortalRequest, code: str) -> None:
    choice = actions.choice_of(request.user)
    assert choice is not None
    outcome = post.send_code(choice, code)
    if not outcome.arrived:
        why = Delivery(problem=outcome.problem, answer=outcome.answer).why
        flash.error(request, _("验证码没有发出去：%(why)s。请核对邮箱，或者过一会儿再试。") % {"why": why})


@signed_in
@never_cache
def code(request: PortalRequest) -> HttpResponseBase:
    """The code that came by mail."""
    choice = actions.choice_of(request.user)
    if choice is None or not choice.pending:
        return redirect("community:messages")
    form = MailCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            # Not within `acting`: a wrong code is counted, and what is refused there is taken back.
            if actions.confirm_address(code=form.cleaned_data["code"], by=request.user):
                flash.success(request, _("邮箱验证好了。以后有提醒，也发到这里。"))
                return redirect("community:messages")
            form.add_error("code", _("验证码不对，请再看一看邮件。"))
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "community/messages_code.html", {"form": form, "choice": choice})


@signed_in
@require_POST
def off(request: PortalRequest) -> HttpResponseBase:
    """No mail any more."""
    with acting(request) as answer:
        choice = actions.choice_of(request.user)
        if choice is not None:
            actions.drop_address(choice, by=request.user)
        flash.success(request, _("以后不发邮件了，邮箱地址也删除了。提醒照样在站内看得到。"))
        return answer("community:messages")


@public
@never_cache
@csrf_exempt
def stop(request: HttpRequest, token: str) -> HttpResponseBase:
    """The link in every mail: asks once more, since mailboxes open links by themselves; a POST does it.

    Whoever holds the link may: the token stands for the sign-in, also for a mailbox's own button (RFC 8058).
    """
    if not ratelimit.consume(request, action="mail_stop"):
        return ratelimit.respond_429(request)  # type: ignore[no-any-return]
    try:
        choice = actions.find_by_token(token)
    except (BadSignature, ValueError):
        raise Http404 from None
    if request.method == "POST" and choice is not None:
        actions.drop_address(choice, by=None)
        choice = None
    return render(request, "community/messages_stop.html", {"choice": choice})


@signed_in
@require_POST
def again(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Try once more what did not arrive: one's own, and for the office all of the community."""
    row: Delivery = get_object_or_404(Delivery.objects.visible_to(request.user).select_related("user"), pk=pk)
    mine = row.user_id == request.user.pk
    if not mine and not request.user.scope.may(Permission.MESSAGES_MANAGE):
        raise Http404
    where = "community:messages" if mine else "community:messages_office"
    with acting(request):
        actions.send_again(row, by=request.user)
        flash.success(request, _("好的，一分钟内再发一次。"))
    return redirect(where)


@access(Permission.MESSAGES_MANAGE)
def office(request: PortalRequest) -> HttpResponseBase:
    """The groups with a robot, and what did not arrive, of people and groups."""
    groups = Channel.objects.visible_to(request.user).select_related("community").order_by("name", "pk")
    failed = Delivery.objects.visible_to(request.user).filter(community__in=request.user.scope.offices_communities)
    facts = {"groups": groups, "failed": list(failed.not_arrived()[: SHOWN + 1]), "most": SHOWN}
    return render(request, "community/messages_office.html", facts)


@access(Permission.MESSAGES_MANAGE)
@once
def group_new(request: PortalRequest) -> HttpResponseBase:
    """Connect a group."""
    form = GroupForm(request.POST or None, offices=_offices(request))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            made = actions.add_group(by=request.user, **form.given())
            flash.success(request, _("地址存好了。现在试发一条，看看对不对。"))
            return answer(reverse("community:messages_group", args=[made.pk]))
    return render(request, "community/messages_group_new.html", {"form": form})


@access(Permission.MESSAGES_MANAGE)
@once
def group(request: PortalRequest, pk: int) -> HttpResponseBase:
    """A group: change it, or try it with one message."""
    found = _group(request, pk)
    here = reverse("community:messages_group", args=[found.pk])
    trying = request.method == "POST" and "test" in request.POST
    form = GroupForm(None if trying else request.POST or None, offices=_offices(request), group=found)
    if trying:
        # Before the transaction: nobody's rows are locked while the group's server thinks.
        said = robots.say_hello(plain_of(found.address), community=found.community.name, group=found.name)
        with acting(request) as answer:
            actions.record_group_test(found, answer=said, by=request.user)
            _say(request, said)
            return answer(here)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            given = form.given()
            given.pop("community", None)
            actions.change_group(found, by=request.user, **given)
            flash.success(request, _("存好了。"))
            return answer("community:messages_office")
    events = history.tell(AuditEvent.objects.of(found)[:HISTORY_AT_MOST])
    facts = {"form": form, "test": PortalForm(), "group": found, "events": events}
    return render(request, "community/messages_group.html", facts)


@access(Permission.MESSAGES_MANAGE)
@once
def group_end(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Tell a group nothing more."""
    found = _group(request, pk)
    form = PortalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.drop_group(found, by=request.user)
            return answer("community:messages_office")
    return render(request, "community/messages_group_end.html", {"form": form, "group": found})


def _say(request: PortalRequest, said: str) -> None:
    if said:
        flash.error(request, said)
    else:
        flash.success(request, _("发出去了，对方收下了。请到群里看一看有没有这条消息。"))


def _group(request: PortalRequest, pk: int) -> Channel:
    rows = Channel.objects.visible_to(request.user).select_related("community")
    found: Channel = get_object_or_404(rows, pk=pk)
    return found


def _offices(request: PortalRequest) -> QuerySet[Community]:
    return Community.objects.filter(pk__in=request.user.scope.offices_communities).order_by("code")
