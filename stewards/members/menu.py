"""What this part brings to the rest of the portal."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

WORDS_OF_THE_RECORD = {
    "skills_seeded": _("备好了红管家的技能"),
    "steward_enrolled": _("加入了红管家"),
}


def register() -> None:
    """Told to the other rooms once the apps are ready."""
    from community import appointed, founding, history
    from core import daily
    from stewards.members import actions

    founding.register(actions.begin)
    appointed.register(actions.react)
    daily.register("red stewards", actions.catch_up)
    history.register(WORDS_OF_THE_RECORD)
