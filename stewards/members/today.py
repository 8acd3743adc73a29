"""What asks of a steward: to say when they are free, to renew a certificate; of the office: to look at papers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community import today
from community.access import Permission
from community.questions import Row
from community.today import Ask
from core import clock
from stewards.members.querysets import ends, soon, waits
from stewards.models import Availability, Steward

if TYPE_CHECKING:
    from community.models import User

_OWN = "whether somebody has said when they are free"


def register() -> None:
    """Asks a steward, and the office."""
    today.register(_myself, _own)
    today.register(_managed, _kept)


class Counted(NamedTuple):
    """How it stands with one's own papers and week."""

    pk: UUID
    has_week: bool
    ending: int
    returned: int


def _myself(user: User) -> Any:
    if not user.scope.may(Permission.STEWARD_WORK):
        return None
    rules = Availability.objects.unscoped(reason=_OWN).filter(steward=OuterRef("pk"))
    held = Q(skills__skill__needs_evidence=True)
    rows = Steward.objects.visible_to(user).filter(user=user)
    counted = rows.annotate(
        has_week=Exists(rules),
        ending=Count("skills", filter=ends("skills__"), distinct=True),
        returned=Count("skills", filter=held & ~Q(skills__returned=""), distinct=True),
    )
    return counted.order_by().values_list(*Counted._fields)


def _own(_user: User, rows: list[Row]) -> list[Ask]:
    """For a steward: no week yet, a paper that ends, something that the office misses."""
    return [ask for row in rows for ask in _of_steward(Counted._make(row))]


def _of_steward(counted: Counted) -> list[Ask]:
    url, found = reverse("stewards:mine"), []
    if not counted.has_week:
        title, detail = _("请告诉我们您平时什么时候有空"), _("点几下就好；说了有空，有活才会来问您。")
        found.append(Ask(title, reverse("stewards:availability", args=[counted.pk]), _("去填"), detail))
    if counted.returned:
        found.append(Ask(_("办公室请您的证书补一样东西"), url, _("去看看")))
    if counted.ending:
        title = ngettext("您有 %(n)d 张证书到期或快到期了", "您有 %(n)d 张证书到期或快到期了", counted.ending)
        detail = _("过了期就不能派这类活；换了新证，拍一张传上来就行。")
        found.append(Ask(title % {"n": counted.ending}, url, _("去换"), detail))
    return found


def _managed(user: User) -> Any:
    if not user.scope.may(Permission.STEWARDS_MANAGE):
        return None
    rows = Steward.objects.visible_to(user).filter(community__in=user.scope.offices_communities)
    each = rows.appointed(clock.today()).order_by().values("community")
    return each.annotate(
        waiting=Count("skills", filter=waits("skills__"), distinct=True),
        ending=Count("skills", filter=ends("skills__"), distinct=True),
        uninsured=Count("pk", filter=Q(insured_until__lte=soon()), distinct=True),
    ).values_list(*KEPT)


KEPT = ("waiting", "ending", "uninsured")


def _kept(_user: User, rows: list[Row]) -> list[Ask]:
    """For the office: papers to look at, what runs out."""
    counted = {name: sum(row[place] for row in rows) for place, name in enumerate(KEPT)}
    url = reverse("stewards:papers")
    titles = {
        "waiting": ngettext("%(n)d 张红管家的证书等您核实", "%(n)d 张红管家的证书等您核实", counted["waiting"]),
        "ending": ngettext(
            "%(n)d 张红管家的证书到期或快到期了", "%(n)d 张红管家的证书到期或快到期了", counted["ending"]
        ),
        "uninsured": ngettext(
            "%(n)d 位红管家的保险到期或快到期了", "%(n)d 位红管家的保险到期或快到期了", counted["uninsured"]
        ),
    }
    return [Ask(title % {"n": counted[name]}, url, _("去看看")) for name, title in titles.items() if counted[name]]
