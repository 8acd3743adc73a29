"""The basic fields that a visit verifies: one table, from which the form is drawn and the changes are applied."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.fields import mask_phone, plain_of, search_hash
from core.refusal import Refused
from grids.codes import CareCategory, Employment
from grids.models import CareTag, Household, Membership, Resident

PHONE = re.compile(r"1\d{10}|0\d{2,3}-?\d{7,8}")
CARE_ENDED = "ended"
_YES_NO = (("yes", gettext_lazy("是")), ("no", gettext_lazy("不是")))
_HARDSHIP = ((CARE_ENDED, gettext_lazy("原来的情况没有了，请社区核对")), *CareCategory.choices)


class Result(models.TextChoices):
    """What became of a field at the door."""

    CONFIRMED = "confirmed", gettext_lazy("属实")
    CHANGED = "changed", gettext_lazy("有变")
    UNKNOWN = "unknown", gettext_lazy("不详")
    REFUSED = "refused", gettext_lazy("拒答")


VERIFIED = (Result.CONFIRMED, Result.CHANGED)


@dataclass(frozen=True)
class BasicField:
    """One field of the register that every visit asks about.

    `registry` says who keeps it: "household" and "resident" are set by the registry's own actions, "care" adds a
    care tag. `from_age` leaves small children alone. What is not `on_card` is asked in person alone: whoever finds a
    card under a door should not learn of it.
    """

    name: str
    label: str | Promise
    registry: str
    choices: tuple[tuple[str, Any], ...] = ()
    sensitive: bool = False
    most: int = 120
    from_age: int = 0
    on_card: bool = True

    def text(self, value: Any) -> str:
        """The value of the register as it is kept with the visit."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        return str(plain_of(value) or "")

    def parse(self, text: str) -> Any:
        """What the registry's action is given for a kept text."""
        return {"yes": True, "no": False}.get(text) if self.choices == _YES_NO else text

    def show(self, text: str) -> str:
        """A kept text for a page: labels for codes, phone numbers masked."""
        if self.sensitive:
            return mask_phone(text) if text else ""
        labels = dict(self.choices)
        return "、".join(str(labels.get(part, part)) for part in text.split(",")) if labels else text

    def check(self, text: str) -> str:
        """The new value if it may be kept; raises Refused with what to mend."""
        text = " ".join(text.split())
        if not text:
            raise Refused(_("选了“有变”，请填上新的。"))
        if self.choices and text not in dict(self.choices):
            raise Refused(_("请从列出的选项里选一个。"))
        if self.sensitive and not PHONE.fullmatch(text):
            raise Refused(_("电话是 11 位手机号，或带区号的座机号。"))
        if len(text) > self.most:
            raise Refused(_("最多写 %(most)d 个字。") % {"most": self.most})
        return text


HOUSEHOLD_FIELDS = (
    BasicField("kind", gettext_lazy("户别"), "household", choices=tuple(Household.Kind.choices)),
    BasicField("phone", gettext_lazy("家里电话"), "household", sensitive=True, most=20),
)
RESIDENT_FIELDS = (
    BasicField("phone", gettext_lazy("手机号"), "resident", sensitive=True, most=20, from_age=12),
    BasicField("employment", gettext_lazy("就业"), "resident", choices=tuple(Employment.choices), from_age=16),
    BasicField("hukou", gettext_lazy("户籍地"), "resident"),
    BasicField("is_party_member", gettext_lazy("党员"), "resident", choices=_YES_NO, from_age=18, on_card=False),
    BasicField("hardship", gettext_lazy("困难情况"), "care", choices=_HARDSHIP, on_card=False),
)


def field_of(name: str, *, of_resident: bool) -> BasicField:
    """The table's row of this name; raises KeyError for a name that is not in it."""
    table = RESIDENT_FIELDS if of_resident else HOUSEHOLD_FIELDS
    return {field.name: field for field in table}[name]


@dataclass(frozen=True)
class Slot:
    """One field of one household or resident, as it stands in the register now."""

    field: BasicField
    resident: Resident | None
    text: str

    @cached_property
    def group(self) -> str:
        """Whose it is: `h` for the household, `r-<resident>` for a member."""
        return f"r-{self.resident.pk.hex}" if self.resident else "h"

    @cached_property
    def key(self) -> str:
        """Its name in forms and reports: `h-phone`, `r-<resident>-phone`."""
        return f"{self.group}-{self.field.name}"

    @property
    def fingerprint(self) -> str:
        """Tells whether the value is still the one that was seen, without telling the value."""
        return search_hash(f"{self.key}:{self.text}")[:16]

    @property
    def who(self) -> str:
        """Whose it is, for people."""
        return self.resident.name if self.resident else _("这一户")

    @cached_property
    def shown(self) -> str:
        """What stands in the register, or that nothing does."""
        return self.field.show(self.text) or (_("没有登记") if self.is_blank else _("没有"))

    @property
    def is_blank(self) -> bool:
        """Whether the register has nothing here that a household could confirm; no hardship is an answer too."""
        return not self.text and self.field.registry in {"household", "resident"}


def age_on(birth_date: Any, day: date) -> int | None:
    """Full years on `day`; None where the birth date is not known."""
    try:
        born = date.fromisoformat(str(plain_of(birth_date) or ""))
    except ValueError:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def asked_of(birth_date: Any) -> list[BasicField]:
    """The fields that somebody of this age is asked; all of them where the age is not known."""
    age = age_on(birth_date, clock.today())
    return [field for field in RESIDENT_FIELDS if age is None or age >= field.from_age]


def count_of(birth_dates: Iterable[Any]) -> int:
    """How many fields a household has to verify whose members were born on these days."""
    return len(HOUSEHOLD_FIELDS) + sum(len(asked_of(birth_date)) for birth_date in birth_dates)


def slots_of(household: Household, members: Iterable[Membership], cares: Iterable[CareTag]) -> list[Slot]:
    """Everything that a visit verifies in this household: its own fields, then those of each member."""
    hardship: dict[Any, list[str]] = {}
    for tag in cares:
        hardship.setdefault(tag.resident_id, []).append(tag.category)
    slots = [Slot(field, None, field.text(getattr(household, field.name))) for field in HOUSEHOLD_FIELDS]
    for member in members:
        resident = member.resident
        for field in asked_of(resident.birth_date):
            tags = ",".join(sorted(hardship.get(resident.pk, [])))
            text = tags if field.registry == "care" else field.text(getattr(resident, field.name))
            slots.append(Slot(field, resident, text))
    return slots
