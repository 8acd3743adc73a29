"""What the machines over the alliance share: a world of their own, people who try things, and the tables they walk."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine

from community.models import AuditEvent, Notice, Sequence, User
from core import clock
from core.refusal import Refused
from core.states import StateTable
from stewards.models import HoursEntry

Steps = set[tuple[str, str]]


def steps_of(table: StateTable) -> Steps:
    """From where to where the table leads."""
    return {(row.source, row.target) for row in table}


def lives(examples: int, steps: int = 25) -> settings:
    """How long a machine runs."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


class Lives(RuleBasedStateMachine):
    """Anybody tries anything: what is refused changes nothing, and no state changes but as its table has it."""

    # By model: the field of the state, and the steps that it may take.
    walked: dict[Any, tuple[str, Steps]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        atomic = transaction.atomic()
        atomic.__enter__()
        self.stack.callback(self._roll_back, atomic)
        self.moment = clock.now()
        self.goes_by(timedelta(0))
        self.people: dict[str, User] = {}

    @staticmethod
    def _roll_back(atomic: Any) -> None:
        transaction.set_rollback(True)
        atomic.__exit__(None, None, None)

    def teardown(self) -> None:
        self.stack.close()

    def goes_by(self, time: timedelta) -> None:
        self.moment += time
        self.stack.enter_context(clock.at(self.moment))

    def who(self, name: str) -> User:
        """One of the people, as who signs in just now."""
        return User.objects.get(pk=self.people[name].pk)

    def attempt(self, act: Callable[[], Any]) -> Any:
        """What comes of it; None where it is refused."""
        rows, states = _everything(), self._states()
        try:
            made = act()
        except Refused:
            assert _everything() == rows, "what is refused changes nothing"
            return None
        for model, now in self._states().items():
            for key, state in now.items():
                step = states[model].get(key, ""), state
                assert step[0] == step[1] or step in self.walked[model][1], (model, step)
        return made

    def _states(self) -> dict[Any, dict[Any, str]]:
        return {model: dict(every(model).values_list("pk", field)) for model, (field, _s) in self.walked.items()}


def every(model: Any) -> Any:
    """All rows, whoever may see them."""
    return model._base_manager.all()


def one_of(rows: Iterable[Any], place: int) -> Any:
    """One of the rows, if there are any."""
    found = list(rows)
    return found[place % len(found)] if found else None


def _everything() -> list[list[str]]:
    """What is kept of the alliance, as the database has it."""
    found = []
    with connection.cursor() as cursor:
        for model in [*apps.get_app_config("alliance").get_models(), HoursEntry, AuditEvent, Notice, Sequence]:
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")
            found.append(sorted(map(repr, cursor.fetchall())))
    return found
