"""The own place's records, one function a room."""

from __future__ import annotations

from tests.matrix.world import World


def add_records(world: World) -> None:
    _register(world)


def _register(world: World) -> None:
    home = world.homes["own"]
    home.note = world.secret
    home.save()
    world.records |= {"household": home, "building": home.building, "resident": home.head}
