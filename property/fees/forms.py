"""Forms of the fees: what is charged, whom it is made easier for, and money taken at a door."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, DateFilter, FilterSet

from community import check_codes
from core import clock
from core.forms import PortalForm
from core.quarters import Month
from grids.models import Building
from property.chart import AccountKind, Fund, Side
from property.fees.doors import AT_MOST, find
from property.forms import YuanField, account_choices
from property.models import Account, Bill, Book, FeeSchedule, Means, Payment

MOST_MONTHS = 12
TAKEN_BY = (Means.CASH, Means.WECHAT, Means.ALIPAY, Means.BANK)
PREVIEW = "look"
_ANY: dict[str, Any] = {"empty_label": _("全部")}
_DAY: dict[str, Any] = {"attrs": {"type": "date"}, "format": "%Y-%m-%d"}


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A day, picked from the phone's own calendar."""
    return forms.DateField(label=label, widget=forms.DateInput(**_DAY), **options)


class MonthField(forms.CharField):
    """A month as the browser picks it, or typed as 2026-09; gives a Month, None when left empty."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"type": "month", "placeholder": "2026-09", "pattern": r"[0-9]{4}-(0[1-9]|1[0-2])"}
        super().__init__(max_length=7, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return Month.parse(unicodedata.normalize("NFKC", text))
        except ValueError as reason:
            raise forms.ValidationError(str(reason)) from None


class RateField(forms.CharField):
    """Yuan of a rate with up to four decimals, as people type it; gives a Decimal above zero."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "amount"}
        super().__init__(max_length=16, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> Any:
        text = re.sub(r"[\s,¥元]", "", unicodedata.normalize("NFKC", super().clean(value)))
        try:
            rate = Decimal(text)
        except InvalidOperation:
            raise forms.ValidationError(_("请只写数字，例如 0.55。")) from None
        if not rate.is_finite() or rate <= 0 or rate >= 1_000_000:
            raise forms.ValidationError(_("标准要大于零，也不会有一百万那么大。"))
        if rate != rate.quantize(Decimal("0.0001")):
            raise forms.ValidationError(_("最多写四位小数。"))
        return rate


class ScheduleForm(PortalForm):
    """A new rate."""

    name = forms.CharField(label=_("收什么费"), max_length=40, help_text=_("居民在账单上看到的名字，例如“物业费”。"))
    basis = forms.ChoiceField(label=_("怎样计费"), choices=FeeSchedule.Basis.choices, widget=forms.RadioSelect)
    rate = RateField(label=_("标准（元）"), help_text=_("每平方米、每户或每辆车一个月多少元。"))
    account = forms.ChoiceField(label=_("记到哪项收入"))
    fund = forms.ChoiceField(
        label=_("属于哪项资金"), choices=Fund.choices, help_text=_("停车、场地、广告是公共收益，归全体业主。")
    )
    building = forms.ChoiceField(label=_("哪些楼交"), required=False)
    first_month = MonthField(label=_("从哪个月开始"))
    last_month = MonthField(label=_("到哪个月为止"), required=False, help_text=_("没有定就留空。"))
    decided = forms.CharField(
        label=_("依据"), max_length=120, required=False, help_text=_("例如“2026 年第 1 次居民会议决定”。")
    )

    def __init__(self, *args: Any, accounts: Sequence[Account], buildings: Sequence[Building], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.accounts = {one.code: one for one in accounts if _is_earned(one)}
        self.buildings = {str(one.pk): one for one in buildings}
        choices = account_choices(self.accounts.values())
        self.fields["account"].choices = choices  # type: ignore[attr-defined]
        self.fields["account"].initial = "430101"
        whole = [("", _("整个小区")), *((key, str(one)) for key, one in self.buildings.items())]
        self.fields["building"].choices = whole  # type: ignore[attr-defined]
        self.fields["first_month"].initial = str(Month.of(clock.today()))

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        first, last = given.get("first_month"), given.get("last_month")
        if first and last and last < first:
            self.add_error("last_month", gettext("止的月份要在起的月份以后。"))
        return given

    def given(self) -> dict[str, Any]:
        given = super().given()
        building = given.pop("building")
        return {
            **{name: given[name] for name in ("name", "basis", "rate", "fund", "decided")},
            "account": self.accounts[given["account"]],
            "building": self.buildings[building] if building else None,
            "first": given["first_month"],
            "last": given["last_month"],
        }


def _is_earned(account: Account) -> bool:
    """Whether a fee can be earned there: income that grows on its own side."""
    return account.kind == AccountKind.INCOME and account.normal_side == Side.CREDIT and account.takes_postings


class ScheduleEndForm(PortalForm):
    """The last month that a rate is charged for."""

    last = MonthField(label=_("最后收到哪个月"))

    def __init__(self, *args: Any, schedule: FeeSchedule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last"].initial = str(max(Month.of(clock.today()), schedule.first))


class RateChangeForm(PortalForm):
    """Another rate of the same fee."""

    rate = RateField(label=_("新标准（元）"), help_text=_("每平方米、每户或每辆车一个月多少元。"))
    first = MonthField(label=_("从哪个月开始"))
    decided = forms.CharField(label=_("依据"), max_length=120, help_text=_("例如“2026 年第 2 次居民会议决定”。"))

    def __init__(self, *args: Any, schedule: FeeSchedule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first"].initial = str(max(Month.of(clock.today()), schedule.first).next())


class ReliefForm(PortalForm):
    """Part of a household's fees that it need not pay."""

    percent = forms.IntegerField(
        label=_("减多少（百分之）"),
        min_value=1,
        max_value=100,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text=_("减一半写 50，全免写 100。"),
    )
    schedule = forms.ChoiceField(label=_("减哪一项"), required=False)
    reason = forms.CharField(
        label=_("为什么减"), max_length=80, help_text=_("例如低保户、烈属。只有办理的人看得到，不会公示。")
    )
    decided_by = forms.CharField(label=_("谁决定的"), max_length=60, help_text=_("例如“自管会第 12 次会议”。"))
    decided_on = day_field(_("哪天决定的"))
    starts_on = day_field(_("从哪天起"), help_text=_("这天以后的月份，每月 1 号还在减免期里的就减。"))
    ends_on = day_field(_("到哪天为止"), required=False, help_text=_("没有定就留空；定了的到期不再减。"))

    def __init__(self, *args: Any, schedules: Sequence[FeeSchedule], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schedules = {str(one.pk): one for one in schedules}
        choices = [("", _("所有的费")), *((key, _schedule_words(one)) for key, one in self.schedules.items())]
        self.fields["schedule"].choices = choices  # type: ignore[attr-defined]
        self.fields["decided_on"].initial = clock.today
        self.fields["starts_on"].initial = Month.of(clock.today()).start

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        starts, ends = given.get("starts_on"), given.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", gettext("止的日子要在起的日子以后。"))
        return given

    def given(self) -> dict[str, Any]:
        given = super().given()
        return given | {"schedule": self.schedules.get(given["schedule"])}


def _schedule_words(schedule: FeeSchedule) -> str:
    return f"{schedule.name} {schedule.first_month}—{schedule.last_month}".rstrip("—")


class VehicleForm(PortalForm):
    """A vehicle that pays for its place."""

    plate = forms.CharField(label=_("车牌号"), max_length=12, help_text=_("例如 苏L·A1234。"))
    starts_on = day_field(_("从哪天起"), help_text=_("每月 1 号停在小区的，收这个月的停车费。"))
    note = forms.CharField(label=_("备注"), max_length=80, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].initial = Month.of(clock.today()).start

    def clean_plate(self) -> str:
        """In capitals, without what people put between."""
        return re.sub(r"[\s·•・.\-]", "", unicodedata.normalize("NFKC", self.cleaned_data["plate"])).upper()


class EndForm(PortalForm):
    """The last day of a relief or a vehicle."""

    ends_on = day_field(_("最后一天"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ends_on"].initial = clock.today


class DropForm(PortalForm):
    """A relief that was entered by mistake."""

    reason = forms.CharField(label=_("哪里登记错了"), max_length=200)


class RunForm(PortalForm):
    """Which months are billed, and by when they should be paid; sent twice, once to look and once to do it."""

    first = MonthField(label=_("从哪个月"))
    last = MonthField(label=_("到哪个月"))
    due_on = day_field(_("请在哪天以前交"))

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if first and last and last < first:
            self.add_error("last", gettext("止的月份要在起的月份以后。"))
        elif first and last and len(Month.range(first, last)) > MOST_MONTHS:
            self.add_error("last", gettext("一次最多出 12 个月的账单。"))
        return given


class DoorForm(PortalForm):
    """Whose fees: asked by door or by name. Sent as a search, so that it keeps no submission."""

    q = forms.CharField(
        label=_("哪一户"),
        max_length=60,
        help_text=_("门牌（3-2-501、501）、姓名，或姓名的拼音首字母。"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "enterkeyhint": "search"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.drop("submission")


class TakeForm(PortalForm):
    """Money taken: how much; the button that is tapped says how it came."""

    amount = YuanField(label=_("收多少（元）"))
    paid_on = day_field(_("哪天收的"))
    payer = forms.CharField(label=_("谁交的"), max_length=60, required=False, help_text=_("家里人来交就留空。"))
    reference = forms.CharField(
        label=_("流水号"), max_length=80, required=False, help_text=_("微信、支付宝账单或银行回单上的号码。")
    )
    means = forms.ChoiceField(choices=[(one.value, one.label) for one in TAKEN_BY], widget=forms.HiddenInput)

    def __init__(self, *args: Any, looking: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paid_on"].initial = clock.today
        self.fields["means"].required = not looking
        self.fields["means"].error_messages["required"] = gettext(
            "请点一下是怎么交的：现金、微信、支付宝还是银行转账。"
        )

    @property
    def buttons(self) -> list[tuple[str, str]]:
        """The ways of paying, each a button."""
        return [(one.value, str(one.label)) for one in TAKEN_BY]


class RefundForm(PortalForm):
    """Money that goes back to a household out of what it has prepaid."""

    amount = YuanField(label=_("退多少（元）"))
    means = forms.ChoiceField(
        label=_("怎样退"), choices=[(one.value, one.label) for one in TAKEN_BY], widget=forms.RadioSelect
    )
    paid_on = day_field(_("哪天退的"))
    payer = forms.CharField(label=_("退给谁"), max_length=60, required=False)
    reference = forms.CharField(label=_("流水号"), max_length=80, required=False)
    reason = forms.CharField(label=_("为什么退"), max_length=200, help_text=_("例如“搬走了，退剩下的预交款”。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paid_on"].initial = clock.today


class UndoForm(PortalForm):
    reason = forms.CharField(
        label=_("哪里登记错了"), max_length=200, help_text=_("例如“收的是隔壁 502 的”。会写在撤销单上。")
    )


class CheckForm(check_codes.CheckForm):
    """A receipt in somebody's hand."""

    number = forms.CharField(label=_("收据编号"), max_length=24, help_text=_("例如 2026-00012。"))


class RemindForm(PortalForm):
    """Which households get a private word; the number that was shown must still be right."""

    count = forms.IntegerField(widget=forms.HiddenInput)


def payment_filter(book: Book) -> type[FilterSet]:
    """The filter of the list of a book's payments."""

    class PaymentFilter(FilterSet):
        q = CharFilter(label=_("门牌、姓名或收据号"), method="sought")
        kind = ChoiceFilter(label=_("种类"), choices=Payment.Kind.choices, **_ANY)
        means = ChoiceFilter(label=_("方式"), choices=[(one.value, one.label) for one in TAKEN_BY], **_ANY)
        since = DateFilter(label=_("从哪天"), field_name="paid_on", lookup_expr="gte", widget=forms.DateInput(**_DAY))
        until = DateFilter(label=_("到哪天"), field_name="paid_on", lookup_expr="lte", widget=forms.DateInput(**_DAY))

        def sought(self, rows: Any, name: str, words: str) -> Any:
            number = check_codes.read_number(words)
            if number is not None:
                return rows.filter(year=number[0], number=number[1])
            return rows.filter(household__in=[door.pk for door in find(book, words, AT_MOST * 5)])

    return PaymentFilter


def holder_filter(book: Book) -> type[FilterSet]:
    """The filter of a list of reliefs or vehicles: by door, and whether they hold today."""

    class HolderFilter(FilterSet):
        q = CharFilter(label=_("门牌或姓名"), method="sought")
        holding = ChoiceFilter(
            label=_("现在"), method="today", choices=[("yes", _("还在的")), ("no", _("已经结束的"))], **_ANY
        )

        def sought(self, rows: Any, name: str, words: str) -> Any:
            return rows.filter(household__in=[door.pk for door in find(book, words, AT_MOST * 5)])

        def today(self, rows: Any, name: str, value: str) -> Any:
            ended = Q(ends_on__lt=clock.today())
            return rows.exclude(ended) if value == "yes" else rows.filter(ended)

    return HolderFilter


def bill_filter(book: Book) -> type[FilterSet]:
    """The filter of a run's bills."""

    class BillFilter(FilterSet):
        q = CharFilter(label=_("门牌或姓名"), method="sought")
        kind = ChoiceFilter(label=_("种类"), choices=Bill.Kind.choices, **_ANY)
        month = CharFilter(label=_("月份"), widget=forms.TextInput(attrs={"type": "month"}))

        def sought(self, rows: Any, name: str, words: str) -> Any:
            return rows.filter(household__in=[door.pk for door in find(book, words, AT_MOST * 5)])

    return BillFilter
