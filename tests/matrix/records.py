"""The own place's records, one function a room."""

from __future__ import annotations

from community.roles import Role
from grids.models import RosterUpload
from tests.matrix.world import World


def add_records(world: World) -> None:
    _register(world)
    _roster(world)


def _register(world: World) -> None:
    home = world.homes["own"]
    home.note = world.secret
    home.save()
    world.records |= {"household": home, "building": home.building, "resident": home.head}


def _roster(world: World) -> None:
    roster = RosterUpload(
        community=world.homes["own"].community,
        owner=world.actor(Role.SECRETARY, "own"),
        name=f"{world.secret}.xlsx",
        state=RosterUpload.State.READY,
    )
    roster.content = b"PK"
    roster.preview = {
        "households": 1,
        "residents": 1,
        "create": 0,
        "change": 0,
        "leave": 1,
        "doubt_count": 0,
        "created": {"households": 0, "residents": 0, "dwellings": 0, "care_tags": 0},
        "known_headings": {"姓名": "name"},
    }
    roster.save()
    world.records["roster"] = roster
