"""What the requests keep about a person: to take away, to erase, and what has to stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from community.account_data import accounts_of
from community.personal import Going, Room, Section, Staying
from helpdesk import thanks_personal, words
from helpdesk.models import ServiceRequest, Update
from helpdesk.states import ENDED, INTERNAL

if TYPE_CHECKING:
    from community.models import User

_FOUND = "what is kept about a person already found"
ERASED_NAME = gettext_noop("（已删除）")


def sections(user: User) -> list[Section]:
    """One's own requests, and what happened to each; internal notes are not one's own."""
    own = list(ServiceRequest.objects.visible_to(user).filter(reporter=user).select_related("category"))
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
        Section("requests", _("我提的诉求"), columns, [_request(one) for one in own]),
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


def _request(one: ServiceRequest) -> dict[str, Any]:
    return {
        "number": one.number,
        "title": one.title,
        "category": one.category.label,
        "description": one.description,
        "place": one.place,
        "phone": one.reporter_phone.plain,
        "submitted": one.submitted_at,
        "state": one.get_state_display(),
    }


def _updates(user: User, own: list[ServiceRequest]) -> list[dict[str, Any]]:
    between_us = Q(kind=Update.Kind.NOTE) | Q(action__in=INTERNAL)
    rows = Update.objects.visible_to(user).filter(request__in=own).exclude(between_us)
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


def _said_in_mediations(resident: Any) -> Any:
    """What was said by and to the person's home, as one of two households."""
    homes = resident.memberships.unscoped(reason=_FOUND).values("household")
    return Update.objects.unscoped(reason=_FOUND).filter(party__household__in=homes).exclude(public_text="")


def goes(resident: Any) -> list[Going]:
    """Name and phone in what is finished; letters of thanks."""
    ended = Going(_of(resident).filter(state__in=ENDED).count(), _("件办完的诉求里的姓名和电话，事情本身留着"))
    return [ended, *thanks_personal.goes(resident)]


def stays(resident: Any) -> list[Staying]:
    """What is still being worked on needs somebody to talk to; of a mediation the record is kept."""
    return [
        Staying(
            _of(resident).exclude(state__in=ENDED).count(),
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
    thanks_personal.erase(resident, erased_name=ERASED_NAME)


ROOM = Room(gettext_lazy("诉求"), sections, goes, stays, erase)
