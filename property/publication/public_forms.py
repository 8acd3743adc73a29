"""Forms of what residents and the committee add to a published quarter."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import PhotosField, PortalForm
from property.models import Publication


def _words(label: Any, most: int, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea(attrs={"rows": 3}), **options)


class AskForm(PortalForm):
    text = _words(
        _("您想问什么"), 500, help_text=_("问题和答复全小区都能看到，不写您是谁。请不要写别人的姓名、电话和门牌。")
    )


class AnswerForm(PortalForm):
    answer = _words(_("答复"), 1000, help_text=_("全小区都能看到。请不要写居民的姓名、电话和门牌。"))


class PhotoForm(PortalForm):
    place = forms.CharField(label=_("张贴在"), max_length=60, help_text=_("例如：小区公告栏、3 幢门口。"))
    posted_on = forms.DateField(
        label=_("哪天拍的"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), initial=clock.today
    )
    photos = PhotosField(label=_("照片"), required=True, most=6)

    def __init__(self, *args: Any, publication: Publication, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first, last = publication.notice_from, publication.notice_to
        if first and last:
            self.fields["posted_on"].widget.attrs |= {"min": first.isoformat(), "max": last.isoformat()}


class PetitionForm(PortalForm):
    reason = _words(_("为什么要审计"), 500, help_text=_("全小区都能看到，不写是谁发起的。"))


class OutcomeForm(PortalForm):
    outcome = _words(_("办理结果"), 500, help_text=_("例如：已请某某会计师事务所审计，报告在公告栏。全小区都能看到。"))
