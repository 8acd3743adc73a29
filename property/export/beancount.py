"""The journal as beancount reads it."""

from __future__ import annotations

from property.export.journal import CURRENCY, Entry, Format, Opening, tidy


def _opening(opening: Opening) -> str:
    lines = [f'option "title" {_text(opening.title)}', f'option "operating_currency" "{CURRENCY}"', ""]
    for leaf in opening.leaves:
        lines += [
            f"{opening.first_day} open {leaf.path} {CURRENCY}",
            f"  name: {_text(leaf.name)}",
            f"  fund: {_text(leaf.fund)}",
        ]
    return "".join(f"{line}\n" for line in lines)


def _entry(entry: Entry) -> str:
    payee = f"{_text(entry.payee)} " if entry.payee else ""
    lines = [f"\n{entry.day} * {payee}{_text(entry.summary)}\n", f"  number: {_text(entry.label)}\n"]
    lines += [f"  {name}: {_text(value)}\n" for name, value in entry.facts.items()]
    for path, amount, note in entry.moves:
        lines.append(f"  {path}  {amount} {CURRENCY}\n")
        if note:
            lines.append(f"    note: {_text(note)}\n")
    return "".join(lines)


def _text(text: str) -> str:
    escaped = tidy(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


BEANCOUNT = Format(_opening, _entry)
