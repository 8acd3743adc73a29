"""Inside the portal: doors for the walk books, and what has become of the visits that were sent."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Any

from django.db.models import Count
from django.urls import reverse

from community.files import path_of
from community.models import Attachment, AuditEvent
from community.roles import Role
from demo.officers import PASSWORD
from helpdesk.models import ServiceRequest
from visits.models import Feedback, Finding, Target, Verification, Visit, VisitPhoto

COUNTED = [Visit, VisitPhoto, Attachment, Verification, Finding, Feedback, ServiceRequest]


def book_doors() -> dict[str, Any]:
    """Who walks, those with the most doors first; every door of the round is waited at again."""
    doors = Target.objects.filter(campaign__state="open", kind="quarterly")
    doors.update(state=Target.State.WAITING, done_at=None)
    held = doors.filter(assignee__appointments__role=Role.GRID_LEADER)
    walkers = held.values_list("assignee__phone").annotate(doors=Count("pk", distinct=True)).order_by("-doors")
    return {
        "walkers": [[phone.plain, count] for phone, count in walkers],
        "password": PASSWORD,
        "sign_in": reverse("account_login"),
        "key": reverse("visits:book_key"),
        "held": reverse("visits:book_held"),
        "send": reverse("visits:book_send"),
    }


def book_rows() -> dict[str, int]:
    """How many rows of each kind there are, and how many events of each verb."""
    rows = {model.__name__: model._base_manager.count() for model in COUNTED}
    return rows | dict(AuditEvent.objects.order_by().values_list("verb").annotate(Count("pk")))


def book_found() -> dict[str, Any]:
    """What is stored of the visits whose ids are given, and how often: all of it should be there once."""
    ids = json.load(sys.stdin)
    visits = Visit.objects.filter(pk__in=ids)
    recorded = AuditEvent.objects.filter(verb="visit_recorded", target_id__in=ids)
    verified = Verification.objects.filter(visit__in=ids)
    photos = list(VisitPhoto.objects.filter(visit__in=ids).select_related("attachment"))
    return {
        "visits": _counted(visits.values_list("pk")),
        "recorded": _counted(recorded.values_list("target_id")),
        "verified": _counted(verified.values_list("visit", "resident", "field")),
        "findings": _counted(Finding.objects.filter(visit__in=ids).values_list("visit", "text")),
        "photos": _counted((photo.visit_id, photo.announced_as) for photo in photos),
        "files_gone": sum(not path_of(photo.attachment.sha256).exists() for photo in photos),
        "outcomes": _counted(visits.values_list("pk", "outcome")),
    }


def _counted(keys: Any) -> dict[str, int]:
    return Counter(" ".join(str(part or "") for part in key) for key in keys)
