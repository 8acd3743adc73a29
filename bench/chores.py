"""What has to be done inside the portal: rows for the lists, the pages' addresses and queries, a look at one page."""

from __future__ import annotations

import cProfile
import io
import pstats
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle, islice
from typing import Any

from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from community.models import Appointment, Community, User
from community.roles import Role
from core.ids import uuid7
from demo.officers import PASSWORD
from grids.models import Building
from helpdesk.models import Category, ServiceRequest, Update
from helpdesk.states import ENDED, OPEN
from property.models import Publication
from visits.models import Target

OPEN_SHARE = 150
"""Of how many requests one is still open: 20,000 in two years are 27 a day, and each takes five."""
CHUNK = 1000
COPIES = "ZF225-2024-"
DAY = timedelta(days=1)
PROFILED = 200
LINES = 45


def must_be_demo() -> None:
    """The end, unless the database holds a demo or nothing at all."""
    if Community.objects.filter(is_demo=False).exists():
        raise SystemExit("the bench writes into a throw-away demo only")


def rows(number: str) -> dict[str, int]:
    """Copy the demo's requests, each with all that happened to it, until there are `number` more of them."""
    count = int(number)
    stories = [(one, list(one.updates.all())) for one in ServiceRequest.objects.order_by("pk")]
    copies: list[tuple[ServiceRequest, list[Update]]] = []
    for copy in _copies(stories, count):
        copies.append(copy)
        if len(copies) == CHUNK:
            _keep(copies)
    _keep(copies)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE")  # What the autovacuum daemon does by itself; a throw-away cluster has none.
    return {"requests": ServiceRequest.objects.count(), "updates": Update.objects.count()}


def _copies(stories: list[Any], count: int) -> Iterator[tuple[ServiceRequest, list[Update]]]:
    ended = cycle([story for story in stories if story[0].state in ENDED])
    opened = cycle([story for story in stories if story[0].state in OPEN])
    buildings = cycle(Building.objects.exclude(grid=None))
    for index, building in enumerate(islice(buildings, count)):
        is_open = index % OPEN_SHARE == 0
        story, happened = next(opened if is_open else ended)
        # Those that are done lie spread over the two years before; those that are open over the last days.
        back = timedelta(minutes=index % 7200) if is_open else index * 2 * 365 * DAY / count
        copy = _copy(story, back, number=f"{COPIES}{index:06d}", building=building, grid=building.grid)
        yield copy, [_copy(update, back, request=copy) for update in happened]


def _copy(row: Any, back: timedelta, **others: Any) -> Any:
    """A row as new with another key, all its moments `back` earlier, and other values where given."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    moved = {name: value - back for name, value in values.items() if name.endswith("at") and value is not None}
    made = type(row)(**{**values, **moved, "id": uuid7()})
    for name, value in others.items():
        setattr(made, name, value)
    return made


def _keep(copies: list[tuple[ServiceRequest, list[Update]]]) -> None:
    ServiceRequest.objects.bulk_create([request for request, _ in copies])
    Update.objects.bulk_create([update for _, updates in copies for update in updates], batch_size=CHUNK)
    copies.clear()


def pages() -> dict[str, Any]:
    """Who opens which page at which address, with how many queries; and what the form for a request needs."""
    staff, resident = holds(Role.COMMUNITY_STAFF), holds(Role.RESIDENT)
    request = request_to_open()
    leader = holds(Role.GRID_LEADER, grid=request.grid_id)
    target = _target(request.grid_id)
    door = reverse("grids:household", args=[target.household_id])
    found = {
        "home": (resident, reverse("community:home")),
        "request list (grid leader)": (leader, reverse("helpdesk:list")),
        "request list (office)": (staff, reverse("helpdesk:list")),
        "request page": (leader, request.get_absolute_url()),
        "Today": (leader, reverse("community:today")),
        "visit form": (leader, reverse("visits:record", args=[target.pk])),
        "building facade": (leader, reverse("visits:building", args=[target.building_id])),
        "household": (leader, door),
        "published quarter": (resident, _quarter(resident)),
        "request form": (resident, reverse("helpdesk:new")),
    }
    return {
        "pages": [
            {"name": name, "phone": user.phone.plain, "path": path, "queries": _queries(user, path)}
            for name, (user, path) in found.items()
            if path
        ],
        "form": {"category": str(Category.objects.get(slug="public_fixtures").pk), "phone": resident.phone.plain},
        "password": PASSWORD,
        "sign_in": reverse("account_login"),
    }


def holds(role: str, **place: Any) -> User:
    held = Appointment.objects.current().filter(role=role, **place).order_by("pk").select_related("user")
    user: User = held[0].user
    return user


def request_to_open() -> ServiceRequest:
    """The demo's own request with the most on its page; a mediation has two threads, and so another page."""
    own = ServiceRequest.objects.exclude(number__startswith=COPIES).filter(has_parties=False)
    return own.annotate(happened=Count("updates")).order_by("-happened", "pk")[0]


def _target(grid: int | None) -> Target:
    """A door of the grid where somebody still has to go; of all these households the one of middle size."""
    waiting = Target.objects.filter(building__grid=grid, state="waiting", campaign__state="open", kind="quarterly")
    doors = list(waiting.annotate(people=Count("household__memberships")).order_by("people", "pk"))
    return doors[len(doors) // 2]


def _quarter(resident: User) -> str:
    """The newest published quarter; "" while nothing is published."""
    published = Publication.objects.visible_to(resident).current().newest_first().first()
    return str(published.get_absolute_url()) if published else ""


def _client(user: User) -> Client:
    client = Client(SERVER_NAME="localhost", raise_request_exception=True)
    client.force_login(user)
    return client


def _queries(user: User, path: str) -> int:
    """How many queries a page takes that has been opened before."""
    client = _client(user)
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = client.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answers {answer.status_code} to {user}")
    return len(queries)


def look(name: str) -> dict[str, str]:
    """Where a page spends its time: cProfile of the whole request, with middleware, and its queries."""
    page = next(page for page in pages()["pages"] if page["name"] == name)
    client = _client(User.objects.get(phone=page["phone"]))
    client.get(page["path"])
    with CaptureQueriesContext(connection) as queries:
        client.get(page["path"])
    asked = "\n".join(f"{one['time']} {one['sql']}" for one in queries)
    profile = cProfile.Profile()
    for _ in range(PROFILED):
        profile.runcall(client.get, page["path"])
    tables = {}
    for order in ("cumulative", "tottime"):
        text = io.StringIO()
        pstats.Stats(profile, stream=text).strip_dirs().sort_stats(order).print_stats(LINES)
        tables[order] = text.getvalue()
    return {**tables, "queries": asked}
