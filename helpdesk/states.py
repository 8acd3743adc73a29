"""The life of a request as one table: actions walk it, pages draw their buttons from it, docs/states shows it.

A step that does more than move on has its effect in `actions`, its form in `forms` and its words in `words`; what
stands in its way although the table has it, its bar in `parties`.
"""

from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from core.states import StateTable, Transition


class State(models.TextChoices):
    SUBMITTED = "submitted", _("待受理")
    ACCEPTED = "accepted", _("已受理")
    DISPATCHED = "dispatched", _("已派单")
    IN_PROGRESS = "in_progress", _("处理中")
    REVIEW = "review", _("待审核")
    RESOLVED = "resolved", _("办结待评")
    CLOSED = "closed", _("已归档")
    REJECTED = "rejected", _("不予受理")
    WITHDRAWN = "withdrawn", _("已撤回")
    MERGED = "merged", _("已并单")
    NEED_INFO = "need_info", _("待补充")
    SUSPENDED = "suspended", _("挂账")
    REFERRED = "referred", _("已转办")


# Somebody still works on it, or will; its clock runs but where a question is open.
OPEN = (
    State.SUBMITTED,
    State.ACCEPTED,
    State.DISPATCHED,
    State.IN_PROGRESS,
    State.REVIEW,
    State.NEED_INFO,
    State.SUSPENDED,
    State.REFERRED,
)
# Nothing follows by itself.
ENDED = (State.CLOSED, State.REJECTED, State.WITHDRAWN, State.MERGED)
# It is in somebody's hands.
HANDLED = (State.DISPATCHED, State.IN_PROGRESS, State.REVIEW, State.SUSPENDED, State.REFERRED)

# How often a request is returned until the secretary alone hands it out.
RETURNS = 2
# Days, all of them of the calendar: to answer a question, to rate, to have it taken up again (and how often), the
# longest that the secretary suspends at once, and by which the end is put off.
ANSWER_DAYS, RATING_DAYS, REOPEN_DAYS, REOPEN_TIMES, SUSPEND_DAYS, EXTEND_DAYS = 5, 7, 15, 2, 30, 30

# Helps who handles it, and takes no step of the table.
CO_HANDLER = "co_handler"
REPORTER, LEADER, SECRETARY, HANDLER, SYSTEM = "reporter", "leader", "secretary", "handler", "system"

# What is between those who work on it: the reporter reads neither that it was asked for nor that it was not granted.
INTERNAL = frozenset({"ask_suspend", "ask_extend", "ask_again", "refuse"})

S = State
DESK, HANDS = (LEADER, SECRETARY), (HANDLER, LEADER, SECRETARY)
# Where a question can be put to the reporter, and the clock then stands still until it goes on there.
ASKED_IN = (S.SUBMITTED, S.ACCEPTED, S.IN_PROGRESS)
# Where somebody is about it, so that its end can be put off.
EXTENDED_IN = (S.ACCEPTED, S.DISPATCHED, S.IN_PROGRESS, S.REFERRED)
# Where the secretary's leave can be awaited.
WAITED_IN = (S.SUBMITTED, S.ACCEPTED, S.DISPATCHED, S.IN_PROGRESS, S.REFERRED)

# In each state the step that is expected comes first: a page offers them in this order.
REQUESTS = StateTable(
    [
        Transition("", S.SUBMITTED, "log", _("提交"), (REPORTER, LEADER, SECRETARY), ("category", "title", "place")),
        Transition("", S.MERGED, "join", _("跟着一起办"), (REPORTER, LEADER, SECRETARY), ("category", "master")),
        Transition(S.SUBMITTED, S.ACCEPTED, "accept", _("受理"), DESK, ("category",)),
        Transition(S.SUBMITTED, S.REJECTED, "reject", _("不予受理"), DESK, ("reason", "turn_to")),
        Transition(S.ACCEPTED, S.DISPATCHED, "dispatch", _("派给办理人"), DESK, ("handler",)),
        *(
            Transition(state, S.REJECTED, "decline", _("有一家不愿意调解"), DESK, ("turn_to",))
            for state in (S.SUBMITTED, S.ACCEPTED)
        ),
        Transition(S.DISPATCHED, S.IN_PROGRESS, "sign", _("签收"), (HANDLER,), ("first_contact_at",)),
        Transition(S.DISPATCHED, S.ACCEPTED, "hand_back", _("退单"), (HANDLER,), ("text",)),
        Transition(S.IN_PROGRESS, S.REVIEW, "reply", _("报告办理结果"), (HANDLER,), ("result", "text")),
        Transition(S.REVIEW, S.RESOLVED, "resolve", _("审核通过"), DESK),
        Transition(S.REVIEW, S.CLOSED, "conclude", _("审核通过，调解结束"), DESK),
        Transition(S.REVIEW, S.IN_PROGRESS, "send_back", _("退回补办"), DESK, ("text",)),
        Transition(S.RESOLVED, S.CLOSED, "rate", _("评价"), (REPORTER,), ("solved", "score")),
        Transition(S.RESOLVED, S.CLOSED, "lapse", _("满 7 天未评价，归档"), (SYSTEM,)),
        # Who follows another request rates for themselves.
        Transition(S.MERGED, S.MERGED, "rate", _("评价"), (REPORTER,), ("solved", "score")),
        *(
            Transition(S.NEED_INFO, state, action, label, who, needs)
            for action, label, who, needs in (
                ("answer", _("回答这个问题"), (REPORTER,), ("text",)),
                ("answer_for", _("替本人记下回答"), HANDS, ("text",)),
                ("unanswered", _("满 5 天没有补充，接着办"), (SYSTEM,), ()),
            )
            for state in ASKED_IN
        ),
        Transition(S.SUSPENDED, S.IN_PROGRESS, "resume", _("接着办"), (HANDLER, SECRETARY)),
        Transition(S.SUSPENDED, S.SUSPENDED, "prolong", _("再挂一段时间"), (SECRETARY,), ("text", "review_on")),
        Transition(S.REFERRED, S.REFERRED, "checked", _("去问过了"), HANDS, ("text", "next_check_on")),
        Transition(S.REFERRED, S.REVIEW, "report_back", _("报告那边的结果"), (HANDLER, SECRETARY), ("result", "text")),
        Transition(S.REFERRED, S.IN_PROGRESS, "take_back", _("拿回来自己办"), (HANDLER, SECRETARY), ("text",)),
        # What the secretary allows: granting is the step itself, and it ends the waiting; so does a refusal.
        Transition(S.IN_PROGRESS, S.SUSPENDED, "suspend", _("挂账"), (SECRETARY,), ("text", "review_on")),
        Transition(
            S.IN_PROGRESS, S.REFERRED, "refer", _("转给别的单位"), (SECRETARY,), ("referred_to", "next_check_on")
        ),
        *(Transition(state, state, "extend", _("延期"), (SECRETARY,), ("until", "text")) for state in EXTENDED_IN),
        *(Transition(state, state, "refuse", _("不同意"), (SECRETARY,), ("text",)) for state in WAITED_IN),
        *(
            Transition(
                state, S.NEED_INFO, "ask_info", _("请本人补充"), HANDS if state == S.IN_PROGRESS else DESK, ("text",)
            )
            for state in ASKED_IN
        ),
        *(Transition(state, state, "ask_again", _("申请再问一次"), (HANDLER, LEADER), ("text",)) for state in ASKED_IN),
        Transition(S.IN_PROGRESS, S.IN_PROGRESS, "ask_suspend", _("申请挂账"), (HANDLER, LEADER), ("text", "until")),
        *(
            Transition(state, state, "ask_extend", _("申请延期"), (HANDLER, LEADER), ("text", "until"))
            for state in EXTENDED_IN
        ),
        *(
            Transition(state, S.DISPATCHED, "reassign", _("换人来办"), DESK, ("handler", "note"))
            for state in (S.DISPATCHED, S.IN_PROGRESS)
        ),
        *(
            Transition(state, state, "hand_on", _("换人接着跟"), DESK, ("handler", "note"))
            for state in (S.SUSPENDED, S.REFERRED)
        ),
        *(
            Transition(state, S.ACCEPTED, "recall", _("收回来重新派"), DESK, ("note",))
            for state in (S.DISPATCHED, S.IN_PROGRESS, S.SUSPENDED, S.REFERRED)
        ),
        *(
            Transition(state, S.MERGED, "merge", _("并到另一件"), DESK, ("master",))
            for state in (S.SUBMITTED, S.ACCEPTED)
        ),
        Transition(S.MERGED, S.ACCEPTED, "split", _("拆出来单独办"), DESK, ("text",)),
        *(
            Transition(state, S.ACCEPTED, "reopen", _("重新办理"), (REPORTER, LEADER, SECRETARY), ("text",))
            for state in (S.RESOLVED, S.CLOSED)
        ),
        *(
            Transition(state, S.WITHDRAWN, "withdraw", _("撤回"), (REPORTER,))
            for state in (S.SUBMITTED, S.ACCEPTED, S.DISPATCHED)
        ),
    ]
)

DOCUMENT = """# The states of a request

Made by `manage.py draw_states --write` from `helpdesk/states.py`; a test compares.

```mermaid
{mermaid}```

| state | shown as |
|---|---|
{names}

| from | to | step | who | must be given |
|---|---|---|---|---|
{rows}

Beyond the table (`helpdesk/parties.py`):

- A complaint or tip-off is declined by the secretary alone, and what is confidential has no leader but the secretary.
- Nobody checks work of their own, and nobody the second round of what they have checked before.
- A handler returns a request once; what was returned twice is handed out by the secretary.
- A mediation is concluded, never resolved to be rated; one between two households is dispatched once both have agreed,
  and declined where one does not (docs/adr/0011). Nothing is asked of its two households in public, nothing is merged.
- An answer, or none within {answer} days, goes on where the question was asked; the clock has stood still meanwhile.
  One question is free; the next is the secretary's.
- The secretary suspends for {suspend} days at most, and puts off the end once, before it is over, by {extend} days.
- Merged is what is the same matter: the same community, both confidential or neither; who asked follows the steps of
  the other one, is told of them, and rates for themselves within {rating} days of its end. Where the other one is
  withdrawn, the eldest that followed it goes on.
- The reporter has it taken up again within {reopen} days, {times} times; those who lead at any time, with a reason.
"""


def document() -> str:
    """The state machine for docs/states: the diagram, and each step with who takes it and what must be given."""
    with translation.override("zh-hans"):
        names = "\n".join(f"| `{state.value}` | {state.label} |" for state in State)
        rows = "\n".join(
            f"| `{row.source or '–'}` | `{row.target}` | `{row.action}` {row.label} | {', '.join(row.who)} "
            f"| {', '.join(row.needs) or '–'} |"
            for row in REQUESTS
        )
    return DOCUMENT.format(
        mermaid=REQUESTS.mermaid(),
        names=names,
        rows=rows,
        answer=ANSWER_DAYS,
        suspend=SUSPEND_DAYS,
        extend=EXTEND_DAYS,
        rating=RATING_DAYS,
        reopen=REOPEN_DAYS,
        times=REOPEN_TIMES,
    )
