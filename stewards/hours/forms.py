"""Forms of the hours: what somebody reports, enters, corrects, certifies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, DateFilter, FilterSet

from community.check_codes import CheckForm
from community.models import Community, User
from core import clock
from core.forms import PhotosField, PortalForm
from stewards.hours.actions.book import MOST_AT_ONCE
from stewards.hours.states import PaperState, ReportState
from stewards.hours.witnesses import volunteers, witnesses
from stewards.models import HoursEntry

if TYPE_CHECKING:
    from datetime import date

_DAY: dict[str, Any] = {"attrs": {"type": "date"}, "format": "%Y-%m-%d"}
_ANY: dict[str, Any] = {"empty_label": _("全部")}
Kind = HoursEntry.Kind
# What a job or a shift has records of by itself is not reported by hand.
REPORTED = [(one.value, one.label) for one in (Kind.OTHER, Kind.ACTIVITY, Kind.TRAINING, Kind.JOB)]


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A day, picked from the phone's own calendar."""
    return forms.DateField(label=label, widget=forms.DateInput(**_DAY), **options)


def number_field(label: Any, most: int, *, required: bool = False) -> forms.IntegerField:
    """A small whole number, typed on the phone's number keys."""
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=most,
        required=required,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class LastingForm(PortalForm):
    """How long something took, as hours and minutes; gives `minutes`."""

    may_be_nothing = False

    hours = number_field(_("几小时"), MOST_AT_ONCE // 60, required=True)
    rest = number_field(_("又几分钟"), 59)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        given["minutes"] = (given.get("hours") or 0) * 60 + (given.get("rest") or 0)
        if not given["minutes"] and not self.may_be_nothing and not self.errors.keys() & {"hours", "rest"}:
            self.add_error("hours", _("请写花了多长时间。"))
        return given

    def given(self) -> dict[str, Any]:
        return {name: value for name, value in super().given().items() if name not in {"hours", "rest"}}

    def fill_in(self, minutes: int) -> None:
        """Show these minutes until something else is typed."""
        self.fields["hours"].initial, self.fields["rest"].initial = divmod(minutes, 60)


class ReportForm(LastingForm):
    """Work that nothing else knows of."""

    what = forms.CharField(
        label=_("做了什么"), max_length=80, help_text=_("例如：帮三幢的老人换灯泡、给社区活动搬桌椅。")
    )
    kind = forms.ChoiceField(label=_("哪一种"), choices=REPORTED, initial=Kind.OTHER, widget=forms.RadioSelect)
    day = day_field(_("哪天"))
    witness = forms.ModelChoiceField(
        label=_("当时谁在场"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("没有别人在场，请社区核对"),
        help_text=_("请在场的一位来确认；自己不能给自己确认。"),
    )
    photos = PhotosField(label=_("照片"), most=1, help_text=_("可以不传。请不要拍到邻居的脸和门牌。"))

    field_order = ("what", "kind", "day", "hours", "rest", "witness", "photos")

    def __init__(self, *args: Any, user: User, community: Community, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["witness"].queryset = witnesses(community, but=user)  # type: ignore[attr-defined]
        self.fields["day"].initial = clock.today()


class EnterForm(LastingForm):
    """Hours that the office writes down for somebody who has no phone, or for a training of many."""

    volunteer = forms.ModelChoiceField(label=_("志愿者"), queryset=User.objects.none(), empty_label=_("请选择"))
    what = forms.CharField(label=_("做了什么"), max_length=80)
    kind = forms.ChoiceField(label=_("哪一种"), choices=Kind.choices, initial=Kind.TRAINING, widget=forms.RadioSelect)
    day = day_field(_("哪天"))

    field_order = ("volunteer", "what", "kind", "day", "hours", "rest")

    def __init__(self, *args: Any, user: User, community: Community, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["volunteer"].queryset = volunteers(community, but=user)  # type: ignore[attr-defined]
        self.fields["day"].initial = clock.today()


class CorrectForm(LastingForm):
    """Why an entry is taken back, and what stands in its place, if anything."""

    may_be_nothing = True

    reason = forms.CharField(label=_("为什么改"), max_length=120, help_text=_("志愿者看得到，请写清楚。"))

    field_order = ("reason", "hours", "rest")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hours"].label = _("应该是几小时")
        self.fields["hours"].help_text = _("这件事根本没有做过，就两格都写 0。")


class ReasonForm(PortalForm):
    """Why something is declined."""

    reason = forms.CharField(label=_("原因"), max_length=120, help_text=_("对方看得到，请说清楚、说得和气。"))


class RevokeForm(ReasonForm):
    """Why a certificate does not hold any more."""

    again = forms.BooleanField(label=_("按现在的记录重新开一份"), required=False, initial=True)


class PeriodForm(PortalForm):
    """The period of a certificate; a year back unless something else is picked."""

    starts_on = day_field(_("从哪天"))
    ends_on = day_field(_("到哪天"))
    purpose = forms.CharField(
        label=_("用来做什么"), max_length=60, required=False, help_text=_("例如：单位评优、积分入学。可以不写。")
    )

    def __init__(self, *args: Any, first: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].initial, self.fields["ends_on"].initial = first, clock.today()


class CertificateCheckForm(CheckForm):
    """A certificate in somebody's hand."""

    number = forms.CharField(label=_("证明编号"), max_length=24, help_text=_("例如 2026-0007。"))


class EntryFilter(FilterSet):
    """The filter of the community's book of hours."""

    q = CharFilter(label=_("志愿者，或者做了什么"), method="sought")
    kind = ChoiceFilter(label=_("哪一种"), choices=Kind.choices, **_ANY)
    since = DateFilter(label=_("从哪天"), field_name="day", lookup_expr="gte", widget=forms.DateInput(**_DAY))
    until = DateFilter(label=_("到哪天"), field_name="day", lookup_expr="lte", widget=forms.DateInput(**_DAY))

    def sought(self, rows: Any, name: str, words: str) -> Any:
        return rows.filter(Q(volunteer__name__icontains=words) | Q(what__icontains=words))


class ReportFilter(FilterSet):
    """The filter of what volunteers have reported themselves."""

    q = CharFilter(label=_("志愿者"), field_name="volunteer__name", lookup_expr="icontains")
    state = ChoiceFilter(label=_("进展"), choices=ReportState.choices, **_ANY)


class PaperFilter(FilterSet):
    """The filter of the certificates."""

    q = CharFilter(label=_("志愿者"), field_name="volunteer__name", lookup_expr="icontains")
    state = ChoiceFilter(label=_("进展"), choices=PaperState.choices, **_ANY)
