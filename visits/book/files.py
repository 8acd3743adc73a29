"""A queue that was taken from a phone as a file, because it could not be sent from there."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.refusal import Refused
from grids.models import Household
from visits.book import photos, receiving, wire
from visits.book.keys import Unreadable, opened
from visits.book.wire import Malformed

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from community.models import User
    from visits.book.receiving import Answer

FORMAT = "gongzhi-walk-book-1"
MAX_BYTES = 50 * 2**20


@dataclass(frozen=True)
class Outcome:
    """What became of one record of the file."""

    door: str
    when: datetime | None
    message: str
    tone: str
    label: str
    photos: str = ""
    url: str = ""


def take_in(content: bytes, *, user: User) -> list[Outcome]:
    """Receive every record of a file and its photos, as if the user's phone had sent them.

    Raises Refused, and has then written nothing, where the file is damaged or another user's.
    """
    sealed, pictures = _read(content, user)
    doors = Household.objects.unscoped(reason="doors named in the user's own file").select_related("dwelling")
    labels = {row.pk: str(row) for row in doors.filter(pk__in=[one.household for one in sealed])}
    return [_received(record, labels, pictures, user=user) for record in sealed]


def _read(content: bytes, user: User) -> tuple[list[wire.Record], dict[str, tuple[bytes, bytes]]]:
    """The records in plain, and the photos as they lie in the file; all of it is looked at before any is received."""
    try:
        given = wire.object_of(content)
    except Malformed as error:
        raise _damaged() from error
    if given.get("format") != FORMAT:
        raise Refused(_("这不是走访本导出的文件。"))
    if given.get("user") != str(user.pk):
        raise Refused(_("这个文件是别人的走访本导出的，要由他本人登录后上传。"))
    try:
        records = [_record(name, nonce, data, user) for name, nonce, data in _sealed(given, "records", "id")]
        pictures = {name: (nonce, data) for name, nonce, data in _sealed(given, "photos", "hash")}
    except (Unreadable, Malformed, ValueError) as error:
        raise _damaged() from error
    return records, pictures


def _sealed(given: Mapping[str, Any], part: str, named_by: str) -> Iterator[tuple[str, bytes, bytes]]:
    rows = given.get(part, [])
    if not isinstance(rows, list):
        raise Unreadable
    for row in rows:
        if not isinstance(row, dict) or not all(isinstance(row.get(name), str) for name in (named_by, "iv", "data")):
            raise Unreadable
        yield row[named_by], b64decode(row["iv"], validate=True), b64decode(row["data"], validate=True)


def _record(name: str, nonce: bytes, data: bytes, user: User) -> wire.Record:
    plain = opened(data, nonce=nonce, name=name, user_id=user.pk)
    if len(plain) > wire.MAX_RECORD:
        raise Unreadable
    record = wire.record_of(wire.object_of(plain))
    if str(record.id) != name:
        raise Unreadable
    return record


def _received(
    record: wire.Record, labels: Mapping[UUID, str], pictures: Mapping[str, tuple[bytes, bytes]], *, user: User
) -> Outcome:
    answer = receiving.receive(record, user=user)
    come = [_photo(record, wanted, pictures, user=user) for wanted in answer.body.get("photos", [])]
    refused = [one.message for one in come if one is not None and not one.is_kept]
    missing = sum(one is None for one in come)
    said = [*refused, _missing(missing)] if missing else refused
    return Outcome(
        door=labels.get(record.household, _("没有找到这一户")),
        when=wire.as_moment(record.fields.get("started", [""])[-1]),
        message=answer.message,
        tone=_tone(answer, said),
        label=_label(answer),
        photos=" ".join(said),
        url=answer.body.get("url", ""),
    )


def _photo(
    record: wire.Record, wanted: str, pictures: Mapping[str, tuple[bytes, bytes]], *, user: User
) -> Answer | None:
    """What was answered to a photo; None where the file does not hold it."""
    if wanted not in pictures:
        return None
    nonce, data = pictures[wanted]
    try:
        content = opened(data, nonce=nonce, name=wanted, user_id=user.pk)
    except Unreadable:
        return receiving.Answer(422, _("有一张照片打不开，可能文件损坏了。"))
    return photos.receive(record.id, wanted, content, user=user)


def _missing(count: int) -> str:
    return ngettext("文件里少 %(n)d 张照片。", "文件里少 %(n)d 张照片。", count) % {"n": count}


def _tone(answer: Answer, said: list[str]) -> str:
    if not answer.is_kept:
        return "warn"
    return "wait" if said or answer.body.get("review") else "good"


def _label(answer: Answer) -> str:
    if not answer.is_kept:
        return _("没收下")
    return _("等人核对") if answer.body.get("review") else _("收到了")


def _damaged() -> Refused:
    return Refused(_("这个文件打不开，可能损坏了，或者不完整。请在手机上重新导出一次。"))
