"""Forms about the units, what is needed, offered, done together and pledged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alliance.form_page import day_input
from alliance.models import Partner
from alliance.topics import Topic
from core import clock
from core.forms import PhotosField, PortalForm
from helpdesk.forms.fields import RowField, text_area

if TYPE_CHECKING:
    from community.models import User

PICK = _("请选一项")


class RowForm(PortalForm):
    """A form about a row: shows what stands there."""

    def __init__(self, *args: Any, row: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        if row is not None:
            for name in self.fields:
                if name != "submission" and hasattr(row, name):
                    self.fields[name].initial = getattr(row, name)


class PartnerForm(RowForm):
    kind = forms.ChoiceField(label=_("哪一种"), choices=[("", PICK), *Partner.Kind.choices])
    name = forms.CharField(label=_("名称"), max_length=60)
    about = forms.CharField(
        label=_("介绍"),
        required=False,
        max_length=500,
        widget=text_area(3),
        help_text=_("邻居们也看得到，例如：每月来两次，帮独居老人理发。"),
    )
    joined_on = forms.DateField(label=_("哪天加入"), widget=day_input(), initial=clock.today)


class NeedForm(RowForm):
    topic = forms.ChoiceField(label=_("哪方面"), choices=[("", PICK), *Topic.choices])
    title = forms.CharField(label=_("需要什么"), max_length=60, help_text=_("例如：院子里的老人想有人上门理发。"))
    text = forms.CharField(
        label=_("说得细一些"),
        required=False,
        max_length=500,
        widget=text_area(4),
        help_text=_("不写名字、电话和门牌：联盟单位都看得到。"),
    )
    place = forms.CharField(label=_("大概在哪里"), required=False, max_length=40)
    people = forms.IntegerField(label=_("大约多少人用得上"), required=False, min_value=1, max_value=9999)
    until = forms.DateField(label=_("最好在哪天以前"), required=False, widget=day_input())


class ReasonForm(PortalForm):
    reason = forms.CharField(label=_("为什么"), max_length=120, widget=text_area(2))


class ResourceForm(RowForm):
    partner = RowField(label=_("哪个单位"), empty=PICK)
    topic = forms.ChoiceField(label=_("哪方面"), choices=[("", PICK), *Topic.choices])
    title = forms.CharField(label=_("能帮什么"), max_length=60, help_text=_("例如：两位理发师，带工具上门。"))
    text = forms.CharField(label=_("说得细一些"), required=False, max_length=500, widget=text_area(4))
    amount = forms.CharField(
        label=_("多少、多久一次"), required=False, max_length=40, help_text=_("例如：每月两次，每次 10 人。")
    )
    since = forms.DateField(label=_("从哪天起"), required=False, widget=day_input())
    until = forms.DateField(label=_("到哪天为止"), required=False, widget=day_input())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.row is None:
            offer_units(self, user)
        else:
            self.drop("partner")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("since") and given.get("until") and given["until"] < given["since"]:
            self.add_error("until", str(_("到哪天为止，不能早于从哪天起。")))
        return given


class ProjectForm(PortalForm):
    partner = RowField(label=_("跟哪个单位一起做"), empty=PICK)
    title = forms.CharField(label=_("一起做什么"), max_length=60)
    text = forms.CharField(label=_("怎么做"), required=False, max_length=500, widget=text_area(4))
    until = forms.DateField(label=_("打算哪天前做完"), required=False, widget=day_input())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_units(self, user)


class PledgeForm(PortalForm):
    partner = RowField(label=_("哪个单位"), empty=PICK)
    title = forms.CharField(
        label=_("承诺什么"), max_length=80, help_text=_("一句话说清，例如：把东墙的小广告清干净，刷白。")
    )
    until = forms.DateField(label=_("哪天以前"), widget=day_input())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_units(self, user)


class StepForm(PortalForm):
    """What a step asks for beside the tap: words, a day, a photo; whatever its action needs."""

    outcome = forms.CharField(label=_("说一说"), max_length=500, widget=text_area(3))
    until = forms.DateField(label=_("改到哪天以前"), widget=day_input())
    photos = PhotosField(label=_("照片"), most=1, required=True, help_text=_("拍一张现在的样子，社区核对用。"))

    ASKS = {
        "finish": ("outcome",),
        "decline": ("outcome",),
        "drop": ("outcome",),
        "report": ("outcome", "photos"),
        "send_back": ("outcome",),
        "postpone": ("until", "outcome"),
        "release": ("outcome",),
    }
    WORDS = {
        "finish": _("做成了什么"),
        "decline": _("为什么这次做不了"),
        "drop": _("为什么不做了"),
        "report": _("办得怎么样"),
        "send_back": _("还差什么"),
        "postpone": _("为什么改日子"),
        "release": _("为什么不办了"),
    }

    def __init__(self, *args: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asks = self.ASKS.get(action, ())
        self.drop(*(name for name in ("outcome", "until", "photos") if name not in asks))
        if "outcome" in self.fields:
            self.fields["outcome"].label = self.WORDS[action]


def offer_units(form: PortalForm, user: User) -> None:
    """The units to choose from: one's own, or for the office all of them; a contact of one unit is not asked."""
    field = form.fields["partner"]
    assert isinstance(field, RowField)
    rows = units_of(user)
    field.offer(rows)
    own = user.scope.partners
    if len(own) == 1 and not user.scope.offices_communities:
        field.initial, field.widget = str(min(own)), forms.HiddenInput()


def units_of(user: User) -> Any:
    """The active units for which the user may write something down."""
    scope = user.scope
    rows = Partner.objects.visible_to(user).active()
    mine = rows.filter(pk__in=scope.partners)
    return rows.filter(community__in=scope.offices_communities) | mine if scope.offices_communities else mine
