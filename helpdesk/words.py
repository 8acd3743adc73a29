"""What happened to a request, and what comes next, as a neighbour says it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.roles import Role
from core import clock
from core.kept import Kept
from core.templatetags.portal import day, moment
from helpdesk import slots
from helpdesk.models import Approval, Rating, ServiceRequest, Update
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
    "join": gettext_lazy("%(who)s提了同一件事，跟着 %(master)s 一起办"),
    "merge": gettext_lazy("%(who)s把这件事并到 %(master)s，一起办"),
    "split": gettext_lazy("%(who)s把这件事拆出来单独办"),
    "ask_info": gettext_lazy("%(who)s有一件事要问清楚，%(until)s前请补充；这段时间不计时"),
    "answer": gettext_lazy("%(who)s补充好了，接着计时"),
    "answer_for": gettext_lazy("%(who)s问到了，替本人记下，接着计时"),
    "unanswered": gettext_lazy("没有等到补充，接着办"),
    "ask_again": gettext_lazy("%(who)s想再问本人一次，等社区书记同意（居民看不到）"),
    "ask_suspend": gettext_lazy("%(who)s申请挂账到%(until)s，等社区书记同意（居民看不到）"),
    "ask_extend": gettext_lazy("%(who)s申请延期到%(until)s，等社区书记同意（居民看不到）"),
    "refuse": gettext_lazy("%(who)s没有同意申请：%(asked)s（居民看不到）"),
    "suspend": gettext_lazy("%(who)s定了先挂账，%(until)s再看"),
    "prolong": gettext_lazy("%(who)s定了再挂一段时间，%(until)s再看"),
    "resume": gettext_lazy("%(who)s说可以接着办了"),
    "extend": gettext_lazy("%(who)s同意延期，从%(from)s延到%(until)s"),
    "refer": gettext_lazy("%(who)s把这件事转给了%(body)s，%(until)s去问"),
    "checked": gettext_lazy("%(who)s去%(body)s问过了，下次%(until)s再问"),
    "take_back": gettext_lazy("%(who)s从%(body)s拿回来自己办"),
    "report_back": gettext_lazy("%(who)s报告%(body)s办的结果：%(result)s"),
    "reassign": gettext_lazy("%(who)s请%(handler)s接手来办"),
    "hand_on": gettext_lazy("%(who)s请%(handler)s接着跟这件事"),
    "recall": gettext_lazy("%(who)s收了回来，重新安排人"),
    "reopen": gettext_lazy("%(who)s要求重办，从今天起重新计时"),
    "remark": gettext_lazy("%(who)s补充了情况"),
    "note": gettext_lazy("%(who)s的内部备注（居民看不到）"),
}
# A remark on a request that another one follows from now on.
FOLLOWED = gettext_lazy("又有人提了同一件事，并到这里一起办，现在一共 %(count)s 件")
# A remark that holds the consent of a household, and what those who work on a mediation write to one or both.
AGREED = gettext_lazy("%(who)s同意请人说和")
AGREED_FOR = gettext_lazy("%(who)s问过，这一家同意请人说和")
WROTE = gettext_lazy("%(who)s写的话")
# What the clock does by itself: the calendar has changed, or something is late.
MOVED = gettext_lazy("日历改了，期限从%(from)s改到%(until)s")
ESCALATED: dict[int, Text] = {
    1: gettext_lazy("过了期限，已经催办"),
    2: gettext_lazy("过了期限还没办好，已报网格长"),
    3: gettext_lazy("过了期限还没办好，已报社区书记"),
}
# A remark that holds an agreed time.
APPOINTMENTS: dict[str, Text] = {
    "appointed": gettext_lazy("%(who)s约好%(appointment)s上门"),
    "rebooked": gettext_lazy("%(who)s改约到%(appointment)s"),
    "called_off": gettext_lazy("%(who)s取消了%(appointment)s的约定"),
}
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
    State.NEED_INFO: gettext_lazy("等%(you)s补充，补充好就接着办"),
    State.SUSPENDED: gettext_lazy("先挂着，%(review)s由社区书记再看"),
    State.REFERRED: gettext_lazy("%(handler)s%(check)s再去%(body)s问一次"),
}

# The same of a mediation, which nobody is asked to rate; `you` are both households, or the one that reads.
NEXT_BETWEEN_TWO: dict[str, Text] = {
    State.SUBMITTED: gettext_lazy("接下来由%(leader)s看过，分别和两家说"),
    State.ACCEPTED: gettext_lazy("两家都同意以后，由%(leader)s请合适的人来说和"),
    State.DISPATCHED: gettext_lazy("接下来由%(handler)s签收，分别和两家联系"),
    State.IN_PROGRESS: gettext_lazy("%(handler)s分别听两家说，谈拢了请两家签字"),
    State.REVIEW: gettext_lazy("%(leader)s看过就结束，过些日子再来回访"),
    State.SUSPENDED: NEXT[State.SUSPENDED],
    State.REFERRED: NEXT[State.REFERRED],
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
    "join": gettext_lazy("已替您登记“%(title)s”，编号 %(number)s；有人提过同一件事，一起办。"),
    "merge": gettext_lazy("“%(title)s”和别人提的是同一件事，一起办；进展照样告诉您，办结了也请您评价。"),
    "split": gettext_lazy("“%(title)s”现在单独办，正在安排。"),
    "ask_info": gettext_lazy("“%(title)s”有一件事要问您，请在%(until)s前补充，点开就能写。"),
    "answer_for": gettext_lazy("您说的情况替您记在“%(title)s”里了，接着办。"),
    "unanswered": gettext_lazy("“%(title)s”没有等到您补充，先接着办；想起来了随时可以写。"),
    "suspend": gettext_lazy("“%(title)s”先挂一挂，%(until)s再看；为什么，请点开看。"),
    "prolong": gettext_lazy("“%(title)s”还要再挂一挂，%(until)s再看；为什么，请点开看。"),
    "resume": gettext_lazy("“%(title)s”接着办了。"),
    "extend": gettext_lazy("“%(title)s”的期限延到了%(until)s；为什么，请点开看。"),
    "refer": gettext_lazy("“%(title)s”转给了%(body)s，我们会一直去问，请点开看。"),
    "checked": gettext_lazy("“%(title)s”去问过了，请点开看。"),
    "take_back": gettext_lazy("“%(title)s”拿回来由我们接着办，请点开看。"),
    "report_back": gettext_lazy("“%(title)s”那边有了结果：%(result)s，等审核。"),
    "reassign": gettext_lazy("“%(title)s”改由%(handler)s来办，会和您联系。"),
    "hand_on": gettext_lazy("“%(title)s”改由%(handler)s接着跟。"),
    "recall": gettext_lazy("“%(title)s”要换一位来办，正在重新安排。"),
    "reopen": gettext_lazy("“%(title)s”重新办理，从今天起重新计时。"),
    "appointed": gettext_lazy("“%(title)s”约好了%(appointment)s，请点开看。"),
    "rebooked": gettext_lazy("“%(title)s”改约到%(appointment)s，请点开看。"),
    "called_off": gettext_lazy("“%(title)s”原来约的%(appointment)s取消了，请点开看。"),
}
TO_LEADER: dict[str, Text] = {
    "join": gettext_lazy("又有人提了同一件事：%(title)s，已经并到 %(master)s。"),
    "split": gettext_lazy("“%(title)s”要单独办，等您安排。"),
    "answer": gettext_lazy("“%(title)s”补充好了，请接着办。"),
    "unanswered": gettext_lazy("“%(title)s”满 5 天没有补充，请接着办。"),
    "report_back": gettext_lazy("“%(title)s”那边有了结果：%(result)s，等您审核。"),
    "reopen": gettext_lazy("“%(title)s”要重办，等您安排。"),
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
    "suspend": gettext_lazy("调解 %(number)s 先放一放，%(until)s再看，请点开看。"),
    "prolong": gettext_lazy("调解 %(number)s 还要放一放，%(until)s再看，请点开看。"),
    "resume": gettext_lazy("调解 %(number)s 接着办了。"),
    "extend": gettext_lazy("调解 %(number)s 的期限延到了%(until)s，请点开看。"),
    "refer": gettext_lazy("调解 %(number)s 转给了%(body)s，请点开看。"),
    "checked": gettext_lazy("调解 %(number)s 去问过了，请点开看。"),
    "take_back": gettext_lazy("调解 %(number)s 拿回来接着办，请点开看。"),
    "report_back": gettext_lazy("调解 %(number)s 那边有了结果，请点开看。"),
    "reassign": gettext_lazy("调解 %(number)s 改由%(handler)s来说和，会和您家联系。"),
    "hand_on": gettext_lazy("调解 %(number)s 改由%(handler)s接着跟。"),
    "recall": gettext_lazy("调解 %(number)s 要换一位来说和，正在重新安排。"),
    "reopen": gettext_lazy("调解 %(number)s 重新办理，请点开看。"),
    "remark": gettext_lazy("%(who)s在调解 %(number)s 里给您家写了话，请点开看。"),
    "agree": gettext_lazy("记下了您家同意请人说和，调解 %(number)s。"),
    "appointed": gettext_lazy("调解 %(number)s 约好了%(appointment)s，请点开看。"),
    "rebooked": gettext_lazy("调解 %(number)s 改约到%(appointment)s，请点开看。"),
    "called_off": gettext_lazy("调解 %(number)s 原来约的%(appointment)s取消了，请点开看。"),
}
TO_HANDLER: dict[str, Text] = {
    "dispatch": gettext_lazy("%(who)s请您办“%(title)s”，请签收并联系居民。"),
    "send_back": gettext_lazy("“%(title)s”还差一点，请看审核意见。"),
    "resolve": gettext_lazy("您办的“%(title)s”审核通过了。"),
    "conclude": gettext_lazy("您调解的“%(title)s”审核通过了。"),
    "rate": gettext_lazy("您办的“%(title)s”收到评价：%(solved)s，%(score)s。"),
    "withdraw": gettext_lazy("“%(title)s”已由本人撤回，不用再办。"),
    "reassign": gettext_lazy("%(who)s请您接手办“%(title)s”，请签收并联系居民。"),
    "hand_on": gettext_lazy("%(who)s请您接着跟“%(title)s”，请点开看办到哪一步了。"),
    "followed": gettext_lazy("又有人提了同一件事，并到“%(title)s”里，请一起办。"),
    "ask_info": gettext_lazy("“%(title)s”正在请本人补充，先等一等。"),
    "answer": gettext_lazy("“%(title)s”补充好了，请接着办。"),
    "answer_for": gettext_lazy("“%(title)s”补充好了，请接着办。"),
    "unanswered": gettext_lazy("“%(title)s”满 5 天没有补充，请接着办。"),
    "suspend": gettext_lazy("您办的“%(title)s”挂账到%(until)s。"),
    "prolong": gettext_lazy("您办的“%(title)s”再挂到%(until)s。"),
    "resume": gettext_lazy("“%(title)s”不再挂账，请接着办。"),
    "extend": gettext_lazy("您办的“%(title)s”延期到%(until)s。"),
    "refer": gettext_lazy("“%(title)s”转给了%(body)s，请%(until)s去问一问。"),
    "take_back": gettext_lazy("“%(title)s”拿回来了，请接着办。"),
    "remark": gettext_lazy("%(who)s给“%(title)s”补充了情况。"),
    "appointed": gettext_lazy("“%(title)s”约好了%(appointment)s，请点开看。"),
    "rebooked": gettext_lazy("“%(title)s”改约到%(appointment)s，请点开看。"),
    "called_off": gettext_lazy("“%(title)s”原来约的%(appointment)s取消了，请点开看。"),
}
# What those are told whose own request follows the one that the step was taken in.
TO_FOLLOWER: dict[str, Text] = {
    "accept": gettext_lazy("“%(title)s”一起受理了，请点开看。"),
    "reject": gettext_lazy("“%(title)s”没有受理：%(reason)s。可以找谁办，请点开看。"),
    "dispatch": gettext_lazy("“%(title)s”交给了%(handler)s来办。"),
    "reassign": gettext_lazy("“%(title)s”改由%(handler)s来办。"),
    "recall": gettext_lazy("“%(title)s”要换一位来办，正在重新安排。"),
    "reply": gettext_lazy("%(who)s说“%(title)s”%(result)s，等审核。"),
    "report_back": gettext_lazy("“%(title)s”那边有了结果：%(result)s，等审核。"),
    "suspend": gettext_lazy("“%(title)s”先挂一挂，%(until)s再看；为什么，请点开看。"),
    "prolong": gettext_lazy("“%(title)s”还要再挂一挂，%(until)s再看；为什么，请点开看。"),
    "extend": gettext_lazy("“%(title)s”的期限延到了%(until)s；为什么，请点开看。"),
    "refer": gettext_lazy("“%(title)s”转给了%(body)s，我们会一直去问，请点开看。"),
    "resolve": gettext_lazy("“%(title)s”办结了，请您评价一下。"),
    "reopen": gettext_lazy("“%(title)s”重新办理，从今天起重新计时。"),
}
# Single sentences: to who handled it before, and to who has asked the secretary.
NO_LONGER_YOURS = gettext_lazy("“%(title)s”换了别人来办，您不用再办了。")
GRANTED = gettext_lazy("社区书记同意了您的申请：“%(title)s”%(what)s。")
NOT_GRANTED = gettext_lazy("社区书记没有同意“%(title)s”%(what)s，请点开看为什么。")
ASKED_LEAVE = gettext_lazy("%(who)s办“%(title)s”申请%(what)s，等您答复。")


_NAME = "\ue000name\ue001"
_in_role: Kept[str] = Kept(64)


def person(name: str, role: str) -> str:
    """Somebody with the role in which they act: 网格长周敏."""
    if not role:
        return name
    words = _in_role.of(role, lambda: _("%(role)s%(name)s") % {"role": Role(role).label, "name": _NAME})
    return words.replace(_NAME, name)


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
        "appointment": slots.said(details),
        "category": _(details["category"]) if details.get("category") else "",
        "master": details.get("master", ""),
        "count": details.get("followed", ""),
        "body": details.get("body", ""),
        "from": _day(details.get("from")),
        "until": _day(details.get("until")),
        "asked": _label(Approval.Step, details.get("asked")),
        "reason": _label(ServiceRequest.RejectReason, details.get("reason")),
        "result": _label(ServiceRequest.Result, details.get("result")),
        "solved": _label(Rating.Solved, details.get("solved")),
        "score": _label(Rating.Score, details.get("score")),
    }


def _by_itself(update: Update) -> str:
    """What the clock has done to a request, or ""."""
    details = update.details
    if details.get("moved"):
        before, after = (datetime.fromisoformat(one) for one in details["moved"])
        said = moment if clock.local(before).date() == clock.local(after).date() else day
        return str(MOVED) % {"from": said(before), "until": said(after)}
    return str(ESCALATED[details["escalation"]]) if details.get("escalation") else ""


def headline(update: Update, viewer: User | None = None) -> str:
    """One update as a sentence."""
    if update.by_id is None and (said := _by_itself(update)):
        return said
    words = {**particulars(update), "who": who_of(update, viewer)}
    pattern = HEADLINES[update.action or update.kind]
    if update.details.get("agreed"):
        pattern = AGREED_FOR if update.by_role else AGREED
    elif update.details.get("followed"):
        pattern = FOLLOWED
    elif update.details.get("said"):
        pattern = APPOINTMENTS[update.details["said"]]
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


def headline_for_follower(update: Update, viewer: User) -> str:
    """The same for somebody whose own request follows this one: without who asked, and what was agreed with them."""
    if update.action == "ask_info":
        return _("正在请提的人补充，这段时间不计时")
    by_staff = update.by is None or update.by_role
    who = who_of(update, viewer) if by_staff else _("提的人")
    return capfirst(str(HEADLINES[update.action]) % {**particulars(update), "who": who})


def next_step(request: ServiceRequest, leaders: Sequence[Leader], viewer: User, *, you: str = "") -> str:
    """What comes next, or "" when nothing does. `leaders` are those who triage: one name, or the community's office.

    `you` is who is spoken to where that is not who asked.
    """
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
        "you": you or _("您") if you or asked(request, viewer) else _named_asker(request),
        "review": day(request.review_on) if request.review_on else "",
        "check": day(request.next_check_on) if request.next_check_on else "",
        "body": request.referred_to,
    }
    return capfirst(said)


def _named_asker(request: ServiceRequest) -> str:
    return _("提出人（保密）") if request.has_informant else request.reporter_name


def _named(user: User | Leader, role: str, viewer: User) -> str:
    return _("您") if user.pk == viewer.pk else person(user.name, role)


def _day(written: str | None) -> str:
    return day(date.fromisoformat(written)) if written else ""


def _label(choices: Any, code: Any) -> str:
    return str(choices(code).label) if code else ""
