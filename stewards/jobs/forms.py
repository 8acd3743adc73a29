"""Forms around a job: few fields, large, in the words of who fills them in."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.forms import PhotosField, PortalForm
from core.money import parse_yuan
from core.photos import CleanPhoto
from core.workdays import ZONE
from helpdesk.forms.appointments import time_field
from helpdesk.forms.fields import PhotoForm, RowField, text_area
from helpdesk.forms.step import day_field
from helpdesk.models import ServiceRequest
from helpdesk.slots import Slot, slot_words
from stewards.jobs import forbidden
from stewards.jobs.actions.asking import MOST_WISHES
from stewards.jobs.actions.going import LEAST, most_minutes, proposed_minutes
from stewards.members.safety import needs_two
from stewards.models import Job, JobOffer, Skill, Steward

if TYPE_CHECKING:
    from community.models import User
    from core.scoping import ScopedQuerySet

USUAL = timedelta(hours=2)
_WHY = "skills for a request already found"


class AskForm(PortalForm):
    """What the stewards are asked: which skill, what for, at which of up to three times."""

    skill = RowField(label=gettext_lazy("请会什么的"), widget=forms.RadioSelect)
    what = forms.CharField(
        label=gettext_lazy("做什么"),
        max_length=60,
        help_text=gettext_lazy("答应去以前，红管家只看得到这句话和楼幢，不要写姓名、门牌和电话。"),
    )
    bring = forms.CharField(
        label=gettext_lazy("要带什么、注意什么"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("例如：自带梯子；老人耳背，敲门重一点。"),
    )
    needs_two = forms.BooleanField(label=gettext_lazy("请两位一起去"), required=False)
    is_safe = forms.BooleanField(
        label=gettext_lazy("我确认过：不是燃气，不是总管总闸，不是电梯"),
        error_messages={"required": gettext_lazy("请先问清楚：燃气、总管总闸和电梯不能请志愿者动。")},
    )
    two_by_rule = False

    def __init__(self, *args: Any, request: ServiceRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        rows = skills_for(request)
        self.fields["skill"].offer(rows, _skill_label)  # type: ignore[attr-defined]
        only = list(self.fields["skill"].rows)  # type: ignore[attr-defined]
        if len(only) == 1:
            self.initial["skill"] = only[0]
        self.initial["what"] = request.title
        for number in range(1, MOST_WISHES + 1):
            self.fields.update(_wish_fields(number))
        home = request.home if request.place_kind == request.Place.HOME else None
        if home is not None and needs_two(home):
            self.two_by_rule = True
            self.drop("needs_two")
        times = [name for number in range(1, MOST_WISHES + 1) for name in _wish_names(number)]
        self.order_fields(["skill", "what", *times])

    @property
    def first(self) -> list[forms.BoundField]:
        """What is always asked for: the skill, the words, the first time."""
        return [self[name] for name in ("skill", "what", *_wish_names(1))]

    @property
    def other_times(self) -> list[list[forms.BoundField]]:
        """The second and third time, which many do not need."""
        return [[self[name] for name in _wish_names(number)] for number in range(2, MOST_WISHES + 1)]

    @property
    def shows_other_times(self) -> bool:
        """Whether one of them is filled in or has an error."""
        return any(field.value() or field.errors for time in self.other_times for field in time)

    @property
    def last(self) -> list[forms.BoundField]:
        """What is asked for below the times."""
        return [self[name] for name in ("bring", "needs_two", "is_safe") if name in self.fields]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        wishes = [self._wish(cleaned, number) for number in range(1, MOST_WISHES + 1)]
        cleaned["wishes"] = [one for one in wishes if one]
        said = (self.request.title, self.request.description, cleaned.get("what", ""))
        if ban := forbidden.ban_on(*said):
            words = {"what": ban.what, "turn_to": ban.turn_to}
            self.add_error(None, _("%(what)s的活不能请志愿者做。%(turn_to)s") % words)
        return cleaned

    def _wish(self, cleaned: dict[str, Any], number: int) -> Slot | None:
        names = _wish_names(number)
        day, start, end = (cleaned.pop(name, None) for name in names)
        if any(name in self.errors for name in names) or not (day or start or end):
            return None
        if day is None:
            self.add_error(names[0], _("请写是哪一天。"))
        if start is None:
            self.add_error(names[1], _("请写几点到。"))
        if day is None or start is None:
            return None
        return self._slot(names, datetime.combine(day, start, ZONE), datetime.combine(day, end, ZONE) if end else None)

    def _slot(self, names: list[str], begins: datetime, ends: datetime | None) -> Slot | None:
        ends = ends or begins + USUAL
        if ends <= begins:
            self.add_error(names[2], _("最晚的时间要在到的时间以后。"))
        elif begins <= clock.now():
            self.add_error(names[0], _("这个时间已经过了，请写以后的。"))
        else:
            return begins, ends
        return None


def skills_for(request: ServiceRequest) -> ScopedQuerySet[Any]:
    """The skills that requests of this category call for."""
    rows: ScopedQuerySet[Any] = Skill.objects.unscoped(reason=_WHY)
    return rows.filter(community=request.community_id, categories=request.category_id, is_active=True)


def _skill_label(skill: Skill) -> str:
    words = {"skill": skill.label, "hint": _(skill.hint)} if skill.hint else {}
    return _("%(skill)s（%(hint)s）") % words if words else skill.label


def _wish_names(number: int) -> list[str]:
    return [f"{part}{number}" for part in ("day", "from", "until")]


def _wish_fields(number: int) -> dict[str, forms.Field]:
    """One time: a day, from, until. The first has to be there."""
    needed = number == 1
    day = gettext_lazy("住户哪天方便") if needed else gettext_lazy("或者哪天")
    until = time_field(gettext_lazy("到几点"), required=False)
    if needed:
        until.help_text = gettext_lazy("不写就当两个小时。")
    begins = time_field(gettext_lazy("从几点"), required=needed)
    return dict(zip(_wish_names(number), (day_field(day, required=needed), begins, until), strict=True))


class SlotsField(forms.TypedChoiceField):
    """A choice among times; gives the slot."""

    def __init__(self, slots: list[Slot], **kwargs: Any) -> None:
        # Named by itself, not by its place: one of them may be over when the form comes back.
        named = {f"{start.isoformat()}/{end.isoformat()}": (start, end) for start, end in slots}
        choices = [(key, slot_words(*slot)) for key, slot in named.items()]
        kwargs.setdefault("widget", forms.RadioSelect if len(slots) > 1 else forms.HiddenInput)
        kwargs.setdefault("initial", next(iter(named)) if len(slots) == 1 else None)
        super().__init__(choices=choices, coerce=named.__getitem__, empty_value=None, **kwargs)


class AcceptForm(PortalForm):
    """Yes, at this time."""

    def __init__(self, *args: Any, offer: JobOffer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slot"] = SlotsField(offer.job.slots_to_come, label=_("哪个时间去"))


class AnswerForm(PortalForm):
    """What a steward has said by phone or on paper."""

    says = forms.ChoiceField(
        label=gettext_lazy("怎么说"),
        choices=[("yes", gettext_lazy("能去")), ("no", gettext_lazy("这次不行"))],
        widget=forms.RadioSelect,
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("怎么问到的"),
        choices=[(one.value, one.label) for one in (JobOffer.Channel.PHONE, JobOffer.Channel.PAPER)],
        widget=forms.RadioSelect,
        initial=JobOffer.Channel.PHONE,
    )

    def __init__(self, *args: Any, offer: JobOffer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slot"] = SlotsField(offer.job.slots_to_come, label=_("能去的话，哪个时间"), required=False)
        self.order_fields(["says", "slot", "channel"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("says") == "yes" and not cleaned.get("slot"):
            self.add_error("slot", _("请选一个时间。"))
        return cleaned


class JobForm(PhotoForm):
    """What a step of a job asks for."""

    label: Any = ""
    lead: Any = ""
    button: Any = gettext_lazy("提交")
    thanks: Any = gettext_lazy("记下了。")

    def __init__(self, *args: Any, job: Job, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.job, self.user = job, user
        self.prepare()

    def prepare(self) -> None:
        """Fill in what depends on the job."""


class TapForm(JobForm):
    """Nothing but the button."""


class ArriveForm(JobForm):
    """The household's four digits."""

    label = gettext_lazy("我到了")
    button = gettext_lazy("对上了，我到了")
    thanks = gettext_lazy("到访码对上了，可以进门了。")
    code = forms.RegexField(
        r"^\d{4}$",
        label=gettext_lazy("住户报给您的四位数"),
        error_messages={"invalid": gettext_lazy("是四位数字，请住户再念一遍。")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 4}),
    )


class ReasonForm(JobForm):
    reason = forms.CharField(label=gettext_lazy("怎么核实的"), max_length=120)


class ArriveForForm(ReasonForm):
    label = gettext_lazy("打电话核实，记下到了")
    lead = gettext_lazy("住户用不了到访码的时候用：先给住户打电话，确认来的是红管家本人。")
    button = gettext_lazy("核实过了，记下")


class ConfirmForForm(ReasonForm):
    label = gettext_lazy("问过住户，替他确认")
    lead = gettext_lazy("住户自己不方便点的时候用。确认以后，志愿服务时长就记进本子了。")
    button = gettext_lazy("住户确认了，记下")


class StopForm(ReasonForm):
    label = gettext_lazy("不请红管家了")
    lead = gettext_lazy("已经答应的红管家会收到通知，诉求回到等您派人。")
    button = gettext_lazy("不请了")

    def prepare(self) -> None:
        self.fields["reason"].label = _("为什么（红管家看得到）")


class RebookForm(JobForm):
    """Another time that the household has agreed to."""

    label = gettext_lazy("改个时间")
    lead = gettext_lazy("先和住户说好，再改。")
    button = gettext_lazy("就改到这个时间")
    thanks = gettext_lazy("改好了，已经告诉对方。")
    day = day_field(gettext_lazy("改到哪天"))
    start = time_field(gettext_lazy("从几点"))
    end = time_field(gettext_lazy("到几点"))

    def prepare(self) -> None:
        if self.job.starts_at and self.job.ends_at:
            start, end = clock.local(self.job.starts_at), clock.local(self.job.ends_at)
            self.initial.update(day=start.date(), start=start.time(), end=end.time())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        day, start, end = (cleaned.pop(name, None) for name in ("day", "start", "end"))
        if day and start and end:
            cleaned["slot"] = (datetime.combine(day, start, ZONE), datetime.combine(day, end, ZONE))
        return cleaned


class GiveBackForm(JobForm):
    label = gettext_lazy("去不了了，请换一位")
    lead = gettext_lazy("谁都有走不开的时候，不用说为什么。按下去以后马上请别人，住户和网格长会知道要换人。")
    button = gettext_lazy("去不了了，请换一位")
    thanks = gettext_lazy("好的，正在请别人。谢谢您早说一声。")


class PassOnForm(JobForm):
    """Who could go instead."""

    label = gettext_lazy("请另一位接着去")
    lead = gettext_lazy("选一位您熟的。他答应以前，还是您去。")
    button = gettext_lazy("请他接着去")
    thanks = gettext_lazy("已经去问了，答应了会告诉您。")
    other = RowField(label=gettext_lazy("请谁"), widget=forms.RadioSelect)

    def prepare(self) -> None:
        from stewards.jobs.candidates import could_go_instead

        self.fields["other"].offer(could_go_instead(self.job), _name)  # type: ignore[attr-defined]


def _name(steward: Steward) -> str:
    return str(steward.user.name)


class FinishForm(JobForm):
    """What came of it, for the request and for the book of hours."""

    label = gettext_lazy("做完了")
    lead = gettext_lazy("写一两句就行。网格长看过以后，请住户确认。")
    button = gettext_lazy("交给住户确认")
    thanks = gettext_lazy("辛苦了。住户确认以后，时长记进您的本子。")
    result = forms.ChoiceField(
        label=gettext_lazy("办得怎么样"), choices=ServiceRequest.Result.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(label=gettext_lazy("做了什么"), max_length=1000, widget=text_area(3))
    photos = PhotosField(label=gettext_lazy("做完以后的照片"))
    minutes = forms.IntegerField(label=gettext_lazy("花了多少分钟"), min_value=LEAST)

    def prepare(self) -> None:
        self.fields["photos"].required = self.job.request.category.needs_photo
        most = most_minutes(self.job)
        self.initial["minutes"] = proposed_minutes(self.job)
        self.fields["minutes"].max_value = most  # type: ignore[attr-defined]
        self.fields["minutes"].help_text = _("从进门算到现在，可以改；连路上最多 %(most)s 分钟。") % {"most": most}


class ConfirmForm(JobForm):
    label = gettext_lazy("确认红管家来过、做完了")
    button = gettext_lazy("是的，来过，做完了")
    thanks = gettext_lazy("谢谢您，已经告诉红管家。")
    note = forms.CharField(label=gettext_lazy("想对他说的话"), max_length=200, required=False, widget=text_area(2))


class DoubtForm(JobForm):
    label = gettext_lazy("还没办好")
    lead = gettext_lazy("您写的话，网格长和红管家都看得到，会接着办。")
    button = gettext_lazy("告诉他们")
    thanks = gettext_lazy("知道了，会接着办。")
    text = forms.CharField(label=gettext_lazy("哪里还没办好"), max_length=200, widget=text_area(2))


class PartsForm(JobForm):
    """What was paid for parts."""

    label = gettext_lazy("材料费报销")
    lead = gettext_lazy("垫的钱由小区自管会报销，和志愿服务时长没有关系。请拍清楚小票。")
    button = gettext_lazy("交给自管会")
    thanks = gettext_lazy("交上去了，办好会告诉您。")
    what = forms.CharField(label=gettext_lazy("买了什么"), max_length=80)
    amount = forms.CharField(
        label=gettext_lazy("花了多少钱（元）"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    receipt = PhotosField(label=gettext_lazy("小票的照片"), required=True, most=1)

    def clean_amount(self) -> Decimal:
        try:
            return parse_yuan(self.cleaned_data["amount"])
        except ValueError as reason:
            raise forms.ValidationError(str(reason)) from None

    def clean_receipt(self) -> CleanPhoto:
        photo: CleanPhoto = self.cleaned_data["receipt"][0]
        return photo
