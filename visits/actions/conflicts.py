"""Two people said different things about one field: the leader settles which holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from core import clock
from core.fields import plain_of
from core.refusal import Refused
from core.scoping import locked
from visits.actions.register import apply_change
from visits.models import Conflict

if TYPE_CHECKING:
    from community.models import User


@transaction.atomic
def settle_conflict(conflict: Conflict, *, keep: str, by: User) -> Conflict:
    """Let the visit's value into the register (`keep="visit"`), or leave what stands there (`"register"`).

    Raises Refused where somebody else settled it already, or neither is chosen.
    """
    if keep not in Conflict.Kept.values:
        raise Refused(_("请选以哪个为准。"))
    conflict = locked(conflict)
    if conflict.settled_by == by and conflict.kept == keep:
        return conflict
    if conflict.settled_by is not None:
        raise Refused(
            _("%(name)s已经定过了：%(kept)s。")
            % {
                "name": conflict.settled_by.name,
                "kept": conflict.get_kept_display(),
            }
        )
    if keep == Conflict.Kept.VISIT:
        text = str(plain_of(conflict.brought))
        apply_change(conflict.household, conflict.resident, {conflict.basic: text}, by=by)
    conflict.kept, conflict.settled_at, conflict.settled_by = keep, clock.now(), by
    conflict.save(update_fields=["kept", "settled_at", "settled_by"])
    audit.record(
        "conflict_settled",
        conflict,
        by=by,
        changes={str(conflict.basic.label): [conflict.found_shown, conflict.brought_shown]},
        reason=conflict.get_kept_display(),
    )
    return conflict
