"""Issuing and printing letters: a few at once, many by the worker."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community import letters
from community.actions_letters import Issued, issue_letters, issue_password_letter
from community.models import Community, User
from core import jobs
from core.models import Job

AT_ONCE = 30


def print_letters(household_ids: list[UUID], *, by: User) -> Job:
    """Begin issuing a letter to each of these households; the job leads to the place where the PDF is fetched."""
    ids = [str(pk) for pk in household_ids]
    return jobs.start("letters", _("印开通信"), owner=by, task=for_households, args=[ids], at_once=len(ids) <= AT_ONCE)


def print_password_letter(user: User, *, by: User) -> Job:
    """Issue a password letter now."""
    return jobs.start("letters", _("印密码信"), owner=by, task=for_account, args=[user.pk], at_once=True)


@jobs.work
def for_households(job: Job, ids: list[str]) -> dict[str, Any]:
    households = apps.get_model("grids", "Household").objects.unscoped(reason="the action checks whose duty they are")
    rows = households.filter(pk__in=ids).select_related("dwelling", "building").order_by("dwelling__label")
    with transaction.atomic():
        return _print(job, issue_letters(rows, by=job.owner))


@jobs.work
def for_account(job: Job, user_id: int) -> dict[str, Any]:
    with transaction.atomic():
        return _print(job, [issue_password_letter(User.objects.get(pk=user_id), by=job.owner)])


def _print(job: Job, issued: Issued) -> dict[str, Any]:
    community = Community.objects.get(pk=issued[0][0].community_id)
    letters.keep(job.pk, letters.print_letters(issued, community))
    words = ngettext("%(count)d 封信印好了，请去取。", "%(count)d 封信印好了，请去取。", len(issued))
    return {
        "url": reverse("community:letter_batch", args=[job.pk]),
        "words": words % {"count": len(issued)},
        "count": len(issued),
    }
