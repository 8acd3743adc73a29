"""A wish 微心愿 that was logged as a request becomes a need that the units read; its page says what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from alliance.models import Need
from alliance.partners.querysets import led_in
from alliance.partners.states import NeedState
from core.addresses import address
from core.sql import Given
from helpdesk import panels as request_panels
from helpdesk.panels import Panel
from helpdesk.states import CO_HANDLER, ENDED, HANDLER, LEADER, REPORTER, SECRETARY
from helpdesk.states import State as RequestState

if TYPE_CHECKING:
    from community.models import User
    from helpdesk.models import ServiceRequest

TEMPLATE = "alliance/partners/_wish.html"
WISHES = "suggestion"
LEADING = frozenset({LEADER, SECRETARY})
TONES = {NeedState.OPEN: "wait", NeedState.IN_HAND: "wait", NeedState.MET: "good"}


@dataclass(frozen=True)
class Wish:
    """The panel: what stands of it, and the way on."""

    text: str
    state: str = ""
    tone: str = ""
    url: str = ""
    button: str = ""


def may_become_need(found: ServiceRequest, parties: frozenset[str]) -> bool:
    """Whether those who lead it may put it before the units: never what was asked in confidence."""
    is_wish = found.category.slug == WISHES and not (found.is_confidential or found.has_informant or found.has_parties)
    return is_wish and bool(parties & LEADING) and found.state not in (RequestState.SUBMITTED, *ENDED)


def register() -> None:
    """The panel, and what it wants to know."""
    request_panels.register(panels, _needs)


def panels(
    found: ServiceRequest, reader: User, parties: frozenset[str], answers: list[list[tuple[Any, ...]]]
) -> list[Panel]:
    """What stands of a wish, or the way to put it before the units."""
    if found.category.slug != WISHES or not parties & (LEADING | {HANDLER, CO_HANDLER, REPORTER}):
        return []
    (rows,) = answers
    if rows:
        return [Panel(TEMPLATE, _told(*rows[0], opens=found.community_id in led_in(reader)))]
    if not may_become_need(found, parties):
        return []
    text = _("联盟单位也许能帮上。登记成需求，不写名字，他们就看得到。")
    url = f"{reverse('alliance:need_new')}?request={found.pk}"
    return [Panel(TEMPLATE, Wish(text, url=url, button=_("请联盟单位帮忙")))]


def _told(pk: Any, title: str, state: str, *, opens: bool) -> Wish:
    texts = {
        NeedState.OPEN: _("已经请联盟单位看看能不能帮上：%(title)s"),
        NeedState.IN_HAND: _("有联盟单位接着在办：%(title)s"),
        NeedState.MET: _("联盟单位帮忙办成了：%(title)s"),
    }
    at = NeedState(state)
    url = address("alliance:need", pk) if opens else ""
    return Wish(texts[at] % {"title": title}, str(at.label), TONES[at], url, _("看需求"))


def _needs(_reader: User) -> Any:
    rows = Need.objects.unscoped(reason="the need that a request already found became")
    return rows.filter(request=Given(0)).exclude(state=NeedState.DROPPED).values_list("pk", "title", "state")
