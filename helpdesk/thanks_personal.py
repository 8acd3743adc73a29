"""What letters of thanks keep about a person: the own ones to take away, and to be erased."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from community import files
from community.account_data import accounts_of
from community.models import Attachment
from community.personal import Going, Section
from core import clock
from helpdesk.models import ThanksLetter
from helpdesk.thanks import signed

if TYPE_CHECKING:
    from community.models import User

_FOUND = "what is kept about a person already found"


def sections(user: User) -> list[Section]:
    """Letters that one wrote, and those that one was sent."""
    columns = [
        ("at", _("写于")),
        ("writer", _("写信人")),
        ("to", _("感谢谁")),
        ("text", _("想说的话")),
        ("consent", _("可以公开吗")),
        ("published", _("公开时间")),
    ]
    rows = ThanksLetter.objects.visible_to(user).filter(Q(writer=user) | Q(to_user=user))
    return [Section("thanks", _("感谢信"), columns, [_row(one, user) for one in rows])]


def _row(one: ThanksLetter, user: User) -> dict[str, Any]:
    return {
        "at": one.written_at,
        "writer": signed(one, user),
        "to": one.to_name,
        "text": one.text,
        "consent": one.get_consent_display(),
        "published": one.published_at,
    }


def _written_by(resident: Any) -> Any:
    return ThanksLetter.objects.unscoped(reason=_FOUND).filter(writer__in=accounts_of(resident))


def _sent_to(resident: Any) -> Any:
    return ThanksLetter.objects.unscoped(reason=_FOUND).filter(to_user__in=accounts_of(resident))


def goes(resident: Any) -> list[Going]:
    """The own letters are taken back without their name and photo; in those of others the name goes."""
    return [
        Going(_written_by(resident).count(), _("封写过的感谢信：收回，名字和照片删去")),
        Going(_sent_to(resident).count(), _("封收到的感谢信里的名字")),
    ]


def erase(resident: Any, *, erased_name: str) -> None:
    """A letter that is taken back is deleted a month later."""
    rows = _written_by(resident)
    photos = list(rows.exclude(photo__isnull=True).values_list("photo", flat=True))
    rows.update(
        photo=None,
        published_at=None,
        published_by=None,
        withdrawn_at=clock.now(),
        writer_name=erased_name,
        writer=None,
    )
    files.forget(Attachment.objects.unscoped(reason=_FOUND).filter(pk__in=photos))
    _sent_to(resident).update(to_name=erased_name, to_user=None)
