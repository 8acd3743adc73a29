"""It is over: hours are confirmed, photos laid side by side, those served are heard, the result is published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from alliance.activities.actions.attending import settle
from alliance.activities.actions.rows import moved, opened, ran_by, same
from alliance.activities.parties import parties_of
from alliance.activities.states import RUNNER, State
from alliance.models import Activity, ActivityPhoto, Feedback, SignUp
from community import audit
from community.files import forget, store_photos
from community.models import User
from core import clock
from core.photos import CleanPhoto
from core.refusal import Refused
from core.scoping import locked
from helpdesk.stories import numbers_in

MOST_PHOTOS = 24
FEEDBACK_DAYS = 30
_FOUND = "what belongs to an activity already found"
Moment = ActivityPhoto.Moment


@transaction.atomic
def close(
    activity: Activity, *, by: User, minutes: Mapping[Any, int], served: int | None = None, outcome: str = ""
) -> Activity:
    """It is over. `minutes` are those of the helpers who were there, by the key of their sign-up; one's own are left
    for somebody else to confirm.

    Raises Refused before it has begun.
    """
    row = locked(activity)
    if clock.now() < row.starts_at:
        raise Refused(_("还没开始呢。不办了的话，请取消。"))
    ran_by(row, by)
    there = SignUp.objects.unscoped(reason=_FOUND).filter(activity=row, came_at__isnull=False, slot__is_helping=True)
    # Several people's hours are written in the order of their accounts: two who close at once do not wait in a circle.
    for one in there.filter(settled_at__isnull=True).order_by("user", "pk"):
        if one.user_id != by.pk and one.pk in minutes:
            settle(one, by=by, minutes=minutes[one.pk])
    moved(row, "close", by)
    row.served, row.outcome = served, outcome.strip()
    row.save()
    audit.record("activity_closed", row, by=by, changes={"served": [None, served]})
    return row


@transaction.atomic
def add_photos(
    activity: Activity,
    *,
    by: User,
    photos: list[CleanPhoto],
    moment: str,
    caption: str = "",
    before: ActivityPhoto | None = None,
) -> list[ActivityPhoto]:
    """Keep photos from before or after; one from after stands beside `before`, or the first that still stands alone.

    Raises Refused for more than 24 in all, and where the result is out already.
    """
    row = opened(ran_by(locked(activity), by), State.DRAFT, State.OPEN, State.HELD)
    kept = ActivityPhoto.objects.unscoped(reason=_FOUND).filter(activity=row)
    if kept.count() + len(photos) > MOST_PHOTOS:
        raise Refused(_("一场活动最多 %(n)s 张照片。") % {"n": MOST_PHOTOS})
    if before is not None and same(before, row).moment != Moment.BEFORE:
        raise Refused(_("请选一张活动前的照片来对照。"))
    words = caption.strip() or str(Moment(moment).label)
    files = store_photos([(words, photo) for photo in photos], community_id=row.community_id, by=by)
    made = []
    for file in files:
        beside = (before or _alone(row)) if moment == Moment.AFTER else None
        if beside is not None and ActivityPhoto.objects.unscoped(reason=_FOUND).filter(before=beside).exists():
            raise Refused(_("那一张已经有对照的了。"))
        before = None
        made.append(
            ActivityPhoto.objects.create(
                community_id=row.community_id,
                activity=row,
                attachment=file,
                moment=moment,
                caption=caption.strip(),
                before=beside,
                added_by=by,
            )
        )
    audit.record("activity_photos_added", row, by=by, changes={"photos": [None, len(made)]})
    return made


@transaction.atomic
def drop_photo(photo: ActivityPhoto, *, by: User) -> None:
    """Take a photo out before the result is published; one that stood beside it stands alone again."""
    activity = opened(ran_by(locked(Activity(pk=photo.activity_id)), by), State.DRAFT, State.OPEN, State.HELD)
    row = same(locked(photo), activity)
    ActivityPhoto.objects.unscoped(reason=_FOUND).filter(before=row).update(before=None)
    file = row.attachment
    row.delete()
    forget([file])
    audit.record("activity_photo_dropped", activity, by=by)


@transaction.atomic
def publish(activity: Activity, *, by: User, outcome: str, served: int | None = None) -> Activity:
    """Tell everybody what came of it: no names, no numbers of phones; the office alone."""
    row = locked(activity)
    if numbers_in(outcome):
        raise Refused(_("电话和证件号码不能公开，请去掉。"))
    moved(row, "publish", by, {"outcome": outcome.strip()})
    row.outcome, row.published_at, row.published_by = outcome.strip(), clock.now(), by
    row.served = served
    row.save()
    audit.record("activity_published", row, by=by)
    return row


@transaction.atomic
def take_back(activity: Activity, *, by: User) -> Activity:
    """Nobody reads the result any more but who runs the activity; it can be mended and published again."""
    row = locked(activity)
    moved(row, "take_back", by)
    row.published_at, row.published_by = None, None
    row.save()
    audit.record("activity_result_taken_back", row, by=by)
    return row


@transaction.atomic
def give_feedback(
    activity: Activity, *, by: User, helped: str, text: str = "", may_show: bool = False, for_another: bool = False
) -> Feedback:
    """Say whether it helped: oneself, once; or who runs it writes down what a neighbour said, without a name.

    Raises Refused before it is over and a month after it.
    """
    row = opened(locked(activity), State.HELD, State.PUBLISHED)
    if (clock.now() - row.ends_at).days > FEEDBACK_DAYS:
        raise Refused(_("过去一个多月了，就不再收反馈了。谢谢您。"))
    runs = RUNNER in parties_of(row, by)
    if for_another and not runs:
        raise Refused(_("替别人说，请找张罗的人。"))
    if not runs and row.community_id not in by.scope.communities:
        raise Refused(_("这是别的社区的活动。"))
    given = Feedback.objects.unscoped(reason=_FOUND).filter(activity=row)
    if not for_another and given.filter(user=by).exists():
        raise Refused(_("您已经说过了，谢谢。"))
    said: Feedback = Feedback.objects.create(
        community_id=row.community_id,
        activity=row,
        user=None if for_another else by,
        helped=helped,
        text=text.strip(),
        may_show=may_show,
        recorded_by=by,
    )
    audit.record("activity_feedback", said, by=by)
    return said


def _alone(activity: Activity) -> ActivityPhoto | None:
    rows = ActivityPhoto.objects.unscoped(reason=_FOUND).filter(activity=activity, moment=Moment.BEFORE)
    found: ActivityPhoto | None = rows.filter(after__isnull=True).order_by("created_at", "pk").first()
    return found
