"""How a story is written, and what is looked over before it goes out."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import PortalForm
from helpdesk import stories
from helpdesk.forms.fields import RowField, text_area
from helpdesk.models import ServiceRequest, Story, UpdatePhoto


class StoryForm(PortalForm):
    """What everybody will read. Names and doors are pointed out once; numbers never pass."""

    title = forms.CharField(
        label=gettext_lazy("一句话说办了什么"),
        max_length=60,
        help_text=gettext_lazy("例如：3 幢楼道的灯都换成了感应灯。"),
    )
    text = forms.CharField(
        label=gettext_lazy("怎么办的"),
        required=False,
        max_length=500,
        widget=text_area(4),
        help_text=gettext_lazy("不写名字、门牌和电话。"),
    )
    place = forms.CharField(
        label=gettext_lazy("大概在哪里"), required=False, max_length=40, help_text=gettext_lazy("写到楼幢就够了。")
    )
    before = RowField(label=gettext_lazy("办理前的照片"), required=False, widget=forms.RadioSelect)
    after = RowField(
        label=gettext_lazy("办理后的照片"),
        required=False,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("没有人脸、门牌和车牌，才放上去。"),
    )
    sure = forms.BooleanField(label=gettext_lazy("我看过了，就这样公开"), required=False)

    def __init__(self, *args: Any, request: ServiceRequest, story: Story | None, **kwargs: Any) -> None:
        super().__init__(*args, initial=_initial(request, story), **kwargs)
        self.request, self.warned = request, False
        for name, photos in stories.photos_of(request).items():
            field = self.fields[name]
            assert isinstance(field, RowField)
            if photos:
                field.empty = _("不放照片")
                field.offer(photos, label=self._shown)
            else:
                self.drop(name)

    def _shown(self, photo: UpdatePhoto) -> SafeString:
        url = reverse("helpdesk:photo", args=[self.request.pk, photo.pk])
        return format_html(
            '<img class="pick-photo" src="{}?size=small" alt="{}" loading="lazy">', url, photo.get_moment_display()
        )

    @cached_property
    def helper(self) -> FormHelper:
        if not self.warned:
            self.drop("sure")
        return super().helper

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in ("title", "text", "place"):
            if stories.numbers_in(cleaned.get(name) or ""):
                self.add_error(name, _("电话和证件号码不能公开，请去掉。"))
        text = " ".join(cleaned.get(name) or "" for name in ("title", "text", "place"))
        found = stories.gives_away(self.request, text)
        self.warned = bool(found)
        if found and not cleaned.get("sure"):
            words = _("、").join(f"“{one}”" for one in found)
            said = _("里面写了%(words)s，像是名字或者门牌。请改一改；确实要写，就勾选“我看过了”。")
            self.add_error(None, said % {"words": words})
        return cleaned

    def given(self) -> dict[str, Any]:
        given = {"before": None, "after": None, **super().given()}
        given.pop("sure", None)
        return given


def _initial(request: ServiceRequest, story: Story | None) -> dict[str, Any]:
    if story:
        photos = {"before": str(story.before_id or ""), "after": str(story.after_id or "")}
        return {"title": story.title, "text": story.text, "place": story.place, **photos}
    place = request.building.label if request.building else request.place
    return {"title": request.title, "place": place if request.place_kind != "home" or request.building else ""}
