"""Forms of activities."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alliance.form_page import day_input
from alliance.models import ActivityPhoto, ActivitySlot, Feedback, SignUp
from alliance.partners.forms import PICK, units_of
from alliance.topics import Topic
from core import clock
from core.forms import PhotosField, PortalForm
from core.templatetags.portal import moment
from helpdesk.forms.fields import RowField, text_area
from stewards.models import Skill

if TYPE_CHECKING:
    from alliance.models import Activity
    from community.models import User

MOST = 500


def time_input() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class ActivityForm(PortalForm):
    """What, where, from when to when; for a new one how many people it wants."""

    partner = RowField(label=_("哪个单位办的"), empty=_("社区自己办"), required=False)
    topic = forms.ChoiceField(label=_("哪方面"), choices=[("", PICK), *Topic.choices])
    title = forms.CharField(label=_("什么活动"), max_length=60, help_text=_("例如：周六上午，院子里免费理发。"))
    text = forms.CharField(
        label=_("说给邻居听的话"), required=False, max_length=1000, widget=text_area(4), help_text=_("带什么、怎么来。")
    )
    place = forms.CharField(label=_("在哪里"), max_length=60)
    day = forms.DateField(label=_("哪一天"), widget=day_input())
    starts = forms.TimeField(label=_("几点开始"), widget=time_input())
    ends = forms.TimeField(label=_("几点结束"), widget=time_input())
    helpers = forms.IntegerField(label=_("要几个帮忙的"), min_value=0, max_value=MOST, initial=5)
    guests = forms.IntegerField(label=_("能接待几位来参加的"), min_value=0, max_value=MOST, initial=0)

    def __init__(self, *args: Any, user: User, row: Activity | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row, self.user = row, user
        if row is None:
            self._offer_units()
        else:
            self.drop("partner", "helpers", "guests")
            starts, ends = clock.local(row.starts_at), clock.local(row.ends_at)
            self.initial = {name: getattr(row, name) for name in ("topic", "title", "text", "place")}
            self.initial |= {"day": starts.date(), "starts": starts.time(), "ends": ends.time()}

    def _offer_units(self) -> None:
        field = self.fields["partner"]
        assert isinstance(field, RowField)
        field.offer(units_of(self.user))
        if not self.user.scope.offices_communities:
            field.empty, field.required = None, True

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("starts") and given.get("ends") and given["ends"] <= given["starts"]:
            self.add_error("ends", str(_("结束要晚于开始。")))
        if self.row is None and given.get("helpers") == 0 and given.get("guests") == 0:
            self.add_error("helpers", str(_("帮忙的和来参加的，至少写一种。")))
        return given

    def given(self) -> dict[str, Any]:
        given = super().given()
        day, starts, ends = given.pop("day"), given.pop("starts"), given.pop("ends")
        given |= {"starts_at": _at(day, starts), "ends_at": _at(day, ends)}
        if self.row is None:
            helpers, guests = given.pop("helpers"), given.pop("guests")
            given["slots"] = [
                {"title": str(_("来帮忙")), "wanted": helpers, "is_helping": True},
                {"title": str(_("来参加")), "wanted": guests, "is_helping": False},
            ]
        return given


class SlotForm(PortalForm):
    title = forms.CharField(label=_("来做什么"), max_length=30, help_text=_("例如：理发、登记、搬桌椅。"))
    wanted = forms.IntegerField(label=_("几个人"), min_value=1, max_value=MOST)
    is_helping = forms.TypedChoiceField(
        label=_("是哪一种"),
        widget=forms.RadioSelect,
        choices=[("1", _("来帮忙的（记志愿服务时长）")), ("0", _("来参加的"))],
        coerce=lambda value: value == "1",
        initial="1",
    )
    skill = RowField(
        label=_("要会什么"), empty=_("谁都可以"), required=False, help_text=_("选了，就只有会的红管家能报。")
    )

    def __init__(
        self, *args: Any, user: User, community_id: int, row: ActivitySlot | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["skill"]
        assert isinstance(field, RowField)
        field.offer(Skill.objects.visible_to(user).filter(community=community_id, is_active=True))
        if row is not None:
            self.initial = {"title": row.title, "wanted": row.wanted, "is_helping": "1" if row.is_helping else "0"}
            self.initial["skill"] = str(row.skill_id or "")


class JoinForm(PortalForm):
    """For whom: oneself by the tap alone; a unit says how many of its people."""

    people = forms.IntegerField(label=_("来几个人"), min_value=1, max_value=MOST, initial=5)


class NameForm(PortalForm):
    """A name written down by who runs it."""

    name = forms.CharField(label=_("姓名"), max_length=40)
    slot = RowField(label=_("来做什么"))

    def __init__(self, *args: Any, slots: list[ActivitySlot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["slot"]
        assert isinstance(field, RowField)
        field.offer(slots)


class CloseForm(PortalForm):
    """Minutes of each helper who was there, and how many were served."""

    served = forms.IntegerField(label=_("服务了多少人"), required=False, min_value=0, max_value=9999)
    outcome = forms.CharField(
        label=_("办得怎么样"), required=False, max_length=1000, widget=text_area(4), help_text=_("公布前还可以改。")
    )

    def __init__(self, *args: Any, helpers: list[SignUp], minutes: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helpers = {f"minutes_{one.pk.hex}": one for one in helpers}
        for name, one in self.helpers.items():
            label = _("%(who)s 帮了多少分钟") % {"who": one.who}
            self.fields[name] = forms.IntegerField(label=label, min_value=0, max_value=9999, initial=minutes)
        self.order_fields([*self.helpers, "served", "outcome"])

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {
            "minutes": {one.pk: given[name] for name, one in self.helpers.items()},
            "served": given["served"],
            "outcome": given["outcome"],
        }


class PhotoForm(PortalForm):
    photos = PhotosField(label=_("照片"), required=True, most=6)
    moment = forms.ChoiceField(label=_("什么时候拍的"), widget=forms.RadioSelect, choices=ActivityPhoto.Moment.choices)
    caption = forms.CharField(label=_("照片里是什么"), required=False, max_length=60, help_text=_("例如：东墙。"))
    before = RowField(
        label=_("跟哪一张对照"),
        required=False,
        empty=_("按先后自动配对"),
        help_text=_("活动后的照片会跟同一个地方活动前的照片摆在一起。"),
    )

    def __init__(self, *args: Any, alone: list[ActivityPhoto], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["before"]
        assert isinstance(field, RowField)
        if alone:
            field.offer(alone, label=lambda row: row.caption or moment(row.created_at))
        else:
            self.drop("before")

    def given(self) -> dict[str, Any]:
        return {"before": None, **super().given()}


class PublishForm(PortalForm):
    outcome = forms.CharField(
        label=_("办得怎么样"), max_length=1000, widget=text_area(5), help_text=_("不写名字、电话和门牌，谁都看得到。")
    )
    served = forms.IntegerField(label=_("服务了多少人"), required=False, min_value=0, max_value=9999)
    agreed = forms.BooleanField(label=_("照片里认得出的人，都同意公开"))

    def given(self) -> dict[str, Any]:
        given = super().given()
        del given["agreed"]
        return given


class FeedbackForm(PortalForm):
    helped = forms.ChoiceField(label=_("帮上忙了吗"), widget=forms.RadioSelect, choices=Feedback.Helped.choices)
    text = forms.CharField(label=_("想说的话"), required=False, max_length=300, widget=text_area(3))
    may_show = forms.BooleanField(label=_("这句话可以公布，不写名字"), required=False)


def _at(day: Any, time: Any) -> datetime:
    """The moment in local time."""
    return timezone.make_aware(datetime.combine(day, time))
