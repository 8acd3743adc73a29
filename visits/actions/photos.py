"""Photos that come after the visit they belong to: kept once each, and shown wherever the visit's photos are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from community.files import store
from core.refusal import Refused
from core.scoping import locked
from grids.actions.consents import withdrawn_by
from grids.models import Consent
from helpdesk.actions import bring_photo
from visits.models import Finding, LatePhoto, LateReport, Visit, VisitPhoto

if TYPE_CHECKING:
    from collections.abc import Iterable

    from community.models import Attachment, User
    from core.photos import CleanPhoto
    from grids.models import Household

_FOUND = "the photos of a visit already found"


@transaction.atomic
def add_photo(visit: Visit, photo: CleanPhoto, *, by: User) -> bool:
    """Keep a photo that the visit has announced; False where it was there already.

    Raises Refused where the visit has not announced it, or somebody who lives there has withdrawn the consent.
    """
    visit = locked(visit)
    _announced(visit, photo)
    if VisitPhoto.objects.unscoped(reason=_FOUND).filter(visit=visit, announced_as=photo.sent_as).exists():
        return False
    _not_against_ones_will(visit.household)
    attachment = _kept(visit, photo, by=by)
    VisitPhoto.objects.create(
        community_id=visit.community_id, visit=visit, attachment=attachment, announced_as=photo.sent_as
    )
    show_at_work(visit, [attachment], by=by)
    return True


def show_at_work(visit: Visit, attachments: Iterable[Attachment], *, by: User) -> None:
    """Whoever works on a request that the visit opened sees its photos too, though they came later."""
    found = Finding.objects.unscoped(reason=_FOUND).filter(visit=visit, request__isnull=False).select_related("request")
    for attachment in attachments:
        for finding in found:
            bring_photo(finding.request, attachment, by=by)


@transaction.atomic
def add_late_photo(late: LateReport, photo: CleanPhoto, *, by: User) -> bool:
    """The same for a report that waits to be looked at; what was decided meanwhile keeps its photos all the same."""
    late = locked(late)
    _announced(late, photo)
    if LatePhoto.objects.unscoped(reason=_FOUND).filter(report=late, announced_as=photo.sent_as).exists():
        return False
    _not_against_ones_will(late.household)
    attachment = _kept(late, photo, by=by)
    LatePhoto.objects.create(
        community_id=late.community_id, report=late, attachment=attachment, announced_as=photo.sent_as
    )
    return True


def _announced(parent: Visit | LateReport, photo: CleanPhoto) -> None:
    if photo.sent_as not in parent.photos_announced:
        raise Refused(_("这张照片不属于这次走访。"))


def _not_against_ones_will(household: Household) -> None:
    against = withdrawn_by(household, Consent.Kind.VISIT_PHOTOS)
    if against:
        raise Refused(_("%(name)s不同意走访时拍照，这张照片不能留。") % {"name": "、".join(against)})


def _kept(parent: Visit | LateReport, photo: CleanPhoto, *, by: User) -> Attachment:
    return store(
        photo.content,
        name=f"{parent.pk}-{photo.sent_as[:8]}.jpg",
        content_type=photo.content_type,
        community=parent.community,
        by=by,
        width=photo.width,
        height=photo.height,
    )
