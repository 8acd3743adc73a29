"""What the requests keep about a person: to take away, to erase, and what has to stay."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from community.account_data import accounts_of
from community.personal import Going, Room, Section, Staying
from core.fields import plain_of
from helpdesk import thanks_personal, words
from helpdesk.models import Draft, Informant, ServiceRequest, Update
from helpdesk.states import ENDED, INTERNAL

if TYPE_CHECKING:
    from community.models import User

_FOUND = "what is kept about a person already found"
ERASED_NAME = gettext_noop("（已删除）")


def sections(user: User) -> list[Section]:
    """One's own requests, and what happened to each; internal notes are not one's own."""
    own = list(ServiceRequest.objects.reported_by(user).select_related("category"))
    as_side = ServiceRequest.objects.as_side(user).exclude(reporter=user).select_related("category")
    shared = list(as_side) if user.scope.households else []
    columns = [
        ("number", _("编号")),
        ("title", _("什么事")),
        ("category", _("类别")),
        ("description", _("详细情况")),
        ("place", _("地点")),
        ("phone", _("联系电话")),
        ("submitted", _("提交时间")),
        ("state", _("进展")),
    ]
    steps = [("number", _("编号")), ("at", _("时间")), ("what", _("做了什么")), ("text", _("内容"))]
    return [
        Section("requests", _("我提的诉求"), columns, [_request(one, user) for one in own]),
        Section("drafts", _("写了一半没有提交的"), _draft_columns(), _drafts(user)),
        Section("mediations", _("我家的调解"), _mediation_columns(), [_mediation(one, user) for one in shared]),
        Section("updates", _("办理经过"), steps, _updates(user, [*own, *shared])),
        *thanks_personal.sections(user),
    ]


def _mediation_columns() -> list[tuple[str, str]]:
    return [("number", _("编号")), ("title", _("什么事")), ("accepted", _("受理时间")), ("state", _("进展"))]


def _mediation(one: ServiceRequest, user: User) -> dict[str, Any]:
    """What the household knows of a mediation; nothing of the other one."""
    return {
        "number": one.number,
        "title": one.title_for(user),
        "accepted": one.accepted_at,
        "state": one.get_state_display(),
    }


def _draft_columns() -> list[tuple[str, str]]:
    return [("saved", _("何时存的")), ("title", _("什么事")), ("description", _("详细情况")), ("place", _("地点"))]


def _drafts(user: User) -> list[dict[str, Any]]:
    found = [json.loads(plain_of(one.fields))["fields"] | {"saved": one.saved_at} for one in _drafts_of(user)]
    return [{name: one.get(name, "") for name, _words in _draft_columns()} for one in found]


def _drafts_of(*users: User) -> Any:
    return Draft.objects.unscoped(reason=_FOUND).filter(user__in=users)


def _request(one: ServiceRequest, user: User) -> dict[str, Any]:
    """A request; of what was asked in confidence the phone stands apart."""
    return {
        "number": one.number,
        "title": one.title,
        "category": one.category.label,
        "description": one.description,
        "place": one.place,
        "phone": plain_of(_told(one, user).phone if one.has_informant else one.reporter_phone),
        "submitted": one.submitted_at,
        "state": one.get_state_display(),
    }


def _told(one: ServiceRequest, user: User) -> Informant:
    found: Informant = Informant.objects.visible_to(user).get(request=one, user=user)
    return found


def _updates(user: User, own: list[ServiceRequest]) -> list[dict[str, Any]]:
    between_us = Q(kind=Update.Kind.NOTE) | Q(action__in=INTERNAL)
    own_rows = Update.objects.visible_to(user).filter(request__in=own) | Update.objects.in_confidence(user)
    rows = own_rows.exclude(between_us)
    return [
        {"number": one.request.number, "at": one.at, "what": words.headline(one, user), "text": one.public_text}
        for one in rows.select_related("request", "by")
    ]


def _of(resident: Any) -> Any:
    """What the person asked for by an account, and what was written down for somebody of that name at that home."""
    homes = resident.memberships.unscoped(reason=_FOUND).values("household")
    by_name = Q(reporter__isnull=True, home__in=homes, reporter_name=resident.name)
    rows = ServiceRequest.objects.unscoped(reason=_FOUND)
    return rows.filter(Q(reporter__in=accounts_of(resident)) | by_name & ~Q(reporter_name=ERASED_NAME))


def _confided(resident: Any) -> Any:
    """What the person asked in confidence."""
    return Informant.objects.unscoped(reason=_FOUND).filter(user__in=accounts_of(resident))


def _said_in_mediations(resident: Any) -> Any:
    """What was said by and to the person's home, as one of two households."""
    homes = resident.memberships.unscoped(reason=_FOUND).values("household")
    return Update.objects.unscoped(reason=_FOUND).filter(party__household__in=homes).exclude(public_text="")


def goes(resident: Any) -> list[Going]:
    """Name and phone in what is finished; what was never sent; letters of thanks."""
    done = _of(resident).filter(state__in=ENDED).count()
    confided = _confided(resident).filter(request__state__in=ENDED).count()
    return [
        Going(done + confided, _("件办完的诉求里的姓名和电话，事情本身留着")),
        Going(_drafts_of(*accounts_of(resident)).count(), _("件写了一半没有提交的诉求")),
        *thanks_personal.goes(resident),
    ]


def stays(resident: Any) -> list[Staying]:
    """What is still being worked on needs somebody to talk to; of a mediation the record is kept."""
    return [
        Staying(
            _of(resident).exclude(state__in=ENDED).count()
            + _confided(resident).exclude(request__state__in=ENDED).count(),
            _("件还在办的诉求里的姓名和电话"),
            _("个人信息保护法第十三条第一款第二项：办您提出的事要和您联系"),
            _("到办完为止"),
        ),
        Staying(
            _said_in_mediations(resident).count(),
            _("段调解时说过的话，另一家看不到"),
            _("人民调解法第二十七条：调解情况要记录、归档"),
            _("长期"),
        ),
    ]


def erase(resident: Any, by: User) -> None:
    """The words stay, the name and the number go."""
    done = _of(resident).filter(Q(state__in=ENDED))
    done.update(reporter=None, reporter_name=ERASED_NAME, reporter_phone="")
    for one in _confided(resident).filter(request__state__in=ENDED):
        one.user, one.household, one.name, one.phone = None, None, ERASED_NAME, ""
        one.save()
    _drafts_of(*accounts_of(resident)).delete()
    thanks_personal.erase(resident, erased_name=ERASED_NAME)


ROOM = Room(gettext_lazy("诉求"), sections, goes, stays, erase)
