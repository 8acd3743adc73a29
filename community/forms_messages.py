"""Forms around messages: where one reads mail, what of it, and the groups with a robot."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community import messages
from community.models import Channel, Choice, Community
from core.forms import PortalForm
from core.quiet import FROM, UNTIL

EVENINGS = range(17, FROM + 1)
MORNINGS = range(UNTIL, 13)


class AddressForm(PortalForm):
    address = forms.EmailField(
        label=gettext_lazy("您的邮箱"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "autocapitalize": "none"}),
        help_text=gettext_lazy("我们往这里发一个六位验证码，填对了才开始发邮件。"),
        error_messages={
            "required": gettext_lazy("请填写邮箱。"),
            "invalid": gettext_lazy("这不像一个邮箱地址，例如 wang@qq.com。"),
        },
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        if data is not None and data.get("address"):
            data = data.copy()
            data["address"] = unicodedata.normalize("NFKC", data["address"]).strip()
        super().__init__(data, **kwargs)


class MailCodeForm(PortalForm):
    code = forms.CharField(
        label=gettext_lazy("六位验证码"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "code"}),
        error_messages={"required": gettext_lazy("请填写邮件里的六位验证码。")},
    )

    def clean_code(self) -> str:
        digits = "".join(unicodedata.normalize("NFKC", self.cleaned_data["code"]).split())
        if len(digits) != 6 or not digits.isascii() or not digits.isdigit():
            raise forms.ValidationError(_("验证码是六位数字，请再看一看邮件。"))
        return digits


class ChoiceForm(PortalForm):
    """Which notices come by mail, and when none."""

    wanted = forms.MultipleChoiceField(
        label=gettext_lazy("哪些也发到邮箱"), required=False, widget=forms.CheckboxSelectMultiple
    )
    brief = forms.BooleanField(label=gettext_lazy("邮件里不写内容，只说有新消息，登录了再看"), required=False)
    quiet_from = forms.TypedChoiceField(
        label=gettext_lazy("晚上几点以后不发"),
        coerce=int,
        help_text=gettext_lazy("晚上 20 点到早上 8 点总是不发，除非事情紧急；您可以让安静的时间更长。"),
    )
    quiet_until = forms.TypedChoiceField(label=gettext_lazy("早上几点再发"), coerce=int)

    def __init__(self, data: Any = None, *, choice: Choice | None, staff: bool, **kwargs: Any) -> None:
        topics = messages.topics(staff=staff)
        muted = choice.muted.split() if choice else []
        initial = {
            "wanted": [one.slug for one in topics if one.slug not in muted],
            "brief": choice.brief if choice else False,
            "quiet_from": choice.quiet_from if choice else FROM,
            "quiet_until": choice.quiet_until if choice else UNTIL,
        }
        super().__init__(data, initial=initial, **kwargs)
        for name, choices in (
            ("wanted", [(one.slug, one.words) for one in topics]),
            ("quiet_from", _hours(EVENINGS)),
            ("quiet_until", _hours(MORNINGS)),
        ):
            self.fields[name].choices = choices  # type: ignore[attr-defined]


class GroupForm(PortalForm):
    """A work group: its name, its robot's address (blank keeps what is there), what is told to it."""

    community = forms.ModelChoiceField(
        label=gettext_lazy("社区"), queryset=Community.objects.none(), empty_label=gettext_lazy("请选择")
    )
    name = forms.CharField(
        label=gettext_lazy("群名"), max_length=40, error_messages={"required": gettext_lazy("请给这个群起个名字。")}
    )
    address = forms.CharField(
        label=gettext_lazy("群机器人地址"),
        max_length=600,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
        help_text=gettext_lazy(
            "在企业微信、钉钉或飞书的群里添加机器人，把它给的地址整段粘贴到这里。存好以后不再显示。"
        ),
        error_messages={"required": gettext_lazy("请粘贴群机器人的地址。")},
    )
    secret = forms.CharField(
        label=gettext_lazy("钉钉的加签密钥"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
        help_text=gettext_lazy("只有钉钉机器人选了“加签”才要填，SEC 开头。"),
    )
    wanted = forms.MultipleChoiceField(
        label=gettext_lazy("往群里发什么"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, offices: Any, group: Channel | None = None, **kwargs: Any) -> None:
        kinds = messages.group_kinds()
        muted = group.muted.split() if group else []
        initial = {"name": group.name if group else "", "wanted": [kind for kind in kinds if kind not in muted]}
        super().__init__(data, initial=initial, **kwargs)
        self.fields["wanted"].choices = list(kinds.items())  # type: ignore[attr-defined]
        self.only = offices[0] if len(offices) == 1 else None
        if group or self.only:
            self.drop("community")
        else:
            self.fields["community"].queryset = offices  # type: ignore[attr-defined]
        if not kinds:
            self.drop("wanted")
        if group:
            self.fields["address"].required = False
            self.fields["address"].help_text = _("不换就留空。原来的地址不再显示。")

    def given(self) -> dict[str, Any]:
        given = {"wanted": [], **super().given()}
        return {**given, "community": self.only} if self.only else given


def _hours(hours: range) -> list[tuple[int, str]]:
    return [(hour, _("%(hour)d 点") % {"hour": hour}) for hour in hours]
