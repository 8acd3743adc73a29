"""What asks of a steward: to say when they are free, to renew a certificate; of the office: to look at papers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.access import Permission
from community.today import Ask
from core import clock
from stewards.members.querysets import ends, soon, waits
from stewards.models import Availability, Steward

if TYPE_CHECKING:
    from community.models import User

_OWN = "whether somebody has said when they are free"


def asks(user: User) -> list[Ask]:
    """What waits for `user`: one query for a steward, one for the office."""
    return [
        *(_own(user) if user.scope.may(Permission.STEWARD_WORK) else []),
        *(_kept(user) if user.scope.may(Permission.STEWARDS_MANAGE) else []),
    ]


def _own(user: User) -> list[Ask]:
    """For a steward: no week yet, a paper that ends, something that the office misses."""
    rules = Availability.objects.unscoped(reason=_OWN).filter(steward=OuterRef("pk"))
    held = Q(skills__skill__needs_evidence=True)
    rows = Steward.objects.visible_to(user).filter(user=user)
    counted = rows.annotate(
        has_week=Exists(rules),
        ending=Count("skills", filter=ends("skills__"), distinct=True),
        returned=Count("skills", filter=held & ~Q(skills__returned=""), distinct=True),
    ).first()
    if counted is None:
        return []
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


def _kept(user: User) -> list[Ask]:
    """For the office: papers to look at, what runs out."""
    rows = Steward.objects.visible_to(user).filter(community__in=user.scope.offices_communities)
    counted = rows.appointed(clock.today()).aggregate(
        waiting=Count("skills", filter=waits("skills__"), distinct=True),
        ending=Count("skills", filter=ends("skills__"), distinct=True),
        uninsured=Count("pk", filter=Q(insured_until__lte=soon()), distinct=True),
    )
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
