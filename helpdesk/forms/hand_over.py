"""The form by which all that somebody has in hand goes to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.roles import Role
from core.forms import PortalForm
from helpdesk.forms.fields import RowField, where_from
from helpdesk.forms.step import words_field
from helpdesk.querysets import possible_handlers

if TYPE_CHECKING:
    from community.models import User


class HandOverForm(PortalForm):
    """To whom, and why; a button of its own takes all back to the desk."""

    to = RowField(label=gettext_lazy("交给谁"), empty=gettext_lazy("请选一位"))
    reason = words_field(
        gettext_lazy("为什么"),
        rows=2,
        most=200,
        help_text=gettext_lazy("例如：调到别的社区去了。办的人看得到，居民看不到。"),
    )

    def __init__(self, *args: Any, community_id: int, who: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [one for one in possible_handlers(community_id) if one.user_id != who.pk]
        field = self.fields["to"]
        assert isinstance(field, RowField)
        field.required = "desk" not in self.data
        field.error_messages["required"] = _("请选一位，或者按“都收回来”。")
        field.offer(people, label=where_from, group=lambda one: str(Role(one.role).label))

    def given(self) -> dict[str, Any]:
        given = super().given()
        whom = None if "desk" in self.data else given["to"]
        return {**given, "to": whom.account() if whom else None}
