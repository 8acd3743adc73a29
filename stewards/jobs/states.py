"""The life of a job as one table: actions walk it, pages draw their buttons from it, docs/states shows it.

A job is offered, never ordered (志愿服务条例 art. 25): every step up to "accepted" may be declined without a word.
"""

from __future__ import annotations

from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from core.states import StateTable, Transition


class State(models.TextChoices):
    OFFERED = "offered", _("正在请人")
    ACCEPTED = "accepted", _("有人答应去了")
    ON_THE_WAY = "on_the_way", _("在路上")
    ARRIVED = "arrived", _("已经到了")
    DONE = "done", _("做完了，等住户确认")
    CONFIRMED = "confirmed", _("住户确认了")
    LAPSED = "lapsed", _("满 7 天没有确认")
    STOPPED = "stopped", _("不请了")


# Somebody still has something to do; a request has one such job at most.
LIVE = (State.OFFERED, State.ACCEPTED, State.ON_THE_WAY, State.ARRIVED)
# Somebody has said that they come, and has not been there yet or is at work.
TAKEN = (State.ACCEPTED, State.ON_THE_WAY, State.ARRIVED)
WORKED = (State.DONE, State.CONFIRMED, State.LAPSED)

# Days in which the household confirms; then the job is marked as not confirmed, never as "satisfied".
CONFIRM_DAYS = 7

STEWARD, LEADER, HOUSEHOLD, SYSTEM = "steward", "leader", "household", "system"
S = State

JOBS = StateTable(
    [
        Transition("", S.OFFERED, "ask", _("请红管家"), (LEADER,), ("skill", "wishes")),
        Transition(S.OFFERED, S.OFFERED, "widen", _("再多问几位"), (LEADER, SYSTEM)),
        # The first of two who go together leaves it open; the last one closes it.
        Transition(S.OFFERED, S.OFFERED, "join", _("我能去"), (STEWARD,), ("slot",)),
        Transition(S.OFFERED, S.ACCEPTED, "accept", _("我能去"), (STEWARD,), ("slot",)),
        Transition(S.ACCEPTED, S.ON_THE_WAY, "set_out", _("我出发了"), (STEWARD,)),
        *(
            Transition(state, S.ARRIVED, "arrive", _("我到了"), (STEWARD,), ("code",))
            for state in (S.ACCEPTED, S.ON_THE_WAY)
        ),
        *(
            Transition(state, S.ARRIVED, "arrive_for", _("打电话核实，记下到了"), (LEADER,), ("reason",))
            for state in (S.ACCEPTED, S.ON_THE_WAY)
        ),
        Transition(S.ARRIVED, S.DONE, "finish", _("做完了"), (STEWARD,), ("result", "text")),
        *(
            Transition(state, S.CONFIRMED, "confirm", _("是的，来过，做完了"), (HOUSEHOLD,))
            for state in (S.DONE, S.LAPSED)
        ),
        *(
            Transition(state, S.CONFIRMED, "confirm_for", _("问过住户，替他确认"), (LEADER,), ("reason",))
            for state in (S.DONE, S.LAPSED)
        ),
        Transition(S.DONE, S.DONE, "doubt", _("还没办好"), (HOUSEHOLD,), ("text",)),
        Transition(S.DONE, S.LAPSED, "lapse", _("满 7 天没有确认"), (SYSTEM,)),
        *(
            Transition(state, state, "rebook", _("改个时间"), (STEWARD, LEADER), ("slot",))
            for state in (S.ACCEPTED, S.ON_THE_WAY)
        ),
        *(
            Transition(state, S.OFFERED, "give_back", _("去不了了，请换一位"), (STEWARD,))
            for state in (S.OFFERED, S.ACCEPTED, S.ON_THE_WAY)
        ),
        *(
            Transition(state, state, "pass_on", _("请另一位接着去"), (STEWARD,), ("other",))
            for state in (S.ACCEPTED, S.ON_THE_WAY)
        ),
        *(
            Transition(state, S.ACCEPTED, "take_over", _("我来接着去"), (STEWARD,))
            for state in (S.ACCEPTED, S.ON_THE_WAY)
        ),
        *(
            Transition(state, S.STOPPED, "stop", _("不请了"), (LEADER, SYSTEM))
            for state in (S.OFFERED, S.ACCEPTED, S.ON_THE_WAY, S.ARRIVED)
        ),
    ]
)

DOCUMENT = """# The states of a job

Made by `manage.py draw_job_states --write` from `stewards/jobs/states.py`; a test compares.

```mermaid
{mermaid}```

| state | shown as |
|---|---|
{names}

| from | to | step | who | must be given |
|---|---|---|---|---|
{rows}

Beyond the table:

- A job is offered, never ordered: one steward, then three, then all who could (`stewards/jobs/waves.py`). Declining
  asks no reason and is counted nowhere.
- Gas, mains and lifts are not offered at all (`stewards/jobs/forbidden.py`).
- Two go together where the safety settings say so; the job is accepted when the second has said yes.
- Who passes a job on to a named other stays responsible until that one has accepted.
- The request is driven through the helpdesk's own steps; where somebody takes it back there, the job ends with it.
- Not confirmed within {days} days is marked as that; hours are entered when the household or the leader confirms.
"""


def document() -> str:
    """The state machine for docs/states: the diagram, and each step with who takes it and what must be given."""
    with translation.override("zh-hans"):
        names = "\n".join(f"| `{state.value}` | {state.label} |" for state in State)
        rows = "\n".join(
            f"| `{row.source or '–'}` | `{row.target}` | `{row.action}` {row.label} | {', '.join(row.who)} "
            f"| {', '.join(row.needs) or '–'} |"
            for row in JOBS
        )
    return DOCUMENT.format(mermaid=JOBS.mermaid(), names=names, rows=rows, days=CONFIRM_DAYS)
