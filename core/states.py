"""A state machine is a table of transitions beside its model; actions walk it, pages draw their buttons from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.refusal import Refused


@dataclass(frozen=True)
class Transition:
    """One legal step. `who` names the parties that may take it, `needs` the fields that must be given."""

    source: str
    target: str
    action: str
    label: str | Promise
    who: tuple[str, ...]
    needs: tuple[str, ...] = ()


class StateTable:
    """The transitions of one machine, in the order in which a page offers them."""

    def __init__(self, transitions: Iterable[Transition]) -> None:
        self._rows = tuple(transitions)

    def __iter__(self) -> Iterator[Transition]:
        return iter(self._rows)

    def steps(self, state: str, parties: Iterable[str]) -> list[Transition]:
        """What somebody who is these parties can do in this state."""
        held = set(parties)
        return [row for row in self._rows if row.source == state and held & set(row.who)]

    def find(
        self, state: str, action: str, parties: Iterable[str], given: dict[str, Any] | None = None, *, target: str = ""
    ) -> Transition:
        """The transition that `action` takes from `state`; raises Refused with a sentence when there is none.

        Where one action leads from a state to several, `target` says to which of them.
        """
        held = set(parties)
        found = [row for row in self._rows if row.action == action and row.source == state]
        found = [row for row in found if not target or row.target == target]
        if not found:
            raise Refused(_("有人先办了一步，这里已经是新的进展。请看一看再决定。"))
        for row in found:
            if held & set(row.who):
                missing = [name for name in row.needs if not (given or {}).get(name)]
                if missing:
                    raise Refused(_("还缺一项必须填写的内容，请补上再提交。"))
                return row
        raise Refused(_("这一步要由别的同志来办。"))

    def mermaid(self) -> str:
        """The diagram for the documents."""
        lines = [
            f"    {row.source or '[*]'} --> {row.target}: {row.action} ({', '.join(row.who)})" for row in self._rows
        ]
        return "\n".join(["stateDiagram-v2", *lines]) + "\n"
