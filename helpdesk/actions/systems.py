"""Other systems get a key and lose it again; what they send becomes a request."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from community import audit
from community.models import Community, User
from community.roles import Role
from core import clock
from core.hashing import digest
from core.refusal import Refused
from core.scoping import locked
from grids.models import Building
from helpdesk.actions.log import log_request
from helpdesk.actions.updates import write
from helpdesk.models import ApiKey, Category, OutsideRequest, ServiceRequest, Update
from helpdesk.open311.keys import hash_of, new_key

_TITLE = 60
_PLACE = 80


@dataclass(frozen=True)
class Sent:
    """What another system says of a request; `outside_id` is its number there, "" where it gives none."""

    category: Category
    description: str
    place: str
    building: Building | None = None
    name: str = ""
    phone: str = ""
    outside_id: str = ""
    note: str = ""


@transaction.atomic
def open_key(community: Community, *, by: User, name: str, may_write: bool = False) -> tuple[ApiKey, str]:
    """A new key for a system, and the key itself, which is nowhere else from now on. Raises Refused for others."""
    _check_secretary(community.pk, by)
    key = new_key()
    row = ApiKey(
        community=community, name=name, key_hash=hash_of(key), last_four=key[-4:], may_write=may_write, made_by=by
    )
    row.save(force_insert=True)
    audit.record("api_key_opened", row, by=by, changes={"may_write": [None, may_write]})
    return row, key


@transaction.atomic
def revoke_key(key: ApiKey, *, by: User) -> None:
    """From now on the key opens nothing; what came with it stays. Raises Refused where that is so already."""
    row = locked(key)
    _check_secretary(row.community_id, by)
    if row.revoked_at:
        raise Refused(_("这把钥匙已经停用了。"))
    row.revoked_at, row.revoked_by = clock.now(), by
    row.save(update_fields=["revoked_at", "revoked_by"])
    audit.record("api_key_revoked", row, by=by)


def receive(sent: Sent, *, system: str, key_id: UUID | None = None) -> tuple[ServiceRequest, bool]:
    """The request that a system has sent, and whether it is new: the same number is logged once, however it came.

    Without a number of its own the same words of the same day are the same request. Raises Refused where the number
    is there with other words, or where something needed is missing.
    """
    outside_id, content_hash = _identity(sent)
    try:
        with transaction.atomic():
            known = _known(sent.category.community_id, system, outside_id)
            if known is None:
                with translation.override(settings.LANGUAGE_CODE):
                    return _log(sent, system, outside_id, content_hash, key_id), True
    except IntegrityError:
        # Somebody has sent the same at the same moment, and was sooner.
        known = _known(sent.category.community_id, system, outside_id)
        if known is None:
            raise
    if known.content_hash != content_hash:
        words = _("编号 %(id)s 以前送来过，内容不一样。原来那件是 %(number)s，没有改动；有新情况请用新编号再送。")
        raise Refused(words % {"id": outside_id, "number": known.request.number})
    return known.request, False


def _log(sent: Sent, system: str, outside_id: str, content_hash: str, key_id: UUID | None) -> ServiceRequest:
    title = _title(sent)
    row = log_request(
        by=None,
        category=sent.category,
        title=title,
        description="" if sent.description == title else _whole(sent),
        place=sent.place,
        building=sent.building,
        reporter_name=sent.name or system,
        reporter_phone=sent.phone,
        source=ServiceRequest.Source.CITY,
        system=system,
    )
    OutsideRequest(
        community_id=row.community_id,
        system=system,
        outside_id=outside_id,
        content_hash=content_hash,
        key_id=key_id,
        request=row,
    ).save(force_insert=True)
    lines = [_("%(system)s的编号：%(id)s") % {"system": system, "id": sent.outside_id}] if sent.outside_id else []
    lines += [sent.note] if sent.note else []
    if lines:
        write(row, Update.Kind.NOTE, by=None, note="\n".join(lines), details={"system": system})
    return row


def _identity(sent: Sent) -> tuple[str, str]:
    """Under which number it is known, and a hash over what was said."""
    said = {
        "category": sent.category.slug,
        "description": sent.description,
        "place": sent.place,
        "building": sent.building.pk if sent.building else None,
        "name": sent.name,
        "phone": sent.phone,
        "note": sent.note,
    }
    content_hash = digest(said)
    return sent.outside_id or f"={clock.today().isoformat()} {content_hash}", content_hash


def _known(community_id: int, system: str, outside_id: str) -> OutsideRequest | None:
    rows = OutsideRequest.objects.sent_by(community_id, system).filter(outside_id=outside_id)
    found: OutsideRequest | None = rows.select_related("request").first()
    return found


def _title(sent: Sent) -> str:
    """The first line, as far as a title goes; without words what kind of thing it is."""
    first = sent.description.strip().split("\n", 1)[0].strip()
    if not first:
        return sent.category.label
    return first if len(first) <= _TITLE else f"{first[: _TITLE - 1]}…"


def _whole(sent: Sent) -> str:
    """What was said; a place that is longer than its column is written out here."""
    label = f"{sent.building.label} {sent.place}" if sent.building else sent.place
    return sent.description if len(label) <= _PLACE else f"{sent.description}\n{sent.place}".strip()


def _check_secretary(community_id: int, by: User) -> None:
    if community_id not in by.scope.ids("community", Role.SECRETARY):
        raise Refused(_("接口钥匙由社区书记开和停。"))
