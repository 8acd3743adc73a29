"""The forms of a recommendation: putting it down, answering it, following it, saying what came of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alliance.advice.states import ANSWER_DAYS, FOLLOW_UP, OFFICE, Verdict
from alliance.models import Activity, Project, Recommendation
from community.models import User
from core import clock
from core.forms import PortalForm
from helpdesk.forms.fields import RowField
from helpdesk.forms.step import day_field, words_field
from helpdesk.models import ServiceRequest

NEWEST = 100
_OUT = gettext_lazy("公开以后居民看得到，不写姓名、电话和门牌。")


class RecommendationForm(PortalForm):
    text = words_field(gettext_lazy("建议什么"), help_text=gettext_lazy("一条只写一件事，写到能照着做。"))
    because = words_field(gettext_lazy("为什么"), required=False)
    to_whom = forms.CharField(label=gettext_lazy("提给谁"), max_length=60, initial=gettext_lazy("社区居委会"))
    due_on = day_field(gettext_lazy("哪天前答复"))

    def __init__(self, *args: Any, row: Recommendation | None = None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"due_on": clock.today() + timedelta(days=ANSWER_DAYS)}
        if row:
            initial = {name: getattr(row, name) for name in ("text", "because", "to_whom", "due_on")}
        super().__init__(*args, initial=initial, **kwargs)


class AnswerForm(PortalForm):
    """Adopted, partly, or declined: each with its reason."""

    verdict = forms.ChoiceField(label=gettext_lazy("怎么答复"), choices=Verdict.choices, widget=forms.RadioSelect)
    words = words_field(
        gettext_lazy("理由"),
        rows=4,
        help_text=gettext_lazy(
            "采纳的，写打算怎么做；没有采纳的，写为什么。公开以后居民看得到，不写姓名、电话和门牌。"
        ),
    )
    look_on = day_field(
        gettext_lazy("采纳的，哪天再看做得怎么样"),
        required=False,
        help_text=gettext_lazy("到那天会提醒；不写就是三十天以后。"),
    )

    def clean_look_on(self) -> Any:
        return _ahead(self.cleaned_data["look_on"])


class FollowForm(PortalForm):
    """The steps that are open now, with what is to be told about them."""

    action = forms.ChoiceField(label=gettext_lazy("做到哪一步了"), widget=forms.RadioSelect)
    words = words_field(gettext_lazy("说明"), help_text=_OUT)
    look_on = day_field(
        gettext_lazy("还没做好的，哪天再看"),
        required=False,
        help_text=gettext_lazy("到那天会提醒；不写就是三十天以后。"),
    )

    def __init__(self, *args: Any, row: Recommendation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps = FOLLOW_UP.steps(row.progress, (OFFICE,))
        self.fields["action"].choices = [(one.action, one.label) for one in steps]  # type: ignore[attr-defined]

    def clean_look_on(self) -> Any:
        return _ahead(self.cleaned_data["look_on"])


class OutcomeForm(PortalForm):
    """What came of it: a request by its number, a project, an activity, or words."""

    number = forms.CharField(
        label=gettext_lazy("一件诉求"),
        required=False,
        max_length=30,
        help_text=gettext_lazy("写诉求编号。居民只看到是哪一类、办到哪一步。"),
    )
    project = RowField(label=gettext_lazy("一个项目"), required=False, empty=gettext_lazy("不选"))
    activity = RowField(label=gettext_lazy("一次活动"), required=False, empty=gettext_lazy("不选"))
    words = words_field(gettext_lazy("或者写几句话"), required=False, help_text=_OUT)

    def __init__(self, *args: Any, row: Recommendation, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row, self.user = row, user
        offered: dict[str, Any] = {"project": Project, "activity": Activity}
        for name, model in offered.items():
            rows = model.objects.visible_to(user).filter(community=row.community_id).order_by("-created_at")
            self.fields[name].offer(list(rows[:NEWEST]))  # type: ignore[attr-defined]

    def clean_number(self) -> ServiceRequest | None:
        number = self.cleaned_data["number"].strip()
        if not number:
            return None
        rows = ServiceRequest.objects.visible_to(self.user).filter(community=self.row.community_id)
        found: ServiceRequest | None = rows.filter(number=number).first()
        if found is None:
            raise forms.ValidationError(_("没有找到这个编号的诉求，请再核对一下。"))
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        links = [name for name in ("number", "project", "activity") if cleaned.get(name)]
        if len(links) > 1:
            self.add_error(links[1], _("一次只连一件，请分开记。"))
        elif not links and not cleaned.get("words") and not self.errors:
            self.add_error("words", _("请选一件办成的事，或者写几句话。"))
        return cleaned

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {
            "request": given["number"],
            "project": given["project"],
            "activity": given["activity"],
            "words": given["words"],
        }


def _ahead(day: Any) -> Any:
    if day and day <= clock.today():
        raise forms.ValidationError(_("请写以后的日子。"))
    return day
