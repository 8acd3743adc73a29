"""What happened to a request, and what comes next, as a neighbour says it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.roles import Role
from helpdesk.models import Rating, ServiceRequest, Update
from helpdesk.parties import asked
from helpdesk.states import State

if TYPE_CHECKING:
    from community.models import User
    from helpdesk.querysets import Leader

Text = str | Promise

TONES: dict[str, str] = {
    State.SUBMITTED: "warn",
    State.ACCEPTED: "wait",
    State.DISPATCHED: "wait",
    State.IN_PROGRESS: "wait",
    State.REVIEW: "wait",
    State.RESOLVED: "good",
    State.CLOSED: "good",
    State.REJECTED: "idle",
    State.WITHDRAWN: "idle",
    State.MERGED: "idle",
    State.NEED_INFO: "warn",
    State.SUSPENDED: "warn",
    State.REFERRED: "wait",
}

HEADLINES: dict[str, Text] = {
    "log": gettext_lazy("%(who)s提交了诉求"),
    "accept": gettext_lazy("%(who)s受理了"),
    "reject": gettext_lazy("%(who)s没有受理：%(reason)s"),
    "decline": gettext_lazy("%(who)s记下：没有两家都同意，不调解了"),
    "dispatch": gettext_lazy("%(who)s把这件事交给了%(handler)s"),
    "sign": gettext_lazy("%(who)s签收了，已经联系过"),
    "hand_back": gettext_lazy("%(who)s办不了，退回重新安排"),
    "reply": gettext_lazy("%(who)s报告结果：%(result)s"),
    "send_back": gettext_lazy("%(who)s看过，请再补办"),
    "resolve": gettext_lazy("%(who)s审核通过，办结"),
    "conclude": gettext_lazy("%(who)s审核通过，调解结束"),
    "rate": gettext_lazy("%(who)s评价：%(solved)s，%(score)s"),
    "lapse": gettext_lazy("7 天里没有评价，已归档，记作“未评价”"),
    "withdraw": gettext_lazy("%(who)s撤回了诉求"),
    "remark": gettext_lazy("%(who)s补充了情况"),
    "note": gettext_lazy("%(who)s的内部备注（居民看不到）"),
}
# A remark that holds the consent of a household, and what those who work on a mediation write to one or both.
AGREED = gettext_lazy("%(who)s同意请人说和")
AGREED_FOR = gettext_lazy("%(who)s问过，这一家同意请人说和")
WROTE = gettext_lazy("%(who)s写的话")
ON_BEHALF = gettext_lazy("%(who)s替%(reporter)s登记了这件事")
WITH_APPOINTMENT = gettext_lazy("%(who)s签收了，约好%(appointment)s")
WITH_HELP = gettext_lazy("%(headline)s，%(helpers)s协办")
NEW_CATEGORY = gettext_lazy("%(headline)s，归到“%(category)s”")

# `leader`, `handler` and `you` are names, or 您 for the one who reads.
NEXT: dict[str, Text] = {
    State.SUBMITTED: gettext_lazy("接下来由%(leader)s看过，给%(you)s回音"),
    State.ACCEPTED: gettext_lazy("接下来由%(leader)s安排合适的人来办"),
    State.DISPATCHED: gettext_lazy("接下来由%(handler)s签收，和%(you)s联系"),
    State.IN_PROGRESS: gettext_lazy("%(handler)s办好以后由%(leader)s审核，再请%(you)s评价"),
    State.REVIEW: gettext_lazy("%(leader)s审核通过后，请%(you)s评价"),
    State.RESOLVED: gettext_lazy("请%(you)s评价；7 天里没有评价，就归档记作“未评价”"),
}

# The same of a mediation, which nobody is asked to rate; `you` are both households, or the one that reads.
NEXT_BETWEEN_TWO: dict[str, Text] = {
    State.SUBMITTED: gettext_lazy("接下来由%(leader)s看过，分别和两家说"),
    State.ACCEPTED: gettext_lazy("两家都同意以后，由%(leader)s请合适的人来说和"),
    State.DISPATCHED: gettext_lazy("接下来由%(handler)s签收，分别和两家联系"),
    State.IN_PROGRESS: gettext_lazy("%(handler)s分别听两家说，谈拢了请两家签字"),
    State.REVIEW: gettext_lazy("%(leader)s看过就结束，过些日子再来回访"),
}
NEXT_MEDIATED: dict[str, Text] = {
    State.IN_PROGRESS: gettext_lazy("%(handler)s说和以后，由%(leader)s看过就结束"),
    State.REVIEW: gettext_lazy("%(leader)s看过就结束"),
}

# What a reporter is told when somebody else has taken a step; `title` is the request's.
TO_REPORTER: dict[str, Text] = {
    "log": gettext_lazy("已替您登记“%(title)s”，编号 %(number)s。"),
    "accept": gettext_lazy("%(who)s受理了“%(title)s”，%(due)s前办好。"),
    "reject": gettext_lazy("“%(title)s”没有受理：%(reason)s。可以找谁办，请点开看。"),
    "dispatch": gettext_lazy("“%(title)s”交给了%(handler)s，会和您联系。"),
    "sign": gettext_lazy("%(who)s接下了“%(title)s”，请点开看怎么约的。"),
    "hand_back": gettext_lazy("“%(title)s”要换一位来办，正在重新安排。"),
    "reply": gettext_lazy("%(who)s说“%(title)s”%(result)s，等审核。"),
    "resolve": gettext_lazy("“%(title)s”办结了，请您评价一下。"),
    "conclude": gettext_lazy("“%(title)s”的调解结束了，请点开看。"),
    "lapse": gettext_lazy("“%(title)s”满 7 天没有评价，已归档。"),
    "remark": gettext_lazy("%(who)s给“%(title)s”补充了情况。"),
}
TO_LEADER: dict[str, Text] = {
    "log": gettext_lazy("新诉求：%(title)s（%(category)s），等您受理。"),
    "hand_back": gettext_lazy("%(who)s退回了“%(title)s”，请重新安排。"),
    "reply": gettext_lazy("“%(title)s”%(result)s，等您审核。"),
    "rate": gettext_lazy("“%(title)s”的评价来了：%(solved)s，%(score)s。"),
    "withdraw": gettext_lazy("“%(title)s”已由本人撤回。"),
    "remark": gettext_lazy("%(who)s给“%(title)s”补充了情况。"),
    "agree": gettext_lazy("“%(title)s”有一家同意请人说和。"),
}
# What the households of a mediation are told: neither what it is about nor who asked.
TO_SIDE: dict[str, Text] = {
    "accept": gettext_lazy("%(who)s受理了一件和您家有关的调解，编号 %(number)s，请点开看。"),
    "reject": gettext_lazy("调解 %(number)s 没有受理：%(reason)s。可以找谁办，请点开看。"),
    "decline": gettext_lazy("调解 %(number)s 不办了：没有两家都同意。还可以找谁，请点开看。"),
    "dispatch": gettext_lazy("调解 %(number)s 由%(handler)s来说和，会和您家联系。"),
    "sign": gettext_lazy("%(who)s接下了调解 %(number)s，会分别和两家谈。"),
    "hand_back": gettext_lazy("调解 %(number)s 要换一位来说和，正在重新安排。"),
    "reply": gettext_lazy("%(who)s报告了调解 %(number)s 的结果，请点开看。"),
    "conclude": gettext_lazy("调解 %(number)s 结束了，请点开看。"),
    "withdraw": gettext_lazy("调解 %(number)s 撤回了，不再办了。"),
    "remark": gettext_lazy("%(who)s在调解 %(number)s 里给您家写了话，请点开看。"),
    "agree": gettext_lazy("记下了您家同意请人说和，调解 %(number)s。"),
}
TO_HANDLER: dict[str, Text] = {
    "dispatch": gettext_lazy("%(who)s请您办“%(title)s”，请签收并联系居民。"),
    "send_back": gettext_lazy("“%(title)s”还差一点，请看审核意见。"),
    "resolve": gettext_lazy("您办的“%(title)s”审核通过了。"),
    "conclude": gettext_lazy("您调解的“%(title)s”审核通过了。"),
    "rate": gettext_lazy("您办的“%(title)s”收到评价：%(solved)s，%(score)s。"),
    "withdraw": gettext_lazy("“%(title)s”已由本人撤回，不用再办。"),
    "remark": gettext_lazy("%(who)s给“%(title)s”补充了情况。"),
}


def person(name: str, role: str) -> str:
    """Somebody with the role in which they act: 网格长周敏."""
    if not role:
        return name
    return _("%(role)s%(name)s") % {"role": Role(role).label, "name": name}


def who_of(update: Update, viewer: User | None = None) -> str:
    """Who did it, for the one who reads."""
    if update.by is None:
        if update.details.get("informant"):
            return _("提出人（保密）")
        return update.details.get("system") or _("系统")
    if viewer is not None and update.by_id == viewer.pk:
        return _("您")
    return person(update.by.name, update.by_role)


def particulars(update: Update) -> dict[str, Any]:
    """What the sentences about an update may name, as words."""
    details = update.details
    return {
        "handler": person(details.get("handler", ""), details.get("handler_role", "")),
        "helpers": _("、").join(person(name, role) for name, role in details.get("helpers", [])),
        "reporter": details.get("reporter", ""),
        "appointment": details.get("appointment", ""),
        "category": _(details["category"]) if details.get("category") else "",
        "reason": _label(ServiceRequest.RejectReason, details.get("reason")),
        "result": _label(ServiceRequest.Result, details.get("result")),
        "solved": _label(Rating.Solved, details.get("solved")),
        "score": _label(Rating.Score, details.get("score")),
    }


def headline(update: Update, viewer: User | None = None) -> str:
    """One update as a sentence."""
    words = {**particulars(update), "who": who_of(update, viewer)}
    pattern = HEADLINES[update.action or update.kind]
    if update.details.get("agreed"):
        pattern = AGREED_FOR if update.by_role else AGREED
    elif update.kind == Update.Kind.REMARK and update.details.get("wrote"):
        pattern = WROTE
    if update.action == "log" and words["reporter"]:
        pattern = ON_BEHALF
    if update.action == "sign" and words["appointment"]:
        pattern = WITH_APPOINTMENT
    said = str(pattern) % words
    if words["helpers"]:
        said = str(WITH_HELP) % {"headline": said, "helpers": words["helpers"]}
    if update.action == "accept" and words["category"]:
        said = str(NEW_CATEGORY) % {"headline": said, "category": words["category"]}
    return capfirst(said)


def next_step(request: ServiceRequest, leaders: Sequence[Leader], viewer: User) -> str:
    """What comes next, or "" when nothing does. `leaders` are those who triage: one name, or the community's office."""
    patterns = {**NEXT, **(NEXT_MEDIATED if request.category.is_mediation else {})}
    if request.has_parties:
        patterns = NEXT_BETWEEN_TWO
    if request.state not in patterns:
        return ""
    leader = _("社区的同志")
    if len(leaders) == 1:
        leader = _named(leaders[0], leaders[0].role, viewer)
    said = str(patterns[request.state]) % {
        "leader": leader,
        "handler": _named(request.handler, request.handler_role, viewer) if request.handler else "",
        "you": _("您") if asked(request, viewer) else _named_asker(request),
    }
    return capfirst(said)


def _named_asker(request: ServiceRequest) -> str:
    return _("提出人（保密）") if request.has_informant else request.reporter_name


def _named(user: User | Leader, role: str, viewer: User) -> str:
    return _("您") if user.pk == viewer.pk else person(user.name, role)


def _label(choices: Any, code: Any) -> str:
    return str(choices(code).label) if code else ""
