"""Forms of the community's own pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.apps import apps
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.actions import APPOINTABLE
from community.models import User
from community.phones import PhoneField
from community.roles import SCOPE_OF_ROLE, Office, Role
from community.sign_in_forms import PASSWORD_HELP
from core import clock
from core.forms import PortalForm

OTHER = "other"


class PasswordInput(forms.PasswordInput):
    def __init__(self, autocomplete: str) -> None:
        super().__init__(attrs={"autocomplete": autocomplete})


class CodeForm(PortalForm):
    code = forms.CharField(
        label=gettext_lazy("信上的码"),
        max_length=40,
        help_text=gettext_lazy("10 个字母和数字，大写小写都行，中间的横线可以不填。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "class": "code"}),
        error_messages={"required": gettext_lazy("请填写信上的码。")},
    )


class NewPasswordMixin(forms.Form):
    """A password typed twice and judged by the site's validators."""

    def check_new_password(self, user: User) -> None:
        given = self.cleaned_data
        if not given.get("password"):
            return
        if given["password"] != given.get("again"):
            self.add_error("again", _("两遍填的不一样，请再填一次。"))
        try:
            validate_password(given["password"], user)
        except ValidationError as error:
            self.add_error("password", error)


class ActivateForm(NewPasswordMixin, PortalForm):
    """Who redeems a household's letter, and with which account; a phone that is known proves its password."""

    who = forms.ChoiceField(
        label=gettext_lazy("您是哪一位"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选一下您是哪一位。")},
    )
    name = forms.CharField(
        label=gettext_lazy("您的姓名"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("选了“名单上没有我”才要填。"),
    )
    phone = PhoneField(help_text=gettext_lazy("以后用它登录。"))
    password = forms.CharField(
        label=gettext_lazy("密码"),
        widget=PasswordInput("new-password"),
        strip=False,
        help_text=PASSWORD_HELP,
        error_messages={"required": gettext_lazy("请设一个密码。")},
    )
    again = forms.CharField(
        label=gettext_lazy("再填一遍密码"),
        widget=PasswordInput("new-password"),
        strip=False,
        error_messages={"required": gettext_lazy("请再填一遍密码。")},
    )
    consent = forms.BooleanField(
        label=gettext_lazy("我看过上面的说明，同意社区这样使用我的信息"),
        error_messages={"required": gettext_lazy("同意以后才能开通。不想在网上办，也可以一直到社区办公室办。")},
    )

    def __init__(self, *args: Any, members: list[Any], request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.existing: User | None = None
        self._residents = {str(one.resident_id): one.resident for one in members}
        people = [(str(one.resident_id), masked_name(one)) for one in members]
        self.fields["who"].choices = [*people, (OTHER, _("名单上没有我"))]  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            for name in ("phone", "password", "again"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("who") == OTHER and not given.get("name", "").strip():
            self.add_error("name", _("请填写您的姓名。"))
        given["resident"] = self._residents.get(given.get("who", ""))
        if given.get("phone") and given.get("password"):
            self._find_account(given)
        return given

    def _find_account(self, given: dict[str, Any]) -> None:
        known = User.objects.filter(phone=given["phone"]).exists()
        if not known:
            self.check_new_password(User(phone=given["phone"], name=given.get("name", "")))
            return
        credentials = {"phone": given["phone"], "password": given["password"]}
        self.existing = get_adapter().authenticate(self.request, **credentials)
        if self.existing is None:
            self.add_error(
                "password", _("这个手机号以前开通过。请填原来的密码；忘了密码，请到社区办公室领一封新的密码信。")
            )


class FirstPasswordForm(NewPasswordMixin, PortalForm):
    """A new password, or the first one of a staff account."""

    password = forms.CharField(
        label=gettext_lazy("新密码"), widget=PasswordInput("new-password"), strip=False, help_text=PASSWORD_HELP
    )
    again = forms.CharField(label=gettext_lazy("再填一遍新密码"), widget=PasswordInput("new-password"), strip=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        self.check_new_password(self.user)
        return given


class LetterForm(PortalForm):
    """For which doors letters are printed."""

    building = forms.ModelChoiceField(
        label=gettext_lazy("哪一幢"),
        queryset=User.objects.none(),
        empty_label=gettext_lazy("请选择"),
        error_messages={"required": gettext_lazy("请选一幢楼。")},
    )
    which = forms.ChoiceField(
        label=gettext_lazy("给谁开"),
        widget=forms.RadioSelect,
        initial="new",
        choices=[
            ("new", gettext_lazy("还没有人开通、也没有信在手里的住户")),
            ("closed", gettext_lazy("还没有人开通的住户（旧信作废）")),
            ("all", gettext_lazy("这一幢的每一户（旧信作废）")),
        ],
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        buildings = apps.get_model("grids", "Building").objects.in_duty_of(user)
        self.fields["building"].queryset = buildings.select_related("estate")  # type: ignore[attr-defined]


class PhoneForm(PortalForm):
    phone = PhoneField(help_text=gettext_lazy("填这个人登录用的手机号。"))


class HandOverForm(PortalForm):
    checked = forms.BooleanField(
        label=gettext_lazy("我当面看过身份证，本人在纸条上签了名"),
        error_messages={"required": gettext_lazy("要当面核对、签名以后，这封信才能用。")},
    )


class ReasonForm(PortalForm):
    reason = forms.CharField(
        label=gettext_lazy("为什么"), max_length=200, error_messages={"required": gettext_lazy("请写一句原因。")}
    )


class RevealForm(PortalForm):
    """For what somebody looks at a sensitive value."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("看它做什么"),
        widget=forms.RadioSelect,
        choices=[
            ("contact", gettext_lazy("打电话联系本人")),
            ("visit", gettext_lazy("上门走访")),
            ("request", gettext_lazy("办理诉求")),
            ("check", gettext_lazy("核对身份")),
            (OTHER, gettext_lazy("别的事")),
        ],
        error_messages={"required": gettext_lazy("请选一下用途。")},
    )
    detail = forms.CharField(label=gettext_lazy("写清楚一点"), max_length=100, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("purpose") == OTHER and not given.get("detail", "").strip():
            self.add_error("detail", _("选了“别的事”，请写清楚是什么事。"))
        return given

    @property
    def words(self) -> str:
        """The purpose as the record keeps it."""
        label = dict(self.fields["purpose"].choices)[self.cleaned_data["purpose"]]  # type: ignore[attr-defined]
        return " · ".join(part for part in (str(label), self.cleaned_data["detail"].strip()) if part)


_PLACES = (
    (gettext_lazy("网格"), "grids.Grid"),
    (gettext_lazy("小区"), "grids.Estate"),
    (gettext_lazy("楼幢"), "grids.Building"),
    (gettext_lazy("联盟单位"), "alliance.Partner"),
)


class AppointForm(PortalForm):
    """Who holds which role, where, from when to when."""

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=40)
    phone = PhoneField(help_text=gettext_lazy("没有账号的会新建一个，再给本人一封开通信。"))
    role = forms.ChoiceField(label=gettext_lazy("担任什么"), choices=[("", gettext_lazy("请选择"))])
    place = forms.ChoiceField(
        label=gettext_lazy("管哪里"),
        required=False,
        help_text=gettext_lazy(
            "网格长选网格，楼栋管家选楼幢，门卫和自管会委员选小区，联盟联络员选单位；其他角色不用选。"
        ),
    )
    office = forms.ChoiceField(
        label=gettext_lazy("自管会职务"),
        required=False,
        choices=[("", gettext_lazy("不是自管会委员")), *Office.choices],
    )
    starts_on = forms.DateField(
        label=gettext_lazy("从哪天起"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    ends_on = forms.DateField(
        label=gettext_lazy("到哪天止"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("不填就是一直担任，直到另行结束。"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._places: dict[str, Any] = {}
        self.fields["starts_on"].initial = clock.today
        roles = [(role.value, role.label) for role in APPOINTABLE]
        self.fields["role"].choices = [("", _("请选择")), *roles]  # type: ignore[attr-defined]
        self.fields["place"].choices = [("", _("请选择")), *self._groups(user)]  # type: ignore[attr-defined]

    def _groups(self, user: User) -> list[tuple[str, list[tuple[str, str]]]]:
        found = []
        for label, model in _PLACES:
            key = model.rpartition(".")[2].lower()
            rows = apps.get_model(model).objects.visible_to(user)
            rows = rows.filter(community__in=user.scope.ids("community", Role.SECRETARY))
            rows = rows.select_related("estate") if key == "building" else rows
            self._places |= {f"{key}-{row.pk}": row for row in rows}
            found.append((str(label), [(name, str(row)) for name, row in self._places.items() if name.startswith(key)]))
        return found

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        kind, chosen = SCOPE_OF_ROLE.get(given.get("role", "")), given.get("place", "")
        if kind and not chosen.startswith(f"{kind}-"):
            self.add_error("place", _("请选这个角色管的地方。"))
        if given.get("role") == Role.COMMITTEE and not given.get("office"):
            self.add_error("office", _("请选在自管会担任的职务。"))
        given["place"] = self._places.get(chosen) if kind else None
        given["office"] = given.get("office", "") if given.get("role") == Role.COMMITTEE else ""
        return given


class EndForm(ReasonForm):
    last_day = forms.DateField(
        label=gettext_lazy("担任到哪天"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("当天还算。要马上停止，请填昨天。"),
    )
    field_order = ("last_day", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_day"].initial = clock.today

    def clean_last_day(self) -> Any:
        day = self.cleaned_data["last_day"]
        if day < clock.today() - timedelta(days=1):
            raise ValidationError(_("最早填昨天：以前的事已经按当时的任命办了。"))
        return day


def masked_name(member: Any) -> str:
    """张** and what the register says this person is to the head: enough for oneself to know."""
    return _("%(name)s（%(relation)s）") % {
        "name": f"{member.resident.name[:1]}**",
        "relation": member.get_relation_display(),
    }
