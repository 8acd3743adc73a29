"""The life of a request as one table: actions walk it, pages draw their buttons from it, docs/states shows it.

A state that is not here yet (merged, need_info, suspended, referred) is a member of State and its rows in REQUESTS;
a step that does more than move on has its effect in `actions`, its form in `forms` and its words in `words`.
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

REPORTER, LEADER, SECRETARY, HANDLER, SYSTEM = "reporter", "leader", "secretary", "handler", "system"

REQUESTS = StateTable(
    [
        Transition(
            "", State.SUBMITTED, "log", _("提交"), (REPORTER, LEADER, SECRETARY), ("category", "title", "place")
        ),
        Transition(State.SUBMITTED, State.ACCEPTED, "accept", _("受理"), (LEADER, SECRETARY), ("category",)),
        Transition(
            State.SUBMITTED, State.REJECTED, "reject", _("不予受理"), (LEADER, SECRETARY), ("reason", "turn_to")
        ),
        Transition(
            State.SUBMITTED, State.REJECTED, "decline", _("有一家不愿意调解"), (LEADER, SECRETARY), ("turn_to",)
        ),
        Transition(State.ACCEPTED, State.DISPATCHED, "dispatch", _("派给办理人"), (LEADER, SECRETARY), ("handler",)),
        Transition(State.ACCEPTED, State.REJECTED, "decline", _("有一家不愿意调解"), (LEADER, SECRETARY), ("turn_to",)),
        Transition(State.DISPATCHED, State.IN_PROGRESS, "sign", _("签收"), (HANDLER,), ("first_contact_at",)),
        Transition(State.DISPATCHED, State.ACCEPTED, "hand_back", _("退单"), (HANDLER,), ("text",)),
        Transition(State.IN_PROGRESS, State.REVIEW, "reply", _("报告办理结果"), (HANDLER,), ("result", "text")),
        Transition(State.REVIEW, State.RESOLVED, "resolve", _("审核通过"), (LEADER, SECRETARY)),
        Transition(State.REVIEW, State.CLOSED, "conclude", _("审核通过，调解结束"), (LEADER, SECRETARY)),
        Transition(State.REVIEW, State.IN_PROGRESS, "send_back", _("退回补办"), (LEADER, SECRETARY), ("text",)),
        Transition(State.RESOLVED, State.CLOSED, "rate", _("评价"), (REPORTER,), ("solved", "score")),
        Transition(State.RESOLVED, State.CLOSED, "lapse", _("满 7 天未评价，归档"), (SYSTEM,)),
        Transition(State.SUBMITTED, State.WITHDRAWN, "withdraw", _("撤回"), (REPORTER,)),
        Transition(State.ACCEPTED, State.WITHDRAWN, "withdraw", _("撤回"), (REPORTER,)),
        Transition(State.DISPATCHED, State.WITHDRAWN, "withdraw", _("撤回"), (REPORTER,)),
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

Beyond the table (`helpdesk/parties.py`): a complaint or tip-off is declined by the secretary alone, nobody checks
work of their own, a handler returns a request once, and what is confidential has no leader but the secretary. A
mediation is concluded, never resolved to be rated; one between two households is dispatched once both have agreed, and
declined where one does not (docs/adr/0011).
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
    return DOCUMENT.format(mermaid=REQUESTS.mermaid(), names=names, rows=rows)
