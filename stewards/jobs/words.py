"""The sentences around jobs: why somebody is asked, what people are told; each as a neighbour would say it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.notices import Somebody, notify
from helpdesk.slots import slot_words
from stewards.jobs.states import State
from stewards.models import Job, JobOffer, Steward

Text = str | Promise

TONES = {
    State.OFFERED: "wait",
    State.ACCEPTED: "good",
    State.ON_THE_WAY: "good",
    State.ARRIVED: "good",
    State.DONE: "wait",
    State.CONFIRMED: "good",
    State.LAPSED: "idle",
    State.STOPPED: "idle",
}
OFFER_TONES = {
    JobOffer.State.OPEN: "wait",
    JobOffer.State.ACCEPTED: "good",
    JobOffer.State.DECLINED: "idle",
    JobOffer.State.LAPSED: "idle",
    JobOffer.State.WITHDRAWN: "idle",
    JobOffer.State.HANDED_ON: "idle",
}

REASONS: dict[str, Callable[[Any], str]] = {
    "skill": lambda value: _("您会%(skill)s") % {"skill": _(value)},
    "been": lambda value: _("这户人家您去过，熟"),
    "building": lambda value: _("您就住这幢楼"),
    "estate": lambda value: _("您和他家在一个小区"),
    "grid": lambda value: _("您住得近，在同一个网格"),
    "fewer": lambda value: _("这三个月您出的力比大家少一些，先问问您"),
    "asked": lambda value: _("上次问您是 %(days)s 天前") % {"days": value} if value else _("今天已经问过您一次"),
    "never": lambda value: _("还没有请过您"),
    "passed": lambda value: _("%(who)s请您接着去") % {"who": value},
}
# The same for whoever leads the request.
ABOUT: dict[str, Callable[[Any], str]] = {
    "skill": lambda value: _("会%(skill)s") % {"skill": _(value)},
    "been": lambda value: _("去过这一户"),
    "building": lambda value: _("住同一幢楼"),
    "estate": lambda value: _("住同一个小区"),
    "grid": lambda value: _("住同一个网格"),
    "fewer": lambda value: _("近三个月出力比中间数少"),
    "asked": lambda value: _("%(days)s 天前问过") % {"days": value} if value else _("今天问过"),
    "never": lambda value: _("还没有请过"),
    "passed": lambda value: _("%(who)s转请的") % {"who": value},
}

# What people are told, by what has happened; `who` are the stewards, `slot` the time.
OFFERED = gettext_lazy("想请您帮个忙：%(what)s，%(slot)s。能去不能去，点开说一声。")
PASSED = gettext_lazy("%(who)s想请您接着去：%(what)s，%(slot)s。能去不能去，点开说一声。")
TAKEN = gettext_lazy("%(who)s答应去了：%(what)s，%(slot)s。")
BOTH_GO = gettext_lazy("人齐了：%(who)s一起去，%(what)s，%(slot)s。")
NO_MORE = gettext_lazy("%(what)s不用去了：%(reason)s。谢谢您。")
TOOK_OVER = gettext_lazy("%(who)s接着去了：%(what)s。您放心，谢谢您。")
NOT_TAKEN_OVER = gettext_lazy("%(who)s这次也去不了：%(what)s。还是要麻烦您，或者再请别人。")
GAVE_BACK = gettext_lazy("%(who)s去不了了，正在请别人：%(what)s。")
NOBODY = gettext_lazy("能问的都问了，还没有人能去：%(what)s。请换个时间，或者安排别人。")
TIMES_OVER = gettext_lazy("约的时间过了，没有请到人：%(what)s。请另约时间。")
SET_OUT = gettext_lazy("%(who)s出发了：%(what)s。到了会报到访码，点开可以核对。")
DONE = gettext_lazy("%(who)s说做完了：%(what)s。请您点开确认一下。")
CONFIRMED = gettext_lazy("住户确认了：%(what)s。这次的时长记进您的本子了，谢谢您。")
DOUBTED = gettext_lazy("住户说还没办好：%(what)s，请点开看。")
REBOOKED = gettext_lazy("时间改到%(slot)s：%(what)s。")
PARTS_PAID = gettext_lazy("您垫的材料费（%(parts)s，%(amount)s 元）已经制单，报销到账前还要审核。")
PARTS_DECLINED = gettext_lazy("您垫的材料费（%(parts)s，%(amount)s 元）没有同意报销：%(reason)s。")


def reasons(offer: JobOffer) -> list[str]:
    """Why just this steward, to themselves."""
    return [REASONS[code](value) for code, value in offer.reasons]


def reasons_about(offer: JobOffer) -> list[str]:
    """Why just this steward, to who leads the request."""
    return [ABOUT[code](value) for code, value in offer.reasons]


def names(stewards: Iterable[Steward]) -> str:
    """Their names as they are said: 红管家王建国、红管家李红."""
    return _("、").join(_("红管家%(name)s") % {"name": one.user.name} for one in stewards)


def when_of(job: Job) -> str:
    """The agreed time, or the times that suit."""
    return _("，或者").join(slot_words(*slot) for slot in job.slots)


def tell(
    users: Iterable[Somebody], about: Any, kind: str, pattern: Text, *, urgent: bool = False, **named: Any
) -> None:
    """Leave people a sentence about a job or an offer, in the language of the community."""
    with translation.override(settings.LANGUAGE_CODE):
        said = {name: str(value() if callable(value) else value) for name, value in named.items()}
        notify(users, about=about, kind=f"job_{kind}", text=str(pattern) % said, urgent=urgent)
