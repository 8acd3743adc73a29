"""Small valid rows for tests; every field can be overridden."""

from __future__ import annotations

from datetime import date
from typing import Any

import factory
from factory.django import DjangoModelFactory

from community.models import Appointment, Community, User
from community.roles import SCOPE_OF_ROLE, Role
from grids.models import Building, Dwelling, Estate, Grid, Household, Membership, Resident, Unit

# community ------------------------------------------------------------------------------------------------------


class CommunityFactory(DjangoModelFactory[Community]):
    class Meta:
        model = Community

    code = factory.Sequence(lambda n: f"321102001{n:03d}")
    name = factory.Sequence(lambda n: f"第{n}社区")
    short_name = factory.Sequence(lambda n: f"{n}")


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    phone = factory.Sequence(lambda n: f"139{n:08d}")
    name = factory.Sequence(lambda n: f"用户{n}")


def appoint(role: str, scope: Any, *, user: User | None = None, **fields: Any) -> User:
    """A user (new unless given) who holds `role` for `scope`: a community, or the row the role is held for."""
    user = user or UserFactory()
    key = SCOPE_OF_ROLE.get(role)
    place = {key: scope, "community": scope.community} if key else {"community": scope}
    Appointment.objects.create(user=user, role=role, starts_on=date(2020, 1, 1), **place, **fields)
    user.__dict__.pop("scope", None)
    return user


# grids ----------------------------------------------------------------------------------------------------------


class GridFactory(DjangoModelFactory[Grid]):
    class Meta:
        model = Grid

    community = factory.SubFactory(CommunityFactory)
    code = factory.Sequence(lambda n: f"321102001001{n:03d}")
    name = factory.Sequence(lambda n: f"第{n}网格")


class EstateFactory(DjangoModelFactory[Estate]):
    class Meta:
        model = Estate

    community = factory.SubFactory(CommunityFactory)
    code = factory.Sequence(lambda n: f"{200 + n}")
    name = factory.LazyAttribute(lambda estate: f"朱方路{estate.code}号")


class BuildingFactory(DjangoModelFactory[Building]):
    class Meta:
        model = Building

    grid = factory.SubFactory(GridFactory)
    community = factory.SelfAttribute("grid.community")
    estate = factory.SubFactory(EstateFactory, community=factory.SelfAttribute("..community"))
    number = factory.Sequence(lambda n: f"{n}")
    label = factory.LazyAttribute(lambda building: f"{building.estate.code}号{building.number}幢")


class UnitFactory(DjangoModelFactory[Unit]):
    class Meta:
        model = Unit

    building = factory.SubFactory(BuildingFactory)
    community = factory.SelfAttribute("building.community")
    number = factory.Sequence(lambda n: f"{n}")


class DwellingFactory(DjangoModelFactory[Dwelling]):
    class Meta:
        model = Dwelling

    unit = factory.SubFactory(UnitFactory)
    building = factory.SelfAttribute("unit.building")
    community = factory.SelfAttribute("unit.community")
    room_no = factory.Sequence(lambda n: f"{n // 4 + 1}{n % 4 + 1:02d}")
    label = factory.LazyAttribute(lambda dwelling: f"{dwelling.unit}{dwelling.room_no}室")


class HouseholdFactory(DjangoModelFactory[Household]):
    class Meta:
        model = Household

    dwelling = factory.SubFactory(DwellingFactory)
    building = factory.SelfAttribute("dwelling.building")
    community = factory.SelfAttribute("dwelling.community")


class ResidentFactory(DjangoModelFactory[Resident]):
    class Meta:
        model = Resident

    community = factory.SubFactory(CommunityFactory)
    name = factory.Sequence(lambda n: f"居民{n}")
    birth_date = date(1956, 3, 7)


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    household = factory.SubFactory(HouseholdFactory)
    community = factory.SelfAttribute("household.community")
    resident = factory.SubFactory(ResidentFactory, community=factory.SelfAttribute("..community"))
    starts_on = date(2020, 1, 1)


def household_in(grid: Grid, **fields: Any) -> Household:
    """A household in a building of `grid`."""
    return HouseholdFactory(dwelling__unit__building__grid=grid, **fields)


def resident_of(household: Household) -> User:
    """A user who signs in as a resident of `household`."""
    return appoint(Role.RESIDENT, household)
