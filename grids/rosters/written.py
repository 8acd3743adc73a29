"""A row of a roster as somebody wrote it: what stays of it on the review list, and how it is shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.fields import mask_birth, mask_identity, mask_phone
from grids.rosters.columns import Column, meanings

_MOST_BYTES = 2800  # encrypted it must fit into RosterDoubt.content
_LENGTHS = (200, 80, 40, 20, 10)
_DIGITS = re.compile(r"[0-9Xx-]{7,}")
_MASKS = {Column.ID_NUMBER: mask_identity, Column.PHONE: mask_phone, Column.BIRTH_DATE: mask_birth}


@dataclass(frozen=True)
class WrittenRow:
    """The filled cells of a row, each with its heading and with what its column holds ("" is not read); and the door
    that the row was found to stand at, "" where that could not be read."""

    cells: tuple[tuple[str, str, str], ...] = ()
    address: str = ""

    def of(self, column: str) -> str:
        """What is written in the column that holds this."""
        return next((text for _heading, held, text in self.cells if held == column), "")

    def with_values(self, changed: Mapping[str, str]) -> WrittenRow:
        """The same row with other texts in some columns; one that the row did not have is added under its own name."""
        cells = [(heading, held, changed.get(held, text)) for heading, held, text in self.cells]
        there = {held for _heading, held, _text in self.cells}
        names = meanings()
        added = [(names[held], held, text) for held, text in changed.items() if held not in there and text]
        return WrittenRow((*cells, *added), self.address)

    def shown(self) -> Iterator[tuple[str, str]]:
        """Heading and text of each cell; identity numbers, phones and birth dates are masked, also in other columns."""
        for heading, held, text in self.cells:
            mask = _MASKS.get(Column(held)) if held in Column.values else None
            yield heading, mask(text) if mask else _DIGITS.sub(lambda found: mask_phone(found[0]), text)

    def as_text(self) -> str:
        """As `of_text` reads it; long cells are cut where the whole would be too long to keep."""
        for length in _LENGTHS:
            cells = [[heading[:length], held, text[:length]] for heading, held, text in self.cells]
            kept = json.dumps([self.address, cells], ensure_ascii=False, separators=(",", ":"))
            if len(kept.encode()) <= _MOST_BYTES:
                return kept
        return json.dumps([self.address, []], ensure_ascii=False)

    @classmethod
    def of_text(cls, kept: str) -> WrittenRow:
        """What `as_text` has written; "" is a row without a word."""
        if not kept:
            return cls()
        address, cells = json.loads(kept)
        return cls(tuple((heading, held, text) for heading, held, text in cells), address)
