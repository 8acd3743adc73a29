"""What each step of a request asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from core import clock
from core.forms import PhotosField
from helpdesk.forms.appointments import SlotForm
from helpdesk.forms.fields import PICK, AgreementField, text_area
from helpdesk.forms.handing_out import HANDING_OUT_FORMS
from helpdesk.forms.later import LATER_FORMS
from helpdesk.forms.merging import MERGING_FORMS
from helpdesk.forms.step import StepForm
from helpdesk.models import Rating, ServiceRequest


class RejectForm(StepForm):
    button = gettext_lazy("不予受理")
    reason = forms.ChoiceField(
        label=gettext_lazy("为什么"),
        widget=forms.RadioSelect,
        choices=[
            one for one in ServiceRequest.RejectReason.choices if one[0] != ServiceRequest.RejectReason.NOT_AGREED
        ],
    )
    turn_to = forms.CharField(
        label=gettext_lazy("可以找谁办"),
        max_length=500,
        widget=text_area(3),
        help_text=gettext_lazy("写清楚单位、电话和地址，让人不白跑。"),
    )


class DeclineForm(StepForm):
    """One of two households does not want it; neither is told which."""

    button = gettext_lazy("不调解了")
    lead = gettext_lazy("两家看到的一样，不会写是哪一家不愿意。")
    turn_to = forms.CharField(
        label=gettext_lazy("还可以找谁"),
        max_length=500,
        widget=text_area(3),
        help_text=gettext_lazy("例如街道人民调解委员会、派出所、法院，写清楚电话和地址。"),
    )
    note = forms.CharField(
        label=gettext_lazy("是怎么回事"),
        required=False,
        max_length=500,
        widget=text_area(2),
        help_text=gettext_lazy("只给办理的人看。"),
    )


class SignForm(SlotForm):
    button = gettext_lazy("签收")
    calls_first = True
    field_order = ["first_contact_at", "slot_day", "slot_from", "slot_until", "appointment", "text"]
    first_contact_at = forms.DateTimeField(
        label=gettext_lazy("什么时候联系的居民"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("先打个电话，再签收。"),
        error_messages={"invalid": gettext_lazy("请写日期和时间，例如 2026-11-20 9:05。")},
    )
    text = forms.CharField(label=gettext_lazy("给居民的话"), required=False, max_length=500, widget=text_area(2))

    def prepare(self) -> None:
        self.fields["first_contact_at"].initial = clock.local(clock.now()).replace(second=0, microsecond=0)


class HandBackForm(StepForm):
    button = gettext_lazy("退回")
    lead = gettext_lazy("每人只能退一次，退单次数大家看得到。")
    text = forms.CharField(
        label=gettext_lazy("为什么办不了"),
        max_length=500,
        widget=text_area(3),
        help_text=gettext_lazy("居民也看得到这句话。"),
    )
    photos = PhotosField(help_text=gettext_lazy("现场的照片，最多 6 张。"))


class ReplyForm(StepForm):
    button = gettext_lazy("报告结果")
    result = forms.ChoiceField(
        label=gettext_lazy("办得怎么样"), widget=forms.RadioSelect, choices=ServiceRequest.Result.choices
    )
    text = forms.CharField(
        label=gettext_lazy("给居民的答复"),
        max_length=1000,
        widget=text_area(4),
        help_text=gettext_lazy("办了什么，以后要注意什么；办不了的，写明为什么、还能怎么办。"),
    )
    photos = PhotosField(label=gettext_lazy("办完以后的照片"), help_text=gettext_lazy("最多 6 张。"))
    agreement = AgreementField(
        label=gettext_lazy("两家签字的调解协议"),
        required=False,
        help_text=gettext_lazy("谈拢了要附上：拍照或 PDF，两家都看得到。没有谈拢就不用。"),
    )

    def prepare(self) -> None:
        if not self.request.has_parties:
            self.drop("agreement")
        self.fields["photos"].required = self.request.category.needs_photo
        self.fields["photos"].error_messages["required"] = gettext_lazy(
            "请附一张办完以后的照片，让居民和审核的人都看得到。"
        )


class ReportBackForm(ReplyForm):
    lead = gettext_lazy("写那边办得怎么样；审核以后，再请提出的人评价。")

    def prepare(self) -> None:
        super().prepare()
        self.fields["photos"].required = False


class ResolveForm(StepForm):
    button = gettext_lazy("审核通过")
    lead = gettext_lazy("通过以后，会请提出的人评价。")
    text = forms.CharField(label=gettext_lazy("给居民的话"), required=False, max_length=500, widget=text_area(2))


class ConcludeForm(StepForm):
    """The end of a mediation: nobody is asked to rate it, but both households are asked again."""

    button = gettext_lazy("审核通过，结束")
    lead = gettext_lazy("调解不请人评价；过些日子再去看看。")
    follow_up_on = forms.DateField(
        label=gettext_lazy("哪天去两家回访"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("谈拢了的都要回访，看看约定的事做到没有。"),
    )
    text = forms.CharField(label=gettext_lazy("给居民的话"), required=False, max_length=500, widget=text_area(2))

    def prepare(self) -> None:
        if not self.request.has_parties:
            self.drop("follow_up_on")
        elif self.request.result != ServiceRequest.Result.IMPOSSIBLE:
            self.fields["follow_up_on"].initial = clock.today() + timedelta(days=30)


class SendBackForm(StepForm):
    button = gettext_lazy("退回补办")
    text = forms.CharField(label=gettext_lazy("还差什么"), max_length=500, widget=text_area(3))


class WithdrawForm(StepForm):
    button = gettext_lazy("撤回")
    lead = gettext_lazy("撤回以后就不再办了；以后要办，可以再提一件。")
    text = forms.CharField(label=gettext_lazy("为什么撤回"), required=False, max_length=200)


class RateForm(StepForm):
    """Big words for a small question."""

    button = gettext_lazy("提交评价")
    thanks = gettext_lazy("谢谢您的评价。")
    solved = forms.ChoiceField(
        label=gettext_lazy("这件事解决了吗"), widget=forms.RadioSelect, choices=Rating.Solved.choices
    )
    score = forms.TypedChoiceField(
        label=gettext_lazy("您满意吗"), widget=forms.RadioSelect, choices=Rating.Score.choices, coerce=int
    )
    reasons = forms.MultipleChoiceField(
        label=gettext_lazy("好在哪里，差在哪里"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=Rating.Reason.choices,
    )
    text = forms.CharField(label=gettext_lazy("还想说的话"), required=False, max_length=500, widget=text_area(3))

    FACES = {5: "emoji-laughing", 4: "emoji-smile", 3: "emoji-neutral", 2: "emoji-frown", 1: "emoji-angry"}

    def prepare(self) -> None:
        for name in ("solved", "score"):
            self.fields[name].error_messages["required"] = PICK

    def faces(self) -> list[tuple[Any, str]]:
        """The radio buttons of the score, each with the icon of its face."""
        return [(radio, self.FACES[int(radio.data["value"])]) for radio in self["score"].subwidgets]


STEP_FORMS: dict[str, type[StepForm]] = {
    **HANDING_OUT_FORMS,
    "reject": RejectForm,
    "decline": DeclineForm,
    "sign": SignForm,
    "hand_back": HandBackForm,
    "reply": ReplyForm,
    "resolve": ResolveForm,
    "conclude": ConcludeForm,
    "send_back": SendBackForm,
    "withdraw": WithdrawForm,
    "rate": RateForm,
    "report_back": ReportBackForm,
    **LATER_FORMS,
    **MERGING_FORMS,
}


def step_form(action: str, *args: Any, **kwargs: Any) -> StepForm:
    """The form of one step of the table, which knows what it is for."""
    form = STEP_FORMS[action](*args, **kwargs)
    form.action = action
    return form
