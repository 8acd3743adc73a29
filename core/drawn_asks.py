"""The lines of Today, drawn in Python: a template took as long for forty of them as for all else on the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.templatetags.portal import icon, when

LINE = """<li class="row-item">
  <div>
    <b>{title}</b>
    <span class="soft">{said}</span>
  </div>
  <a class="btn {look}" href="{url}">{button}<span class="visually-hidden">{of}{title}</span></a>
</li>
"""


def drawn(asks: Iterable[Any], *, main: bool) -> SafeString:
    """Each as a line with its button, which says to those who do not see the line what it is of."""
    of = conditional_escape(_("：%(title)s") % {"title": ""})
    must = format_html('<span class="must">{} {}</span>', icon("exclamation-triangle-fill"), _("请先办"))
    lines = (
        LINE.format(
            title=conditional_escape(ask.title),
            said=_said(ask, must),
            look="btn-primary" if main and not index else "btn-secondary",
            url=conditional_escape(ask.url),
            button=conditional_escape(ask.button),
            of=of,
        )
        for index, ask in enumerate(asks)
    )
    return mark_safe("".join(lines))  # noqa: S308 every piece is escaped above


def _said(ask: Any, must: SafeString) -> SafeString:
    parts = [must if ask.urgent else "", ask.detail, when(ask.since) if ask.since else ""]
    return mark_safe(" · ".join(conditional_escape(part) for part in parts if part))  # noqa: S308 escaped
