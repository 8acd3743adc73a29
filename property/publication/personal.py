"""What questions and petitions keep about a person: to take away, and to erase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.account_data import accounts_of
from community.personal import Going, Room, Section, Staying
from property.models import AuditPetition, PetitionSignature, PublicationQuestion

if TYPE_CHECKING:
    from community.models import User

_FOUND = "what is kept about a person already found"


def sections(user: User) -> list[Section]:
    """Questions that one asked, and petitions that one signed."""
    asked = PublicationQuestion.objects.unscoped(reason=_FOUND).filter(asked_by=user).select_related("publication")
    signed = PetitionSignature.objects.unscoped(reason=_FOUND).filter(user=user)
    columns = [("at", _("提问时间")), ("about", _("问的是")), ("text", _("问题")), ("answer", _("答复"))]
    rows = [{"at": one.asked_at, "about": one.about, "text": one.text, "answer": one.answer} for one in asked]
    names = [("at", _("签名时间")), ("what", _("哪一期公示")), ("back", _("收回时间"))]
    found = [
        {"at": one.signed_at, "what": one.petition.publication, "back": one.withdrawn_at}
        for one in signed.select_related("petition__publication__book__estate")
    ]
    return [
        Section("quarter_questions", _("我对公示的提问"), columns, rows),
        Section("audit_petitions", _("我签过的审计联名"), names, found),
    ]


def _asked(resident: Any) -> Any:
    return PublicationQuestion.objects.unscoped(reason=_FOUND).filter(asked_by__in=accounts_of(resident))


def _signed(resident: Any) -> Any:
    return PetitionSignature.objects.unscoped(reason=_FOUND).filter(user__in=accounts_of(resident))


def goes(resident: Any) -> list[Going]:
    """Who asked goes, the public question stays; so does who signed, once the petition has ended."""
    ended = _signed(resident).filter(petition__state=AuditPetition.State.ENDED)
    return [
        Going(_asked(resident).count(), _("个对公示的提问：不再记是谁问的")),
        Going(ended.count(), _("个已结束的审计联名：不再记是谁签的")),
    ]


def stays(resident: Any) -> list[Staying]:
    """A signature counts while its petition runs."""
    running = _signed(resident).exclude(petition__state=AuditPetition.State.ENDED)
    return [Staying(running.count(), _("个正在进行的审计联名"), _("联名要能核对"), _("到联名结束"))]


def erase(resident: Any, by: User) -> None:
    """Take the person out of questions, and out of petitions that have ended."""
    _asked(resident).update(asked_by=None, household=None)
    forget_signers(_signed(resident).filter(petition__state=AuditPetition.State.ENDED))
    AuditPetition.objects.unscoped(reason=_FOUND).filter(
        opened_by__in=accounts_of(resident), state=AuditPetition.State.ENDED
    ).update(opened_by=None)


def forget_signers(rows: Any) -> int:
    """Take away who signed; how many there were and their area stays."""
    found = list(rows)
    for one in found:
        one.user = one.household = one.group = None
        one.voter = f"x:{one.pk.hex}"
    PetitionSignature.objects.bulk_update(found, ["user", "household", "group", "voter"], batch_size=500)
    return len(found)


ROOM = Room(title=gettext_lazy("账目公示"), sections=sections, goes=goes, stays=stays, erase=erase)
