"""What came of requests, in the own place: a spot, a story, a letter of thanks."""

from __future__ import annotations

from community.roles import Role
from core import clock
from helpdesk import actions as requests
from helpdesk.actions.stories import tell_story
from helpdesk.actions.thanks import write_thanks
from helpdesk.models import Category, RecurringSpot, ServiceRequest, UpdatePhoto
from tests.factories import small_photo
from tests.matrix.world import World


def add_outcome(world: World) -> None:
    """A request that was done and told to everybody, a spot, and a letter to the leader."""
    home = world.homes["own"]
    resident, leader = world.actor(Role.RESIDENT, "own"), world.actor(Role.GRID_LEADER, "own")
    staff = world.actor(Role.COMMUNITY_STAFF, "own")
    assert resident is not None
    assert leader is not None
    done = _done(world)
    after = UpdatePhoto.objects.get(update__request=done, moment="after")
    spot = RecurringSpot.objects.create(
        community=home.community, building=home.building, category=done.category, times=3, outcome=world.secret
    )
    RecurringSpot.objects.filter(pk=spot.pk).update(plan=world.secret, planned_by=leader, plan_until=clock.today())
    letter = write_thanks(
        by=resident,
        community=home.community,
        text=world.secret,
        consent="named",
        to_user=leader,
        photos=[small_photo("pink")],
    )
    world.records |= {
        "done": done,
        "spot": spot,
        "story": tell_story(done, by=staff, title="楼道的灯亮了", after=after) if staff else None,
        "thanks": letter,
    }


def _done(world: World) -> ServiceRequest:
    home = world.homes["own"]
    resident, leader = world.actor(Role.RESIDENT, "own"), world.actor(Role.GRID_LEADER, "own")
    steward = world.actor(Role.RED_STEWARD, "own")
    category = Category.objects.get(community=home.community, slug="public_fixtures")
    asked = {"by": resident, "reporter": resident, "household": home, "building": home.building}
    row = requests.log_request(category=category, title="楼道的灯不亮", visibility="neighbourhood", **asked)
    row = requests.step(row, "accept", by=leader, category=category)
    row = requests.step(row, "dispatch", by=leader, handler=steward)
    row = requests.step(row, "sign", by=steward, first_contact_at=clock.now())
    row = requests.step(row, "reply", by=steward, result="solved", text=world.secret, photos=[small_photo("gold")])
    return requests.step(row, "resolve", by=leader)
