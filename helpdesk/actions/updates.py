"""What is written to a request: words, photos, papers, and who is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from community import audit
from community.files import store, store_photos
from community.models import Attachment, User
from community.notices import notify
from core import clock
from core.files import Cleaned
from core.photos import CleanPhoto
from core.refusal import Refused
from core.scoping import locked
from core.sql import insert
from core.templatetags.portal import day
from helpdesk import groups, sides, words
from helpdesk.actions.telling import tell_followers, title_of
from helpdesk.informants import accounts_of, unnamed
from helpdesk.models import Party, ServiceRequest, Update, UpdatePhoto
from helpdesk.parties import WORKING, parties_of, role_in, side_of
from helpdesk.querysets import leaders_of
from helpdesk.states import CO_HANDLER, ENDED, HANDLER, State

Details = dict[str, Any]


@transaction.atomic
def add_update(
    request: ServiceRequest,
    *,
    by: User,
    text: str = "",
    note: str = "",
    photos: Sequence[CleanPhoto] = (),
    party: Party | None = None,
) -> None:
    """Add a remark or photos that the reporter sees too, or a note that only those who work on it see.

    Of a mediation `party` is the household that reads it, None both; what a household writes is its own. Raises Refused
    where the request has ended, where nothing is said, or where it is not theirs to write.
    """
    row = locked(request)
    parties = parties_of(row, by)
    if row.state in ENDED:
        raise Refused(_("这件事已经结束了，不能再补充。有新的情况，请重新提一件。"))
    if not parties or (note and not parties & WORKING):
        raise Refused(_("这件事要由提出的人和办理的人来补充。"))
    if not (text or note or photos):
        raise Refused(_("请写一句话，或者附一张照片。"))
    own = side_of(row, by)
    if party and party.request_id != row.pk:
        raise Refused(_("这一家不在这件事里。"))
    if text or photos:
        _remark(row, by, text, photos, own or party, wrote=row.has_parties and own is None)
    if note:
        write(row, Update.Kind.NOTE, by=by, note=note)
        audit.record("request_note", row, by=by)


@transaction.atomic
def bring_photo(request: ServiceRequest, photo: Attachment, *, by: User) -> None:
    """Add a photo to what was said when the request was made: it has only been longer under way.

    It becomes a file of the request's own; nothing is added to a request that has ended.
    """
    row = locked(request)
    if row.state in ENDED:
        return
    updates = Update.objects.unscoped(reason="the first word of a request already found")
    first = updates.filter(request=row, kind=Update.Kind.STEP).order_by("at", "pk")[0]
    own = Attachment(
        community_id=row.community_id,
        sha256=photo.sha256,
        name=photo.name,
        content_type=photo.content_type,
        size=photo.size,
        width=photo.width,
        height=photo.height,
        created_by=by,
    )
    own.save(force_insert=True)
    before = UpdatePhoto.objects.unscoped(reason="the photos of an update already found").filter(update=first).count()
    UpdatePhoto.objects.create(
        community_id=row.community_id,
        update=first,
        attachment=own,
        moment=UpdatePhoto.Moment.BEFORE,
        order=before + 1,
    )


def walked(
    row: ServiceRequest,
    action: str,
    before: str,
    *,
    by: User | None,
    text: str,
    details: Details,
    note: str = "",
    photos: Sequence[CleanPhoto] = (),
    agreement: Sequence[Cleaned] = (),
    party: Party | None = None,
    tells: bool = True,
) -> ServiceRequest:
    author, details = unnamed(row, by, details, logs=not before)
    update = write(
        row,
        Update.Kind.STEP,
        by=author,
        action=action,
        before=before,
        text=text,
        note="" if row.has_parties else note,
        details=details,
        photos=photos,
        party=party,
    )
    if row.has_parties and note:
        # A row of its own: the step is read by both households.
        write(row, Update.Kind.NOTE, by=by, note=note)
    _keep_agreement(row, update, agreement, by)
    audit.record(f"request_{action}", row, by=author, changes={"state": [before, row.state]})
    if tells:
        tell(row, update, by)
    return row


def _remark(
    row: ServiceRequest, by: User, text: str, photos: Sequence[CleanPhoto], party: Party | None, *, wrote: bool
) -> None:
    """`wrote`: by those who work on a mediation, to one household or both."""
    author, details = unnamed(row, by, {"wrote": True} if wrote else {})
    update = write(row, Update.Kind.REMARK, by=author, text=text, photos=photos, party=party, details=details)
    audit.record("request_remark", row, by=author)
    tell(row, update, by)


def write(
    row: ServiceRequest,
    kind: str,
    *,
    by: User | None,
    action: str = "",
    before: str = "",
    text: str = "",
    note: str = "",
    details: Details | None = None,
    photos: Sequence[CleanPhoto] = (),
    party: Party | None = None,
) -> Update:
    update = Update(
        community_id=row.community_id,
        request=row,
        party=party,
        kind=kind,
        action=action,
        from_state=before,
        to_state=row.state,
        public_text=text,
        internal_note=note,
        details=details or {},
        by=by,
        by_role=role_in(row, by) if by else "",
        at=clock.now(),
    )
    insert([update])
    _keep_photos(row, update, photos, by)
    return update


def _keep_photos(row: ServiceRequest, update: Update, photos: Sequence[CleanPhoto], by: User | None) -> None:
    if not photos:
        return
    at_work = row.state in (State.IN_PROGRESS, State.REVIEW) and by is not None
    after = at_work and bool(parties_of(row, by) & {HANDLER, CO_HANDLER})
    moment = UpdatePhoto.Moment.AFTER if after else UpdatePhoto.Moment.BEFORE
    named = [(f"{row.number}-{update.at:%m%d%H%M}-{order}.jpg", photo) for order, photo in enumerate(photos, start=1)]
    attachments = store_photos(named, community_id=row.community_id, by=by)
    insert(
        UpdatePhoto(community_id=row.community_id, update=update, attachment=attachment, moment=moment, order=order)
        for order, attachment in enumerate(attachments, start=1)
    )


def _keep_agreement(row: ServiceRequest, update: Update, agreement: Sequence[Cleaned], by: User | None) -> None:
    for order, paper in enumerate(agreement, start=1):
        name = f"{row.number}-{_('调解协议')}-{order}{paper.suffix}"
        kept = store(paper.content, name=name, content_type=paper.content_type, community=row.community, by=by)
        UpdatePhoto.objects.create(
            community_id=row.community_id,
            update=update,
            attachment=kept,
            moment=UpdatePhoto.Moment.AGREEMENT,
            order=100 + order,
        )


def tell(row: ServiceRequest, update: Update, by: User | None) -> None:
    """Leave each party its own sentence, in the language of the community: who reads it is not who acts."""
    said = _what_is_said(update)
    reporters = _reporters(row) if said in words.TO_REPORTER else []
    handlers = _handlers(row) if said in words.TO_HANDLER else []
    leaders = leaders_of(row) if said in words.TO_LEADER else []
    told: set[int | None] = {by.pk if by else None}
    with translation.override(settings.LANGUAGE_CODE):
        asking = (sides.told(row, update), words.TO_SIDE) if row.has_parties else (reporters, words.TO_REPORTER)
        if said in ("log", "join"):
            asking = (reporters, words.TO_REPORTER)
        for people, texts in (asking, (handlers, words.TO_HANDLER), (leaders, words.TO_LEADER)):
            fresh = [one for one in people if one.pk not in told]
            if said in texts and fresh:
                told |= {one.pk for one in fresh}
                text = _sentence(texts[said], row, update)
                notify(fresh, about=row, kind=f"request_{said}", text=text, urgent=row.is_emergency)
        tell_followers(row, update, said)
        if said == "log" and row.is_emergency:
            groups.tell_emergency(row)


def _reporters(row: ServiceRequest) -> list[User]:
    return [row.reporter] if row.reporter else accounts_of(row)


def _handlers(row: ServiceRequest) -> list[User]:
    """Who handles it, the helpers too; of a mediation nobody who lives in one of the two households."""
    handlers = [row.handler, *row.co_handlers.all()] if row.handler else []
    concerned = sides.live_in(row) if row.has_parties and handlers else set()
    return [one for one in handlers if one.pk not in concerned]


def _what_is_said(update: Update) -> str:
    if update.details.get("agreed"):
        return "agree"
    if update.details.get("said"):
        return str(update.details["said"])
    return "followed" if update.details.get("followed") else update.action or update.kind


def _sentence(pattern: words.Text, row: ServiceRequest, update: Update) -> str:
    return str(pattern) % {
        **words.particulars(update),
        "who": words.who_of(update),
        "title": title_of(row),
        "number": row.number,
        "category": row.category.label,
        "due": day(row.due_at),
    }
