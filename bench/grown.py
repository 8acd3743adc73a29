"""Requests by the million: what was copied once is copied again by the database itself."""

from __future__ import annotations

from typing import Any

import crowd
from chores import COPIES, holds
from django.db import connection
from django.db.models import Count
from django.urls import reverse

from community.roles import Role
from demo.officers import PASSWORD
from helpdesk.models import Category, ServiceRequest, Update
from helpdesk.states import OPEN

HAPPENED = 5
BACK = "73 days"
"""How much further back each copy lies: a hundred of them reach over twenty years."""
_MOMENTS = ("submitted_at", "clock_from", "sign_due_at", "due_at", "resolved_at", "closed_at")
_ENDED = "closed_at IS NOT NULL"
AGAIN = crowd.Plan(
    copied=[ServiceRequest, Update],
    own={
        (ServiceRequest, "number"): "s.number || '-' || CAST(n AS text)",
        **{(ServiceRequest, moment): f"s.{moment} - n * interval '{BACK}'" for moment in _MOMENTS},
    },
    only={
        ServiceRequest: f"s.{_ENDED}",
        Update: "s.action = 'log' AND EXISTS "
        f"(SELECT 1 FROM {ServiceRequest._meta.db_table} r WHERE r.id = s.request_id AND r.{_ENDED})",
    },
)
"""What has ended, with its first word: a community grows older, and what it has to do today stays what it was."""


def desk_pages() -> dict[str, Any]:
    """Who in the office asks for what, and what a new request needs."""
    staff = holds(Role.COMMUNITY_STAFF)
    return {
        "phone": staff.phone.plain,
        "password": PASSWORD,
        "sign_in": reverse("account_login"),
        "list": reverse("helpdesk:list"),
        "page": _with_as_much_on_its_page().get_absolute_url(),
        "today": reverse("community:today"),
        "new": reverse("helpdesk:behalf"),
        "form": {
            "category": str(Category.objects.get(slug="public_fixtures").pk),
            "title": "单元门口的路灯坏了",
            "description": "晚上看不清台阶，有人差点绊倒。",
            "reporter_name": "陈桂芳",
            "reporter_phone": "13900000000",
            "place_kind": "elsewhere",
            "place": "2 单元门口",
            "visibility": "handlers",
            "consent": "on",
        },
    }


def _with_as_much_on_its_page() -> ServiceRequest:
    """One of the demo's own to which five things have happened, as to each ticket there."""
    own = ServiceRequest.objects.exclude(number__startswith=COPIES).filter(has_parties=False)
    return own.annotate(happened=Count("updates")).filter(happened__gte=HAPPENED).order_by("happened", "pk")[0]


def grow(times: str) -> dict[str, int]:
    """So many times as many requests, on PostgreSQL; how many there are, and how many of them are open."""
    crowd.copy(AGAIN, int(times) - 1)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    found = ServiceRequest.objects
    return {"requests": found.count(), "open": found.filter(state__in=OPEN).count()}
