"""Photos of the posted sheet: where it hangs while the notice runs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.files import store_photos
from community.models import User
from core import clock
from core.photos import CleanPhoto
from core.refusal import Refused
from core.scoping import locked
from property.models import PostingPhoto, Publication

MOST = 30


@transaction.atomic
def add_photos(
    publication: Publication, *, by: User, place: str, posted_on: date, photos: Iterable[CleanPhoto]
) -> list[PostingPhoto]:
    """Keep photos of the sheet at one place, taken on a day of its notice; by anybody on the committee."""
    book = publication.book
    publication = locked(publication)
    if not by.scope.offices(book.estate_id):
        raise Refused(_("张贴照片由自管会委员上传。"))
    if publication.notice_from is None or publication.notice_to is None:
        raise Refused(_("公示以后才有张贴照片。"))
    if not publication.notice_from <= posted_on <= publication.notice_to:
        words = {"first": publication.notice_from.isoformat(), "last": publication.notice_to.isoformat()}
        raise Refused(_("照片要在公示期内拍：%(first)s 至 %(last)s。") % words)
    if posted_on > clock.today():
        raise Refused(_("日期不能写在今天以后。"))
    given = [(f"{place}.jpg", photo) for photo in photos]
    if PostingPhoto.objects.of(publication).count() + len(given) > MOST:
        raise Refused(_("一期公示最多留 %(number)d 张照片。") % {"number": MOST})
    rows = [
        PostingPhoto(
            community_id=publication.community_id,
            publication=publication,
            place=place,
            posted_on=posted_on,
            attachment=attachment,
            added_by=by,
        )
        for attachment in store_photos(given, community_id=publication.community_id, by=by)
    ]
    PostingPhoto.objects.bulk_create(rows)
    audit.record("posting_photographed", publication, by=by, changes={"photos": [0, len(rows)], "place": ["", place]})
    return rows


@transaction.atomic
def remove_photo(photo: PostingPhoto, *, by: User) -> Publication:
    """Take a photo away that was sent by mistake; by anybody on the committee, while the notice runs."""
    publication = locked(photo.publication)
    if not by.scope.offices(photo.publication.book.estate_id):
        raise Refused(_("张贴照片由自管会委员上传。"))
    if publication.notice_to is not None and clock.today() > publication.notice_to:
        raise Refused(_("公示期已经过了，照片要留着。"))
    audit.record("posting_photo_removed", publication, by=by, changes={"place": [photo.place, ""]})
    photo.delete()
    return publication
