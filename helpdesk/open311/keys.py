"""A key: made once, kept as a hash, counted in its own row by the statement that finds it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from community.letters import ALPHABET
from core import clock
from core.fields import search_hash
from core.sql import as_uuid, rows
from helpdesk.models import ApiKey
from helpdesk.open311.answers import Wrong

if TYPE_CHECKING:
    from django.http import HttpRequest

PREFIX = "gz-"
_LENGTH = 40

# Found, counted and dated at once: a key that is shown a hundred times in parallel is counted a hundred times.
_SHOWN = (
    f"UPDATE {ApiKey._meta.db_table} "  # noqa: S608 the name of the table, nothing that anybody sends
    "SET calls = CASE WHEN minute = %s THEN calls + 1 ELSE 1 END, minute = %s, last_used_at = %s "
    "WHERE key_hash = %s AND revoked_at IS NULL RETURNING id, community_id, name, may_write, calls"
)


class Caller(NamedTuple):
    """The system that has shown a key."""

    key_id: UUID
    community_id: int
    system: str
    may_write: bool


def new_key() -> str:
    """200 random bits, in characters that are not taken for each other."""
    return PREFIX + "".join(secrets.choice(ALPHABET) for _position in range(_LENGTH))


def hash_of(key: str) -> str:
    """What the database keeps of a key."""
    return search_hash(f"api_key:{key.strip()}")


def caller(request: HttpRequest) -> Caller:
    """Who asks; raises Wrong 403 without a good key, and 429 with one that has been shown too often this minute."""
    shown = _shown_key(request)
    if not shown:
        raise Wrong(403, _("请带上接口钥匙：请求头 Authorization: Bearer 钥匙，或参数 api_key。"))
    now = clock.now()
    minute = int(now.timestamp()) // 60
    found = rows(_SHOWN, minute, minute, now, hash_of(shown))
    if not found:
        raise Wrong(403, _("这把接口钥匙不对，或者已经停用。请找社区书记开一把新的。"))
    key_id, community_id, system, may_write, calls = found[0]
    if calls > settings.OPEN311_CALLS_A_MINUTE:
        wait = 60 - int(now.timestamp()) % 60
        told = _("一分钟里最多问 %(most)s 次，请过 %(wait)s 秒再来。")
        words = told % {"most": settings.OPEN311_CALLS_A_MINUTE, "wait": wait}
        raise Wrong(429, words, headers={"Retry-After": str(wait)})
    return Caller(as_uuid(key_id) or key_id, community_id, system, bool(may_write))


def shows_key(request: HttpRequest) -> bool:
    """Whether a key was shown at all."""
    return bool(_shown_key(request))


def _shown_key(request: HttpRequest) -> str:
    scheme, _gap, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and key.strip():
        return key.strip()
    return (request.POST.get("api_key", "") or request.GET.get("api_key", "")).strip()
