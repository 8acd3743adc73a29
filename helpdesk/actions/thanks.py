"""Letters of thanks are written, put out, and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from community import audit
from community.files import store
from community.models import Attachment, Community, User
from community.notices import notify
from core import clock
from core.photos import CleanPhoto
from core.refusal import Refused
from core.scoping import locked
from helpdesk import stories, thanks
from helpdesk.models import ServiceRequest, ThanksLetter


@transaction.atomic
def write_thanks(
    *,
    by: User,
    community: Community,
    text: str,
    consent: str,
    to_user: User | None = None,
    to_name: str = "",
    request: ServiceRequest | None = None,
    photos: Sequence[CleanPhoto] = (),
    writer_name: str = "",
    written_at: datetime | None = None,
) -> ThanksLetter:
    """Write a letter of one's own, or with `writer_name` write down one that somebody brought on paper.

    Who is thanked is told at once, without a word of what it says. Raises Refused where nobody is thanked, or one
    oneself.
    """
    if not (to_user or to_name):
        raise Refused(_("请写上感谢谁。"))
    if to_user == by and not writer_name:
        raise Refused(_("请写感谢别人的话。"))
    letter = ThanksLetter(
        community=community,
        request=request,
        writer=None if writer_name else by,
        writer_name=(writer_name or by.name)[:40],
        to_user=to_user,
        to_name=(to_name or (to_user.name if to_user else ""))[:60],
        text=text,
        consent=consent,
        logged_by=by,
        written_at=written_at or clock.now(),
    )
    letter.photo = _kept(photos[0], community, by) if photos else None
    letter.save(force_insert=True)
    audit.record("thanks_written", letter, by=by)
    if to_user and to_user != by:
        with translation.override(settings.LANGUAGE_CODE):
            notify([to_user], about=letter, kind="thanks_written", text=_("有一封感谢您的信，请点开看。"))
    return letter


def _kept(photo: CleanPhoto, community: Community, by: User) -> Attachment:
    name, size = f"{_('感谢信')}-{clock.today():%Y%m%d}.jpg", {"width": photo.width, "height": photo.height}
    return store(photo.content, name=name, content_type=photo.content_type, community=community, by=by, **size)


@transaction.atomic
def publish_thanks(letter: ThanksLetter, *, by: User) -> ThanksLetter:
    """Let everybody read it; its writer is told. Raises Refused where the writer did not agree, or it gives away."""
    row = locked(letter)
    if not thanks.may_publish(row, by):
        raise Refused(_("感谢信由社区来公开。"))
    if row.withdrawn_at or row.published_at:
        raise Refused(_("写信人已经收回了。") if row.withdrawn_at else _("已经公开了。"))
    if row.consent == ThanksLetter.Consent.PRIVATE:
        raise Refused(_("写信人没有答应公开。"))
    if stories.numbers_in(row.text):
        raise Refused(_("信里写着电话或者证件号码，不能公开。"))
    if row.consent == ThanksLetter.Consent.NAMELESS and row.writer_name in row.text:
        raise Refused(_("写信人不想写名字，信里却写着，不能公开。"))
    row.published_at, row.published_by = clock.now(), by
    row.save(update_fields=["published_at", "published_by"])
    audit.record("thanks_published", row, by=by)
    if row.writer and row.writer != by:
        with translation.override(settings.LANGUAGE_CODE):
            text = _("您的感谢信公开了，谢谢您。想收回，点开就能收回。")
        notify([row.writer], about=row, kind="thanks_published", text=text)
    return row


@transaction.atomic
def unpublish_thanks(letter: ThanksLetter, *, by: User) -> ThanksLetter:
    """Take it off the page again: the office, or who is thanked and would rather not be read about."""
    row = locked(letter)
    if not thanks.may_publish(row, by) and row.to_user_id != by.pk:
        raise Refused(_("由社区或者被感谢的人来办。"))
    if row.published_at is None:
        raise Refused(_("现在没有公开。"))
    row.published_at, row.published_by = None, None
    row.save(update_fields=["published_at", "published_by"])
    audit.record("thanks_unpublished", row, by=by)
    return row


@transaction.atomic
def withdraw_thanks(letter: ThanksLetter, *, by: User) -> ThanksLetter:
    """Take one's letter back, at any time; nobody else reads it any more, and after a month it is deleted."""
    row = locked(letter)
    if not thanks.may_withdraw(row, by):
        raise Refused(_("由写信人来收回。"))
    if row.withdrawn_at:
        raise Refused(_("已经收回了。"))
    row.withdrawn_at, row.published_at, row.published_by = clock.now(), None, None
    row.save(update_fields=["withdrawn_at", "published_at", "published_by"])
    audit.record("thanks_withdrawn", row, by=by)
    return row
