"""Who asked in confidence is read, with a reason."""

from __future__ import annotations

from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.models import User
from core.fields import plain_of
from core.refusal import Refused
from helpdesk.models import Informant, ServiceRequest
from helpdesk.parties import parties_of
from helpdesk.states import SECRETARY


class Asker(NamedTuple):
    """Who asked in confidence, in plain."""

    name: str
    phone: str
    door: str


@transaction.atomic
def read_informant(request: ServiceRequest, *, by: User, reason: str) -> Asker:
    """The name, number and door of who asked in confidence; the reading is recorded with its reason.

    The record stands with the request: nothing in it leads to the person or their household. Raises Refused for
    everybody but the secretary, without a reason, and before the second factor is set up.
    """
    if SECRETARY not in parties_of(request, by):
        raise Refused(_("提出人是谁，只有社区书记能看。"))
    if not reason.strip():
        raise Refused(_("请写明为什么要看，看过会记下来。"))
    if not audit.has_second_factor(by):
        raise Refused(_("查看完整信息前，请先设置两步验证。"))
    rows = Informant.objects.visible_to(by).select_related("household__dwelling")
    found = rows.filter(request=request).first()
    if found is None:
        raise Refused(_("这件事没有另存提出人。"))
    audit.record("informant_read", request, by=by, reason=reason)
    door = found.household.dwelling.label if found.household else ""
    return Asker(str(plain_of(found.name) or ""), str(plain_of(found.phone) or ""), door)
