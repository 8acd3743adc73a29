"""What residents read of the group's work names nobody who has not agreed to it, and holds no numbers and no doors."""

from __future__ import annotations

from django.utils.translation import gettext as _

from alliance.advice.people import unnamed_in
from core.refusal import Refused
from helpdesk.stories import doors_in, numbers_in


def unfit(community_id: int, *texts: str) -> list[str]:
    """What must be taken out before everybody may read it: numbers, doors, names of advisers without consent."""
    text = "\n".join(texts)
    return [*numbers_in(text), *doors_in(text), *unnamed_in(community_id, text)]


def check_fit(community_id: int, *texts: str) -> None:
    """Raise Refused with what must be taken out."""
    found = unfit(community_id, *texts)
    if found:
        words = _("、").join(f"“{one}”" for one in dict.fromkeys(found))
        raise Refused(_("居民看得到这些话，里面不能写 %(words)s。请改一改。") % {"words": words})
