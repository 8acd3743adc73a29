"""What the steps ask that make a request wait: a question, leave of the secretary, a body outside; and what ends it."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.forms import PhotosField
from core.templatetags.portal import day
from helpdesk.forms.step import StepForm, day_field, words_field
from helpdesk.models import Approval
from helpdesk.states import EXTEND_DAYS, SUSPEND_DAYS

SEEN = gettext_lazy("居民也看得到这句话。")
UNSEEN = gettext_lazy("只给社区书记和办理的人看。")


class GrantingForm(StepForm):
    """A step of the secretary: where somebody has asked for it, it is filled in as it was asked for."""

    asked_step: str = ""
    asked_day: str = ""

    @cached_property
    def asked(self) -> Any:
        """What was asked for, or None; a query only where something is awaited."""
        if not self.asked_step or self.request.asked_for != self.asked_step:
            return None
        return Approval.objects.open_of(self.request)

    def prepare(self) -> None:
        if self.asked is None:
            return
        self.fields["text"].initial = self.asked.text
        if self.asked_day:
            self.fields[self.asked_day].initial = self.asked.until
        self.lead = _("%(who)s在%(day)s申请的；您可以改了再定。") % {
            "who": self.asked.asked_by.name,
            "day": day(self.asked.asked_at),
        }


class AskInfoForm(GrantingForm):
    asked_step: str = Approval.Step.ASK_INFO
    button = gettext_lazy("发给本人")
    lead = gettext_lazy("一次只问一件事。本人有 5 天时间补充，这段时间不计时。")
    text = words_field(
        gettext_lazy("要请本人说清楚什么"), help_text=gettext_lazy("例如：漏水的是哪个房间，什么时候开始的？")
    )


class AnswerForm(StepForm):
    button = gettext_lazy("补充好了")
    lead = gettext_lazy("补充好就接着办；不清楚的，写您知道的就行。")
    text = words_field(gettext_lazy("您的回答"), rows=4, most=2000)
    photos = PhotosField(help_text=gettext_lazy("有照片更清楚，最多 6 张。"))


class AnswerForForm(StepForm):
    button = gettext_lazy("记下来")
    lead = gettext_lazy("打电话或当面问到了，替本人记下；本人也看得到。")
    calls_first = True
    text = words_field(gettext_lazy("本人怎么说"), rows=4, most=2000)


class AskAgainForm(StepForm):
    button = gettext_lazy("请社区书记同意")
    lead = gettext_lazy("已经请本人补充过一次；再问一次，要社区书记同意。")
    text = words_field(gettext_lazy("还要问什么"), help_text=UNSEEN)


class AskSuspendForm(StepForm):
    button = gettext_lazy("申请挂账")
    lead = gettext_lazy("一时办不了的，可以申请先挂一挂；期限照样算，到了日子再看。")
    text = words_field(gettext_lazy("为什么现在办不了"), help_text=UNSEEN)
    until = day_field(gettext_lazy("哪天再看"))

    def prepare(self) -> None:
        self.fields["until"].help_text = _("最多 %(days)s 天。") % {"days": SUSPEND_DAYS}


class AskExtendForm(StepForm):
    button = gettext_lazy("申请延期")
    lead = gettext_lazy("到期以前可以申请延一次。")
    text = words_field(gettext_lazy("为什么来不及"), help_text=UNSEEN)
    until = day_field(gettext_lazy("延到哪天"))

    def prepare(self) -> None:
        self.fields["until"].help_text = _how_far(self.request.due_at)


class SuspendForm(GrantingForm):
    asked_step: str = Approval.Step.SUSPEND
    asked_day = "review_on"
    button = gettext_lazy("挂账")
    lead = gettext_lazy("挂账不停表；到了日子会提醒您再看。")
    text = words_field(gettext_lazy("为什么现在办不了"), help_text=SEEN)
    review_on = day_field(gettext_lazy("哪天再看"))

    def prepare(self) -> None:
        super().prepare()
        self.fields["review_on"].help_text = _("最多 %(days)s 天。") % {"days": SUSPEND_DAYS}


class ProlongForm(SuspendForm):
    asked_step = ""
    button = gettext_lazy("再挂一段时间")


class ResumeForm(StepForm):
    button = gettext_lazy("接着办")
    text = words_field(gettext_lazy("给居民的话"), rows=2, required=False)


class ExtendForm(GrantingForm):
    asked_step: str = Approval.Step.EXTEND
    asked_day = "until"
    button = gettext_lazy("延期")
    lead = gettext_lazy("只能延一次，提出的人会收到通知。")
    text = words_field(gettext_lazy("为什么延期"), help_text=SEEN)
    until = day_field(gettext_lazy("延到哪天"))

    def prepare(self) -> None:
        super().prepare()
        self.fields["until"].help_text = _how_far(self.request.due_at)


class RefuseForm(StepForm):
    button = gettext_lazy("不同意")
    text = words_field(gettext_lazy("为什么"), help_text=UNSEEN)

    def prepare(self) -> None:
        asked = Approval.objects.open_of(self.request) if self.request.asked_for else None
        if asked:
            self.lead = _("%(who)s申请%(what)s：%(text)s") % {
                "who": asked.asked_by.name,
                "what": asked.get_step_display(),
                "text": asked.text,
            }


class ReferForm(StepForm):
    button = gettext_lazy("转给这个单位")
    lead = gettext_lazy("转出去以后，这件事还在这里开着，由办理的人一直去问。")
    referred_to = forms.CharField(
        label=gettext_lazy("转给哪个单位"),
        max_length=80,
        help_text=gettext_lazy("例如：街道城管科、12345、自来水公司。"),
    )
    referred_number = forms.CharField(label=gettext_lazy("那边的编号"), required=False, max_length=40)
    next_check_on = day_field(gettext_lazy("哪天去问"))
    text = words_field(gettext_lazy("给居民的话"), rows=2, required=False)

    def prepare(self) -> None:
        self.fields["next_check_on"].initial = clock.today() + timedelta(days=7)


class CheckedForm(StepForm):
    button = gettext_lazy("记下来")
    text = words_field(gettext_lazy("那边怎么说"), help_text=SEEN)
    next_check_on = day_field(gettext_lazy("下次哪天去问"))

    def prepare(self) -> None:
        self.fields["next_check_on"].initial = clock.today() + timedelta(days=7)


class TakeBackForm(StepForm):
    button = gettext_lazy("拿回来自己办")
    text = words_field(gettext_lazy("为什么拿回来"), help_text=SEEN)


def _how_far(due_at: Any) -> str:
    return _("原来的期限是%(day)s，最多再延 %(days)s 天。") % {"day": day(due_at), "days": EXTEND_DAYS}


LATER_FORMS: dict[str, type[StepForm]] = {
    "ask_info": AskInfoForm,
    "answer": AnswerForm,
    "answer_for": AnswerForForm,
    "ask_again": AskAgainForm,
    "ask_suspend": AskSuspendForm,
    "ask_extend": AskExtendForm,
    "suspend": SuspendForm,
    "prolong": ProlongForm,
    "resume": ResumeForm,
    "extend": ExtendForm,
    "refuse": RefuseForm,
    "refer": ReferForm,
    "checked": CheckedForm,
    "take_back": TakeBackForm,
}
