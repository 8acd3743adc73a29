"""Two households with a quarrel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.test import Client

from community.models import Notice, User
from core.files import Cleaned
from grids.models import Household
from helpdesk import actions
from helpdesk.models import Party, ServiceRequest, Update
from tests.factories import (
    Desk,
    MembershipFactory,
    desk,
    neighbour_of,
    resident_of,
    small_photo,
)

TITLE = "楼上半夜弹琴吵得睡不着"
TOLD = "李阿姨说楼上那家的儿子半夜弹琴"
PAPER = Cleaned(b"%PDF-1.4 signed", "application/pdf", ".pdf")


@dataclass
class Quarrel:
    """Two households of a building, each with two who have an account, and the request between them."""

    desk: Desk
    first: Household
    second: Household
    asker: User
    wife: User
    son: User
    father: User
    row: ServiceRequest

    @property
    def one(self) -> Party:
        return Party.objects.get(request=self.row, side="first")

    @property
    def other(self) -> Party:
        return Party.objects.get(request=self.row, side="second")

    def take(self, action: str, **given: Any) -> ServiceRequest:
        self.row = self.desk.take(ServiceRequest.objects.get(pk=self.row.pk), action, **given)
        return self.row

    def agree(self) -> None:
        for side in (self.one, self.other):
            actions.agree(self.row, side, by=self.desk.leader)

    def say(self, text: str, *, by: User, party: Party | None = None, note: str = "", **more: Any) -> None:
        actions.add_update(self.row, by=by, text=text, party=party, note=note, **more)

    def walk_to_review(self, **given: Any) -> None:
        self.take("accept")
        self.agree()
        self.take("dispatch")
        self.take("sign")
        self.take("reply", **{"photos": [], "agreement": [PAPER], "text": "谈拢了。", **given})


def a_quarrel() -> Quarrel:
    here = desk()
    second = neighbour_of(here.household)
    head = MembershipFactory(household=here.household, resident__name="李桂兰").resident
    here.household.head = head
    here.household.save()
    here.reporter.appointments.update(resident=head)
    row = actions.open_mediation(
        by=here.leader, title=TITLE, description=TOLD, home=here.household, other=second, photos=[small_photo()]
    )
    return Quarrel(
        desk=here,
        first=here.household,
        second=second,
        asker=here.reporter,
        wife=resident_of(here.household),
        son=resident_of(second),
        father=resident_of(second),
        row=row,
    )


def again(user: User) -> User:
    """The user as a later request knows them."""
    return User.objects.get(pk=user.pk)


def texts(row: ServiceRequest, user: User) -> set[str]:
    """What the user may read of it, words and notes."""
    rows = Update.objects.visible_to(again(user)).filter(request=row)
    return {text for one in rows for text in (one.public_text, one.internal_note) if text}


def page(browser: Client, row: ServiceRequest) -> str:
    return browser.get(row.get_absolute_url()).content.decode()


def told(user: User) -> str:
    return "\n".join(Notice.objects.filter(user=user).values_list("text", flat=True))
