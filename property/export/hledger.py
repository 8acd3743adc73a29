"""The journal as hledger reads it."""

from __future__ import annotations

from property.chart import AccountKind
from property.export.journal import CURRENCY, Entry, Format, Opening, tidy

_TYPES = {
    AccountKind.ASSET: "A",
    AccountKind.LIABILITY: "L",
    AccountKind.NET_ASSET: "E",
    AccountKind.INCOME: "R",
    AccountKind.EXPENSE: "X",
}
# A semicolon begins a comment, a bar parts payee and note; in comments a colon makes a tag (`date:` moves the posting),
# a comma ends one, and brackets hold a date.
_IN_DESCRIPTION = str.maketrans(";|", "；｜")
_IN_COMMENT = str.maketrans(":,[];", "：，［］；")


def _opening(opening: Opening) -> str:
    lines = [f"; {_comment(opening.title)}", "decimal-mark .", f"commodity 1000.00 {CURRENCY}", ""]
    for leaf in opening.leaves:
        lines += [
            f"account {leaf.path}  ; type:{_TYPES[AccountKind(leaf.kind)]}",
            f"    ; {_comment(leaf.name)} · {_comment(leaf.fund)}",
        ]
    return "".join(f"{line}\n" for line in lines)


def _entry(entry: Entry) -> str:
    said = tidy(entry.summary).translate(_IN_DESCRIPTION)
    if entry.payee:
        said = f"{tidy(entry.payee).translate(_IN_DESCRIPTION)} | {said}"
    lines = [f"\n{entry.day} * ({entry.label}) {said}\n"]
    lines += [f"    ; {name}:{_comment(value)}\n" for name, value in entry.facts.items()]
    for path, amount, note in entry.moves:
        lines.append(f"    {path}  {amount} {CURRENCY}{f'  ; {_comment(note)}' if note else ''}\n")
    return "".join(lines)


def _comment(text: str) -> str:
    return tidy(text).translate(_IN_COMMENT)


HLEDGER = Format(_opening, _entry)
