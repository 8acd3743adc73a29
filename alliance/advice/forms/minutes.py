"""The forms of minutes: writing them, correcting them, making public what was recommended."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alliance.advice.people import advisers_of, office_of
from alliance.advice.wording import unfit
from alliance.models import AdviceAttendance, AdviceSession, AgendaItem, MinutesRemark, Recommendation
from core.forms import PortalForm
from helpdesk.forms.fields import RowsField
from helpdesk.forms.step import words_field

MORE_ITEMS, MOST_PEOPLE, MOST_RECOMMENDATIONS = 2, 40, 60


class MinutesForm(PortalForm):
    """Who came and what was said to each point; below, room for points that came up."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    attended = RowsField(label=gettext_lazy("谁到会了"), most=MOST_PEOPLE)
    guests = forms.CharField(
        label=gettext_lazy("列席的人"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("没有账号的，写在这里，例如：街道民政科一人。"),
    )
    closing = words_field(gettext_lazy("另外要记的"), rows=3, most=2000, required=False)

    def __init__(self, *args: Any, session: AdviceSession, **kwargs: Any) -> None:
        self.items = list(AgendaItem.objects.of(session))
        seats = list(AdviceAttendance.objects.of(session).select_related("user"))
        came = [seat for seat in seats if seat.attended or (seat.attended is None and seat.answer == "coming")]
        kwargs["initial"] = {
            "version": session.version,
            "attended": [str(seat.user_id) for seat in came],
            "guests": session.guests,
            "closing": session.closing,
            **{f"said_{item.pk}": item.said for item in self.items},
        }
        super().__init__(*args, **kwargs)
        people = {seat.user_id: seat.user for seat in seats}
        for one in [*advisers_of(session.community_id), *office_of(session.community_id)]:
            people.setdefault(one.pk, one)
        self.fields["attended"].offer(list(people.values()))  # type: ignore[attr-defined]
        for item in self.items:
            label = _("%(position)d. %(title)s") % {"position": item.position, "title": item.title}
            self.fields[f"said_{item.pk}"] = words_field(label, rows=4, most=3000, required=False)
        for number in range(1, MORE_ITEMS + 1):
            self.fields[f"title_{number}"] = forms.CharField(label=_("还谈了什么"), required=False, max_length=80)
            self.fields[f"words_{number}"] = words_field(_("讨论了什么"), rows=3, most=3000, required=False)

    @cached_property
    def helper(self) -> FormHelper:
        helper = FormHelper(self)
        helper.form_tag, helper.disable_csrf, helper.include_media = False, True, False
        more = [name for number in range(1, MORE_ITEMS + 1) for name in (f"title_{number}", f"words_{number}")]
        said = [f"said_{item.pk}" for item in self.items]
        helper.layout = Layout(
            "submission",
            "version",
            "attended",
            "guests",
            Fieldset(_("议程上的"), *said),
            Fieldset(_("临时谈到的"), *more),
            "closing",
        )
        return helper

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for number in range(1, MORE_ITEMS + 1):
            if cleaned.get(f"words_{number}") and not cleaned.get(f"title_{number}"):
                self.add_error(f"title_{number}", _("请写这一段谈的是什么。"))
        return cleaned

    def given(self) -> dict[str, Any]:
        given = self.cleaned_data
        added = [(given[f"title_{number}"], given[f"words_{number}"]) for number in range(1, MORE_ITEMS + 1)]
        return {
            "version": given["version"],
            "attended": given["attended"],
            "guests": given["guests"],
            "closing": given["closing"],
            "said": {item.pk: given[f"said_{item.pk}"] for item in self.items},
            "added": [pair for pair in added if pair[0]],
        }


class RemarkForm(PortalForm):
    text = words_field(
        gettext_lazy("哪里要改、改成什么"), help_text=gettext_lazy("例如：第二项里说的是三号楼，不是二号楼。")
    )


class RemarkAnswerForm(PortalForm):
    answer = forms.ChoiceField(
        label=gettext_lazy("改了吗"), choices=MinutesRemark.Answer.choices, widget=forms.RadioSelect
    )
    answer_text = forms.CharField(
        label=gettext_lazy("说明"), required=False, max_length=200, help_text=gettext_lazy("没有改的，写一句为什么。")
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("answer") == MinutesRemark.Answer.LEFT and not cleaned.get("answer_text"):
            self.add_error("answer_text", _("没有改的，请写一句为什么。"))
        return cleaned


class OpenAgainForm(PortalForm):
    reason = words_field(
        gettext_lazy("还要改什么"), help_text=gettext_lazy("纪要会回到核对这一步，已经签的字要重新签。")
    )


class SignForm(PortalForm):
    """A signature under the minutes as they were read."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class PublishForm(PortalForm):
    """What residents read of a session: a few words, and which of its recommendations."""

    public_text = words_field(
        gettext_lazy("给居民看的话"),
        rows=4,
        most=600,
        help_text=gettext_lazy("几句话说清楚这次会议谈了什么。不写没有同意公开的姓名，不写电话和门牌。"),
    )
    public = RowsField(
        label=gettext_lazy("哪几条建议给居民看"),
        most=MOST_RECOMMENDATIONS,
        required=False,
        help_text=gettext_lazy("说到某一户、某个人的，不要勾。"),
    )

    def __init__(self, *args: Any, session: AdviceSession, **kwargs: Any) -> None:
        self.session = session
        rows = list(Recommendation.objects.of(session))
        initial = {"public_text": session.public_text, "public": [str(one.pk) for one in rows if one.is_public]}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["public"].offer(rows, label=_numbered)  # type: ignore[attr-defined]
        if not rows:
            self.drop("public")

    def clean(self) -> dict[str, Any]:
        """Say of each field what must be taken out of it, or what must not be shown."""
        cleaned = super().clean() or self.cleaned_data
        if found := unfit(self.session.community_id, cleaned.get("public_text") or ""):
            words = {"words": _("、").join(f"“{one}”" for one in found)}
            self.add_error("public_text", _("居民看得到这些话，里面不能写 %(words)s。请改一改。") % words)
        for one in cleaned.get("public") or []:
            if found := unfit(self.session.community_id, one.text, one.because, one.to_whom, one.answer):
                words = {"position": one.position, "words": _("、").join(f"“{each}”" for each in found)}
                self.add_error("public", _("第 %(position)d 条里有 %(words)s，不能给居民看，请不要勾。") % words)
        return cleaned

    def given(self) -> dict[str, Any]:
        return {"public": [], **super().given()}


def _numbered(one: Recommendation) -> str:
    return f"{one.position}. {one.text}"
