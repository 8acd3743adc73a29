"""The rows of the list of requests, drawn in Python: a template takes as long for them as for all else on the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.templatetags.portal import state_badge, when
from helpdesk.page import cards_of

if TYPE_CHECKING:
    from community.models import User
    from helpdesk.models import ServiceRequest

# On a phone a row is a card, and its cells say what they are; what stands on the desk only has its heading.
ROW = """<tr>
<th scope="row"><a class="title" href="{}">{}</a><span class="soft">{}</span></th>
<td class="desk-only">{}</td>
<td data-label="{place}">{}</td>
<td data-label="{state}">{}</td>
<td{no_deadline} data-label="{due}">{}</td>
<td class="desk-only">{}</td>
<td class="desk-only">{}</td>
</tr>
"""


class Line(NamedTuple):
    """A request as a row of the list, in the order of its columns."""

    url: str
    title: str
    number: str
    category: str
    place: str
    state: SafeString
    deadline: SafeString | str
    handler: str
    sent: str


def lines_of(rows: Iterable[ServiceRequest], reader: User) -> list[Line]:
    """Requests as rows, with every word and badge ready."""
    return [
        Line(
            url=card.found.get_absolute_url(),
            title=card.found.title,
            number=card.found.number,
            category=card.found.category.label,
            place=card.place,
            state=state_badge(card.found.get_state_display(), card.tone),
            deadline=state_badge(card.deadline.text, card.deadline.tone) if card.deadline.text else "",
            handler=card.found.handler.name if card.found.handler else "—",
            sent=when(card.found.submitted_at),
        )
        for card in cards_of(rows, reader)
    ]


def drawn(lines: Sequence[Line]) -> SafeString:
    """The rows as the body of the table."""
    labels = {"place": _("在哪里"), "state": _("进展"), "due": _("期限")}
    hidden = SafeString(' class="desk-only"')
    return format_html_join(
        "",
        "{}",
        ((format_html(ROW, *line, **labels, no_deadline="" if line.deadline else hidden),) for line in lines),
    )
