"""Something half written is kept, and let go."""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from community.models import User
from core import clock
from core.refusal import Refused
from helpdesk.models import Draft

# As much as a form may hold, in bytes; encrypted it still fits its column.
MOST = 14_000
_OWN = "the own draft"


@transaction.atomic
def keep_draft(*, by: User, kind: str, fields: Mapping[str, str]) -> Draft | None:
    """Keep what was typed in place of what was kept before; nothing typed keeps nothing.

    Raises Refused where it is longer than any form takes.
    """
    if not any(fields.get(name) for name in ("title", "description", "category", "place", "reporter_name")):
        return None
    text = json.dumps({"form": kind, "fields": dict(fields)}, ensure_ascii=False)
    if len(text.encode()) > MOST:
        raise Refused(_("写得太长了，存不下。请先删短一些，或者直接提交。"))
    rows = Draft.objects.unscoped(reason=_OWN)
    draft: Draft
    draft, _made = rows.update_or_create(
        community_id=min(by.scope.communities), user=by, defaults={"fields": text, "saved_at": clock.now()}
    )
    return draft


@transaction.atomic
def drop_draft(*, by: User) -> None:
    """Let go of what was kept: it was sent, or nobody wants it any more."""
    Draft.objects.unscoped(reason=_OWN).filter(user=by).delete()
