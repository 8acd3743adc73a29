"""The forms of a study: putting it up, letting it out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alliance.models import Partner, Study
from community.models import User
from core import clock
from core.files import clean_pdf
from core.forms import PortalForm
from helpdesk.forms.fields import RowField
from helpdesk.forms.step import words_field

FIRST_YEAR = 1980


class PaperField(forms.FileField):
    """A PDF that only shows pages; gives its bytes, None where none was sent."""

    def clean(self, data: Any, initial: Any = None) -> bytes | None:
        file = super().clean(data, initial)
        return clean_pdf(file) if file else None


class StudyForm(PortalForm):
    title = forms.CharField(label=gettext_lazy("题目"), max_length=100)
    authors = forms.CharField(
        label=gettext_lazy("作者"), max_length=120, help_text=gettext_lazy("几个人的，用顿号隔开。")
    )
    partner = RowField(label=gettext_lazy("哪个单位做的"), required=False, empty=gettext_lazy("不选"))
    year = forms.IntegerField(label=gettext_lazy("哪一年"), min_value=FIRST_YEAR)
    summary = words_field(gettext_lazy("摘要"), rows=5, most=1000, help_text=gettext_lazy("发现了什么，建议什么。"))
    paper = PaperField(
        label=gettext_lazy("文件（PDF）"), widget=forms.ClearableFileInput(attrs={"accept": "application/pdf"})
    )

    def __init__(self, *args: Any, user: User, community_id: int, study: Study | None = None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"year": clock.today().year}
        if study:
            initial = {name: getattr(study, name) for name in ("title", "authors", "year", "summary")}
            initial["partner"] = str(study.partner_id or "")
        super().__init__(*args, initial=initial, **kwargs)
        rows = Partner.objects.visible_to(user).filter(community=community_id).order_by("name")
        self.fields["partner"].offer(rows)  # type: ignore[attr-defined]
        if study:
            self.fields["paper"].required = False
            self.fields["paper"].label = _("换一份文件（PDF）")
            self.fields["paper"].help_text = _("不换就不用选。换了文件，要重新公开。")

    def clean_year(self) -> int:
        year: int = self.cleaned_data["year"]
        if year > clock.today().year:
            raise forms.ValidationError(_("年份不能在今年以后。"))
        return year


class ReleaseForm(PortalForm):
    agreed = forms.BooleanField(label=gettext_lazy("作者同意公开，里面没有居民的姓名、电话和门牌"))
