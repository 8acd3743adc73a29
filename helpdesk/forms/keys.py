"""The form of a key for another system."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from community.models import Community
from core.forms import PortalForm
from helpdesk.forms.fields import RowField


class KeyForm(PortalForm):
    """For which system it is, and whether that may send requests as well."""

    community = RowField(label=gettext_lazy("社区"), empty=gettext_lazy("请选择"))
    name = forms.CharField(
        label=gettext_lazy("给哪个系统"),
        max_length=60,
        help_text=gettext_lazy("例如：市 12345 热线。它送来的诉求会写明是它转来的；换钥匙时名字不变，编号就接得上。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    may_write = forms.BooleanField(
        label=gettext_lazy("可以送诉求进来"), required=False, help_text=gettext_lazy("不勾，就只能读进展。")
    )

    def __init__(self, *args: Any, communities: list[Community], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._only = communities[0] if len(communities) == 1 else None
        if self._only:
            self.drop("community")
        else:
            field = self.fields["community"]
            assert isinstance(field, RowField)
            field.offer(communities)

    def given(self) -> dict[str, Any]:
        """Also the community, which nobody is asked for where there is one."""
        given = super().given()
        return {**given, "community": self._only or given["community"]}
