"""A register of a city: the demo community's places and people copied beside it, hundreds of times, past all triggers.

Rows are copied within the database, which is faster than COPY and knows the columns that it computes itself. Every copy
is a community of its own with users of its own: nobody of the demo gets to see any of it. Only the register is copied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.urls import reverse

from community.models import Appointment, Community, User
from community.roles import Role
from demo.officers import PASSWORD
from grids.models import (
    Building,
    BuildingInGrid,
    CareTag,
    Dwelling,
    Estate,
    Grid,
    Household,
    Membership,
    Owner,
    OwnerGroup,
    Ownership,
    Pairing,
    Resident,
    Unit,
)


@dataclass(frozen=True)
class Plan:
    """What is copied, in this order. What a copy points to is its own where that is copied too.

    `own` are columns whose value must differ in every copy, by SQL of the number `n` of the copy and the row `s`.
    `only` says which rows of a kind are copied, where not all are.
    """

    copied: Sequence[type[models.Model]]
    own: Mapping[tuple[type[models.Model], str], str]
    only: Mapping[type[models.Model], str] = field(default_factory=dict)


COMMUNITIES = Plan(
    copied=[
        Community,
        User,
        Grid,
        Estate,
        Building,
        BuildingInGrid,
        Unit,
        Dwelling,
        Resident,
        Household,
        Membership,
        CareTag,
        Pairing,
        OwnerGroup,
        Owner,
        Ownership,
        Appointment,
    ],
    own={
        (Community, "code"): "'8' || lpad(n::text, 11, '0')",
        (User, "phone"): "'1' || lpad(n::text, 5, '0') || lpad(s.id::text, 5, '0')",
    },
)
AT_A_TIME = 20
SAMPLES = 8


def crowd(number: str) -> dict[str, int]:
    """Copy the register of the demo `number` times; how many rows there are then."""
    copy(COMMUNITIES, int(number))
    return settle()


def copy(plan: Plan, count: int) -> None:
    """So many copies of what the demo has, past all triggers; only of what stood there when this process began."""
    with connection.cursor() as cursor:
        off, on = _PAST_TRIGGERS[connection.vendor]
        cursor.execute(off)
        for first in range(1, count + 1, AT_A_TIME):
            last = min(first + AT_A_TIME - 1, count)
            for model in plan.copied:
                cursor.execute(_copy(plan, model), [first, last])
        cursor.execute(on)


_PAST_TRIGGERS = {
    "postgresql": ("SET session_replication_role = replica", "SET session_replication_role = origin"),
    "sqlite": ("PRAGMA foreign_keys=OFF", "PRAGMA foreign_keys=ON"),
}
_SERIES = {
    "postgresql": "generate_series(%s, %s) AS g(n)",
    "sqlite": "(WITH RECURSIVE g(n) AS (SELECT %s UNION ALL SELECT n + 1 FROM g WHERE n < %s) SELECT n FROM g) AS g",
}


def settle() -> dict[str, int]:
    """What the autovacuum daemon does by itself; a throw-away cluster has none, and SQLite goes without."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")
    return {model._meta.model_name or "": model._default_manager.count() for model in COMMUNITIES.copied}


def _copy(plan: Plan, model: type[models.Model]) -> str:
    fields = [field for field in model._meta.concrete_fields if not getattr(field, "generated", False)]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(_value(plan, model, field) for field in fields)
    table = model._meta.db_table
    return (
        f'INSERT INTO "{table}" ({columns}) SELECT {values} FROM {_SERIES[connection.vendor]} '
        f'CROSS JOIN "{table}" s WHERE {_of_demo(model)} AND {plan.only.get(model, "TRUE")} ORDER BY n, s.id'
    )


def _value(plan: Plan, model: type[models.Model], field: models.Field[Any, Any]) -> str:
    own = plan.own.get((model, field.name))
    if own:
        return own
    column = f's."{field.column}"'
    if field.primary_key:
        return _new_id(model, column)
    if isinstance(field, models.ForeignKey) and field.related_model in plan.copied:
        return _new_id(field.related_model, column)
    return column


def _new_id(model: Any, column: str) -> str:
    """The id that a row of the demo has in copy `n`; they come one after another, as in life."""
    if not isinstance(model._meta.pk, models.UUIDField):
        return f"{column} + n * {_stride(model)}"
    if connection.vendor == "postgresql":
        return f"(lpad(to_hex(n), 8, '0') || substr({column}::text, 9))::uuid"
    return f"printf('%%08x', n) || substr({column}, 9)"


def _stride(model: Any) -> int:
    known: int | None = _strides.get(model)
    if known is None:
        highest = model._base_manager.aggregate(highest=models.Max("pk"))["highest"] or 0
        known = _strides[model] = highest + 1
    return known


_strides: dict[Any, int] = {}
_NO_COPY = "00100000"
"""How no id of a copy begins: there are fewer copies."""


def _of_demo(model: type[models.Model]) -> str:
    """What is no copy."""
    if not isinstance(model._meta.pk, models.UUIDField):
        return f"s.id < {_stride(model)}"
    first = UUID(_NO_COPY.ljust(32, "0"))
    return f"s.id >= '{first if connection.vendor == 'postgresql' else first.hex}'"


def register_pages() -> dict[str, Any]:
    """Who opens which pages of the register, all in the demo community; of each kind several, spread over it."""
    office, leader = _holds(Role.COMMUNITY_STAFF), _holds(Role.GRID_LEADER)
    people = _spread(
        Membership.objects.current().filter(community__is_demo=True, resident__phone__gt="", is_primary=True)
    )
    led = _spread(
        Membership.objects.current().filter(household__building__grid__in=leader.scope.grids, resident__phone__gt="")
    )
    search = reverse("grids:search")

    def asked(words: list[str]) -> list[dict[str, str]]:
        return [{"path": search, "words": one} for one in words]

    def opened(paths: list[str]) -> list[dict[str, str]]:
        return [{"path": one} for one in dict.fromkeys(paths)]

    residents = [one.resident for one in people]
    doors = [_door(one.household) for one in people]
    found = {
        "building page (leader)": (
            leader,
            opened([reverse("grids:building", args=[one.household.building_id]) for one in led]),
        ),
        "building page (office)": (
            office,
            opened([reverse("grids:building", args=[one.household.building_id]) for one in people]),
        ),
        "household page (leader)": (leader, opened([one.household.get_absolute_url() for one in led])),
        "household page (office)": (office, opened([one.household.get_absolute_url() for one in people])),
        "search: name (office)": (office, asked([one.name for one in residents])),
        "search: part of a name (office)": (office, asked([one.name[-2:] for one in residents])),
        "search: name (leader)": (leader, asked([one.resident.name for one in led])),
        "search: surname (office)": (office, asked([one.name[0] for one in residents])),
        "search: initials (office)": (office, asked([one.initials for one in residents])),
        "search: initials (leader)": (leader, asked([one.resident.initials for one in led])),
        "search: door (office)": (office, asked(doors)),
        "search: room (office)": (office, asked([one.household.dwelling.room_no for one in people])),
        "search: phone tail (office)": (office, asked([one.phone.plain[-4:] for one in residents])),
        "search: identity number (office)": (office, asked([one.id_number.plain for one in residents])),
        "search: nothing found (office)": (office, asked(["没有这个人", "zzzzzz", "999-99-9-9999"])),
        "gap list (office)": (office, opened([reverse("grids:gaps")])),
        "gap list (leader)": (leader, opened([reverse("grids:gaps")])),
    }
    pages = [{"name": name, "phone": user.phone.plain, "asked": asked} for name, (user, asked) in found.items()]
    return {"pages": pages, "password": PASSWORD, "sign_in": reverse("account_login")}


def _holds(role: str) -> User:
    held = Appointment.objects.current().filter(role=role, community__is_demo=True, community__code__startswith="99")
    user: User = held.order_by("pk").select_related("user")[0].user
    return user


def _spread(memberships: Any) -> list[Any]:
    """A few, evenly spread."""
    rows = memberships.filter(community__code__startswith="99").order_by("pk")
    keys = list(rows.values_list("pk", flat=True))
    chosen = keys[:: max(1, len(keys) // SAMPLES)][:SAMPLES]
    return list(rows.filter(pk__in=chosen).select_related("resident", "household__dwelling__unit__building__estate"))


def _door(household: Any) -> str:
    unit = household.dwelling.unit
    return f"{unit.building.estate.code}-{unit.building.number}-{unit.number}-{household.dwelling.room_no}"


def explain(words: str) -> dict[str, Any]:
    """The plans of everything that the office's search asks for these words."""
    from django.test.utils import CaptureQueriesContext

    from community import search
    from community.search import Sought

    user = _holds(Role.COMMUNITY_STAFF)
    assert user.scope.held
    with CaptureQueriesContext(connection) as queries:
        search.find(user, Sought.of(words))
    plans = {}
    with connection.cursor() as cursor:
        for number, query in enumerate(queries):
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {query['sql']}")
            plans[f"{number} {query['time']} {query['sql']}"] = [row[0] for row in cursor.fetchall()]
    return plans
