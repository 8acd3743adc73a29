"""A story is told to everybody, changed, and taken back."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from community import audit
from community.models import User
from community.notices import notify
from core import clock
from core.addresses import address
from core.refusal import Refused
from core.scoping import locked
from helpdesk import stories
from helpdesk.models import ServiceRequest, Story, UpdatePhoto


@transaction.atomic
def tell_story(
    request: ServiceRequest,
    *,
    by: User,
    title: str,
    text: str = "",
    place: str = "",
    before: UpdatePhoto | None = None,
    after: UpdatePhoto | None = None,
) -> Story:
    """Tell what was done, anew or for the first time; its reporter is told and may take it back at any time.

    Raises Refused where it may not be told, where it is not theirs to tell, where it gives a number away, and for
    photos of something else.
    """
    row = locked(request)
    refusal = stories.why_none(row)
    if refusal:
        raise Refused(refusal)
    if not stories.may_tell(row, by):
        raise Refused(_("办好的事，由审核的人来写。"))
    if stories.numbers_in(" ".join([title, text, place])):
        raise Refused(_("电话和证件号码不能公开，请去掉。"))
    if any(photo and photo.update.request_id != row.pk for photo in (before, after)):
        raise Refused(_("请选这件事的照片。"))
    story = stories.of_request(row)
    is_new = story is None or story.withdrawn_at is not None
    story = story or Story(community_id=row.community_id, request=row)
    was = story.title
    story.title, story.text, story.place = title, text, place
    story.before, story.after = before, after
    if is_new:
        story.published_at, story.published_by, story.withdrawn_at = clock.now(), by, None
    story.save()
    audit.record("story_published" if is_new else "story_changed", story, by=by, changes={"title": [was, title]})
    if is_new and row.reporter and row.reporter != by:
        with translation.override(settings.LANGUAGE_CODE):
            said = _("“%(title)s”写成了“办好的事”，没有名字和门牌。不想公开，点开就能撤下。") % {"title": row.title}
        notify([row.reporter], about=row, kind="story_published", text=said, url=address("helpdesk:story", story.pk))
    return story


@transaction.atomic
def take_back_story(story: Story, *, by: User) -> Story:
    """Nobody reads it any more but those who can tell it anew."""
    row = locked(story)
    if row.withdrawn_at is not None:
        raise Refused(_("已经撤下了。"))
    if not stories.may_take_back(row.request, by):
        raise Refused(_("由提出的人或者审核的人来撤下。"))
    row.withdrawn_at = clock.now()
    row.save(update_fields=["withdrawn_at"])
    audit.record("story_withdrawn", row, by=by)
    return row
