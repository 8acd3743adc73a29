"""Everything that is kept about somebody, to take away: a page to read and the same as data (PIPL art. 45)."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from community import audit, personal
from core import clock

if TYPE_CHECKING:
    from community.models import User

_STYLE = Path(settings.BASE_DIR) / "static" / "css" / "take_away.css"
Rooms = list[tuple[str, list[personal.Section]]]


@transaction.atomic
def take_away(user: User) -> bytes:
    """A zip with everything that the rooms keep about `user`; that it was taken stands in the record of each home."""
    rooms = personal.sections(user)
    content = _packed({"my-data.html": _page(user, rooms), "my-data.json": _data(user, rooms)})
    numbers = {section.slug: len(section.rows) for _room, found in rooms for section in found}
    for held in _homes(user):
        audit.record("data_taken", held, by=user, changes=numbers, household_id=held.household_id)
    return content


def _homes(user: User) -> list[Any]:
    """The appointments under which it is recorded: those to one's own households, else the last one held."""
    rows = list(user.appointments.unscoped(reason="one's own appointments").order_by("-starts_on", "-pk"))
    homes = {one.household_id: one for one in rows if one.household_id and one.is_current}
    return list(homes.values()) or rows[:1]


def _packed(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def _page(user: User, rooms: Rooms) -> str:
    """A page that stands by itself: no sign-in, no network."""
    shown = [(title, [_shown(section) for section in sections]) for title, sections in rooms]
    context = {"user": user, "rooms": shown, "made": clock.now(), "language": translation.get_language()}
    style = mark_safe(_STYLE.read_text("utf-8"))  # noqa: S308 our own file
    return render_to_string("community/take_away.html", {**context, "style": style})


def _shown(section: personal.Section) -> dict[str, Any]:
    rows = [[_words(row.get(key)) for key, _label in section.columns] for row in section.rows]
    headings = [label for _key, label in section.columns]
    return {"title": section.title, "note": section.note, "headings": headings, "rows": rows}


def _data(user: User, rooms: Rooms) -> str:
    content = {
        "of": user.name,
        "made": clock.now().isoformat(),
        "sections": {
            section.slug: [{key: _plain(row.get(key)) for key, _label in section.columns} for row in section.rows]
            for _room, sections in rooms
            for section in sections
        },
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def _words(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    return str(_plain(value) or "")


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)
