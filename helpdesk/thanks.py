"""Letters of thanks 感谢信: what each reader sees of one, and for how long one is kept that was taken back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from community import files
from community.access import Permission
from community.forgetting import DELETED
from community.models import Attachment, Community
from community.models import User as Account
from community.questions import Row
from community.retention import Rule
from community.today import Ask
from helpdesk.models import ThanksLetter

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import User

_WHY = "housekeeping: letters that were taken back"


def knows_writer(letter: ThanksLetter, reader: User | AnonymousUser | None) -> bool:
    """Whether this reader learns who wrote it: everybody where its writer agreed; else who wrote, got or passes it."""
    if letter.consent == ThanksLetter.Consent.NAMED:
        return True
    if not isinstance(reader, Account):
        return False
    concerned = reader.pk in (letter.writer_id, letter.to_user_id, letter.logged_by_id)
    return concerned or letter.community_id in reader.scope.offices_communities


def signed(letter: ThanksLetter, reader: User | AnonymousUser | None) -> str:
    """The name under it, for this reader."""
    return letter.writer_name if knows_writer(letter, reader) else _("一位居民")


def shows_photo(letter: ThanksLetter, reader: User | AnonymousUser | None) -> bool:
    """Whether this reader sees its photo: handwriting and a signature are a name."""
    return letter.photo_id is not None and knows_writer(letter, reader)


def may_publish(letter: ThanksLetter, user: User) -> bool:
    """Whether this person may put it out, or take it off the page again."""
    return letter.community_id in user.scope.offices_communities


def may_withdraw(letter: ThanksLetter, user: User) -> bool:
    """Whether this person may take it back: its writer; who wrote it down for somebody on paper."""
    return user.pk == letter.writer_id or (letter.writer_id is None and user.pk == letter.logged_by_id)


def waiting(user: User) -> Any:
    """Letters that may go out, for the office."""
    scope = user.scope
    if not (scope.may(Permission.REQUEST_TRIAGE) and scope.may(Permission.REQUEST_SETTINGS)):
        return None
    return ThanksLetter.objects.asked_about(user).order_by("written_at").values_list("written_at")[:100]


def say(_user: User, rows: list[Row]) -> list[Ask]:
    """One line for all of them."""
    moments = [moment for (moment,) in rows]
    if not moments:
        return []
    title = ngettext("%(n)d 封感谢信可以公开", "%(n)d 封感谢信可以公开", len(moments)) % {"n": len(moments)}
    return [Ask(title, reverse("helpdesk:thanks"), _("去看看"), since=min(moments))]


def _taken_back(community: Community, before: datetime) -> Any:
    rows = ThanksLetter.objects.unscoped(reason=_WHY)
    return rows.filter(community=community, withdrawn_at__lt=before)


def _forget(community: Community, before: datetime) -> int:
    rows = _taken_back(community, before)
    photos = list(rows.exclude(photo__isnull=True).values_list("photo", flat=True))
    forgotten: int = rows.delete()[0]
    files.forget(Attachment.objects.unscoped(reason=_WHY).filter(pk__in=photos))
    return forgotten


RULES = (
    Rule(
        slug="thanks_letters",
        what=gettext_lazy("写信人收回了的感谢信"),
        then=DELETED,
        days=30,
        basis=gettext_lazy("写信人收回了，一个月里还能改主意。"),
        count=lambda community, before: int(_taken_back(community, before).count()),
        forget=_forget,
    ),
)
