"""What can be said of a request once it is done: told to everybody, thanked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from helpdesk import stories
from helpdesk.logged import Paper
from helpdesk.parties import SIDE
from helpdesk.states import REPORTER

if TYPE_CHECKING:
    from community.models import User
    from helpdesk.models import ServiceRequest


def links_of(row: ServiceRequest, user: User, parties: frozenset[str]) -> list[Paper]:
    """The ways from the page of a request; no query but for one that neighbours may know of."""
    if row.state not in stories.DONE:
        return []
    return [*_story(row, user, parties), *_thanks(row, parties)]


def _story(row: ServiceRequest, user: User, parties: frozenset[str]) -> list[Paper]:
    if stories.why_none(row) or not parties:
        return []
    may_tell = stories.may_tell(row, user, parties)
    story = stories.of_request(row)
    if story is not None and (may_tell or story.withdrawn_at is None):
        return [Paper(_("看“办好的事”"), reverse("helpdesk:story", args=[story.pk]), "check2-circle")]
    if story is None and may_tell:
        return [Paper(_("写成“办好的事”"), reverse("helpdesk:story_write", args=[row.pk]), "check2-circle")]
    return []


def _thanks(row: ServiceRequest, parties: frozenset[str]) -> list[Paper]:
    if row.has_informant or not parties & {REPORTER, SIDE}:
        return []
    return [Paper(_("写一封感谢信"), f"{reverse('helpdesk:thanks_new')}?request={row.pk}", "envelope-heart")]
