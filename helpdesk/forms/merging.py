"""What the steps ask that make of several requests one matter, and of an end a new beginning."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.forms.fields import RowField
from helpdesk.forms.step import StepForm, words_field
from helpdesk.models import ServiceRequest

NEAR = 12


class MergeForm(StepForm):
    """Which other request is the same matter: one of those nearby, or another by its number."""

    button = gettext_lazy("并到这一件")
    lead = gettext_lazy("提出的人都会知道，进展一样看得到，办结了各自评价。")
    master = RowField(label=gettext_lazy("是哪一件"), required=False, empty=gettext_lazy("不在这里，写编号"))
    number = forms.CharField(
        label=gettext_lazy("编号"),
        required=False,
        max_length=24,
        help_text=gettext_lazy("例如 ZF225-2026-000123；只写最后几位也行。"),
    )
    text = words_field(gettext_lazy("给居民的话"), rows=2, required=False)

    def prepare(self) -> None:
        field = self.fields["master"]
        assert isinstance(field, RowField)
        field.offer(self._near, label=_as_choice)

    def _open(self) -> Any:
        """The requests that the reader can see and that this one could follow."""
        row = self.request
        rows = ServiceRequest.objects.visible_to(self.user).open().exclude(pk=row.pk)
        return rows.filter(community=row.community_id, has_parties=False, is_confidential=row.is_confidential)

    def _near(self) -> list[ServiceRequest]:
        """Those of the same category in the same building or, where there is none, the same grid; the newest first."""
        row = self.request
        here = {"building": row.building_id} if row.building_id else {"grid": row.grid_id}
        rows = self._open().filter(category=row.category_id, **here).order_by("-submitted_at", "-pk")
        return list(rows.only("number", "title", "place")[:NEAR])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors or cleaned.get("master"):
            return cleaned
        number = cleaned.get("number", "").strip()
        if not number:
            self.add_error("master", _("请选一件，或者写上编号。"))
            return cleaned
        found = list(self._open().filter(number__iendswith=number)[:2])
        if len(found) != 1:
            missing = _("没有找到还在办的这一件，请核对编号。")
            self.add_error("number", _("不止一件，请写完整编号。") if found else missing)
        else:
            cleaned["master"] = found[0]
        return cleaned

    def given(self) -> dict[str, Any]:
        return {name: value for name, value in super().given().items() if name != "number"}


class SplitForm(StepForm):
    button = gettext_lazy("拆出来单独办")
    lead = gettext_lazy("拆出来以后重新安排人办，期限还按提交的时候算。")
    text = words_field(gettext_lazy("为什么不是同一件事"), help_text=gettext_lazy("提出的人也看得到。"))


class ReopenForm(StepForm):
    button = gettext_lazy("重新办理")
    lead = gettext_lazy("从今天起重新计时，换一位来审核。")
    text = words_field(gettext_lazy("还有什么没有解决"))


MERGING_FORMS: dict[str, type[StepForm]] = {
    "merge": MergeForm,
    "split": SplitForm,
    "reopen": ReopenForm,
}


def _as_choice(row: ServiceRequest) -> str:
    return f"{row.number} {row.title} · {row.place}"
