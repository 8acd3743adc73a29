"""Forms of the help desk: one to log a request, one for each step of the table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.roles import Role
from core import clock
from core.files import Cleaned, clean_upload
from core.forms import PhotosField, PortalForm, SeveralFilesInput
from grids.models import Building, Household
from helpdesk import sides, words
from helpdesk.categories import Group
from helpdesk.models import Category, Party, Rating, ServiceRequest
from helpdesk.querysets import possible_handlers

if TYPE_CHECKING:
    from community.models import User
    from grids.querysets import HouseholdQuerySet

Place = ServiceRequest.Place
FEW_HOUSEHOLDS = 6
# As households are always ordered; said in full it needs half the joins.
BY_DOOR = (
    "building__estate__code",
    "building__order",
    "building__number",
    "dwelling__unit__number",
    "dwelling__room_no",
)
PICK = gettext_lazy("请选一项。")


class RowField(forms.ChoiceField):
    """A choice among rows: gives the row. All are read when somebody looks at them, once; one that is sent, alone."""

    def __init__(self, *, empty: Any = None, **kwargs: Any) -> None:
        self.empty = empty
        self._offered: Iterable[Any] | Callable[[], Iterable[Any]] = ()
        super().__init__(**kwargs)

    def offer(
        self,
        rows: Iterable[Any] | Callable[[], Iterable[Any]],
        label: Callable[[Any], str] = str,
        group: Callable[[Any], str] | None = None,
    ) -> None:
        """The rows to choose from, in order, or what gives them; `group` puts neighbours of one heading under it."""
        self._offered = rows
        self.__dict__.pop("rows", None)
        self.choices = lambda: self._as_choices(label, group)

    @cached_property
    def rows(self) -> dict[str, Any]:
        """What can be chosen, by what the form sends."""
        return {str(row.pk): row for row in self._among()}

    def _among(self) -> Iterable[Any]:
        return self._offered() if callable(self._offered) else self._offered

    def clean(self, value: Any) -> Any:
        key = self.to_python(value)
        forms.Field.validate(self, key)
        chosen = self._sent(key) if key else None
        if key and chosen is None:
            raise forms.ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value}
            )
        return chosen

    def _sent(self, key: str) -> Any:
        """The row of this key; None where it is not among those to choose from."""
        if "rows" in self.__dict__ or not isinstance(among := self._among(), QuerySet):
            return self.rows.get(key)
        try:
            return next(iter(among.filter(pk=key).order_by()), None)
        except (ValueError, forms.ValidationError):
            return None

    def _as_choices(self, label: Callable[[Any], str], group: Callable[[Any], str] | None) -> list[Any]:
        start = [("", self.empty)] if self.empty is not None else []
        if group is None:
            return [*start, *((pk, label(row)) for pk, row in self.rows.items())]
        parts = groupby(self.rows.items(), key=lambda item: group(item[1]))
        return [*start, *((name, [(pk, label(row)) for pk, row in part]) for name, part in parts)]


def text_area(rows: int, **attrs: Any) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **attrs})


class PhotoForm(PortalForm):
    """A form that takes photos: a browser forgets them when a form comes back, so that the form has to say so."""

    def add_error(self, field: str | None, error: Any) -> None:
        super().add_error(field, error)
        if self.files and field != "photos" and "photos" in self.fields:
            self.fields["photos"].help_text = _("照片要请您再选一次，浏览器不会替您留着。")


class RequestForm(PhotoForm):
    """What a resident says: what it is about, what it is, where, photos, who may see it."""

    category = RowField(label=gettext_lazy("是哪方面的事"), widget=forms.RadioSelect)
    title = forms.CharField(
        label=gettext_lazy("一句话说说是什么事"),
        max_length=60,
        help_text=gettext_lazy("例如：厨房水管漏水，地上积水。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    description = forms.CharField(
        label=gettext_lazy("再说详细一点"),
        required=False,
        max_length=2000,
        widget=text_area(3),
        help_text=gettext_lazy("从什么时候开始的，什么时候家里有人。"),
    )
    place_kind = forms.ChoiceField(label=gettext_lazy("在哪里"), widget=forms.RadioSelect)
    home = RowField(label=gettext_lazy("哪一套房子"), required=False)
    building = RowField(label=gettext_lazy("哪一幢楼"), required=False, empty=gettext_lazy("请选楼幢"))
    place = forms.CharField(
        label=gettext_lazy("具体位置"),
        required=False,
        max_length=50,
        help_text=gettext_lazy("例如：2 单元 3 楼楼道，或大门口路灯下。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    photos = PhotosField(help_text=gettext_lazy("最多 6 张；照片里的拍摄地点会自动去掉。"))
    visibility = forms.ChoiceField(
        label=gettext_lazy("谁能看到"),
        widget=forms.RadioSelect,
        choices=ServiceRequest.Visibility.choices,
        initial=ServiceRequest.Visibility.HANDLERS,
    )
    consent = forms.BooleanField(
        label=gettext_lazy("我同意把这件事和我的电话交给办理的人，只用来办这件事"),
        error_messages={"required": gettext_lazy("办的人要能联系到您，请勾选同意。")},
    )

    heading: Any = gettext_lazy("说一件事")
    is_on_behalf = False

    def __init__(self, *args: Any, user: User, categories: Iterable[Category], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.homes = self._homes()
        self._offer_category(categories)
        self._offer_places()
        for name in ("category", "place_kind", "visibility"):
            self.fields[name].error_messages["required"] = PICK
        self.fields["title"].error_messages["required"] = gettext_lazy("请用一句话写下是什么事。")

    def _homes(self) -> list[Household]:
        rows = Household.objects.own_of(self.user).living_here().select_related("dwelling", "building__grid")
        order = BY_DOOR if len(self.user.scope.households) > 1 else ()
        return list(rows.only("dwelling__label", "building__label", "building__grid__name").order_by(*order))

    def _offer_category(self, categories: Iterable[Category]) -> None:
        field = self.fields["category"]
        assert isinstance(field, RowField)
        field.offer(categories, group=lambda category: str(Group(category.group).label))

    def _offer_places(self) -> None:
        buildings, homes = self.fields["building"], self.fields["home"]
        assert isinstance(buildings, RowField)
        assert isinstance(homes, RowField)
        buildings.offer(self._buildings, group=_estate_of)
        homes.offer(self.homes)
        kinds = self.place_kinds()
        self.fields["place_kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["place_kind"].initial = kinds[0][0]
        if len(self.homes) < 2:
            del self.fields["home"]

    def _buildings(self) -> Iterable[Building]:
        rows = Building.objects.visible_to(self.user).select_related("estate", "grid")
        return rows.only("label", "estate__name", "grid__name")

    def place_kinds(self) -> list[tuple[str, str]]:
        """The kinds of place that this person can choose from; the own door, where there is one, first."""
        kinds = [
            (Place.BUILDING.value, _("在楼里、楼道里")),
            (Place.ELSEWHERE.value, _("在院子、路边或别的地方")),
        ]
        if len(self.homes) == 1:
            kinds.insert(0, (Place.HOME.value, _("在我家（%(door)s）") % {"door": self.homes[0]}))
        elif self.homes:
            kinds.insert(0, (Place.HOME.value, _("在我家")))
        return kinds

    def category_groups(self) -> Iterator[tuple[str, list[tuple[Any, Category]]]]:
        """The cards of the categories, group by group: (heading, [(radio button, category)])."""
        field = self.fields["category"]
        assert isinstance(field, RowField)
        radios = {str(radio.data["value"]): radio for radio in self["category"].subwidgets}
        for group, part in groupby(field.rows.values(), key=lambda category: category.group):
            yield str(Group(group).label), [(radios[str(category.pk)], category) for category in part]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("place_kind")
        if kind == Place.BUILDING and not cleaned.get("building") and "building" not in self.errors:
            self.add_error("building", _("请选是哪一幢楼。"))
        if kind == Place.ELSEWHERE and not cleaned.get("place") and "place" not in self.errors:
            self.add_error("place", _("请写一下在哪里，办的人才找得到。"))
        return cleaned

    def given(self) -> dict[str, Any]:
        given = super().given()
        chosen = given.pop("home", None)
        home = chosen or (self.homes[0] if self.homes else None)
        if given["place_kind"] != Place.BUILDING:
            given["building"] = None
        return {**given, "household": home, "reporter": self.user}


class BehalfForm(RequestForm):
    """What somebody with a duty writes down for a resident."""

    household = forms.CharField(
        label=gettext_lazy("哪一户"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("写门牌或姓名，例如 225-3-2-501；不在册的可以不填。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reporter_name = forms.CharField(
        label=gettext_lazy("提出人姓名"), required=False, max_length=40, help_text=gettext_lazy("不填就是户主。")
    )
    reporter_phone = forms.CharField(
        label=gettext_lazy("联系电话"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        help_text=gettext_lazy("不填就用登记册里的。"),
    )
    field_order = ["household", "reporter_name", "reporter_phone"]
    heading = gettext_lazy("替居民登记")
    is_on_behalf = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["consent"].label = _("本人同意把这件事和电话交给办理的人，只用来办这件事")
        self.fields["consent"].error_messages["required"] = gettext_lazy("请先问过本人，再勾选同意。")

    def _homes(self) -> list[Household]:
        return []

    def place_kinds(self) -> list[tuple[str, str]]:
        return [(Place.HOME.value, _("在这一户家里")), *super().place_kinds()]

    def clean_household(self) -> Household | None:
        asked = self.cleaned_data["household"].strip()
        if not asked:
            return None
        missing = _("没有找到这一户，请核对门牌；不在册的请空着，写上姓名和电话。")
        return household_named(Household.objects.visible_to(self.user), asked, missing=missing)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        household = cleaned.get("household")
        if "household" in self.errors:
            return cleaned
        if cleaned.get("place_kind") == Place.HOME and not household:
            self.add_error("household", _("在家里的事，请写明是哪一户。"))
        if not cleaned.get("reporter_name") and not (household and household.head):
            self.add_error("reporter_name", _("请写上是谁提出的，办的人好联系。"))
        return cleaned

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {**given, "household": self.cleaned_data["household"], "reporter": None}


class StepForm(PhotoForm):
    """What a step needs; `version` is the request's as it was shown."""

    button = gettext_lazy("提交")
    lead: Any = ""
    thanks: Any = gettext_lazy("办好了，经过里已经记上。")
    calls_first = False
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, request: ServiceRequest, user: User, **kwargs: Any) -> None:
        super().__init__(*args, initial={"version": request.version}, **kwargs)
        self.request, self.user = request, user
        self.prepare()
        if request.has_parties and "text" in self.fields:
            self.fields["text"].label = _("给两家的话")
            self.fields["text"].help_text = _("两家都看得到；只给一家的话，请另外写。")

    def prepare(self) -> None:
        """Fill in what depends on the request."""

    def catch_up(self) -> None:
        """After somebody else's step: what was typed stays, the version is the one that is shown now."""
        sent = cast(QueryDict, self.data).copy()
        sent[self.add_prefix("version")] = str(self.request.version)
        self.data = sent


class AcceptForm(StepForm):
    button = gettext_lazy("受理")
    category = RowField(label=gettext_lazy("类别对不对"))
    text = forms.CharField(
        label=gettext_lazy("给居民的话"),
        required=False,
        max_length=500,
        widget=text_area(2),
        help_text=gettext_lazy("例如：阿姨您好，先把水池下面的小阀门关上，我请人来看。"),
    )

    def prepare(self) -> None:
        field = self.fields["category"]
        assert isinstance(field, RowField)
        field.offer(Category.objects.visible_to(self.user).in_use().filter(community=self.request.community_id))
        field.initial = str(self.request.category_id)


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


class AgreementField(forms.FileField):
    """What two households have signed: up to four photos or PDFs, each cleaned or refused; gives a list of Cleaned."""

    MOST = 4

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", SeveralFilesInput(attrs={"accept": "image/*,application/pdf"}))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Cleaned]:
        files = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if len(files) > self.MOST:
            raise forms.ValidationError(_("协议最多 %(most)d 页或份，请合在一起。"), params={"most": self.MOST})
        return [clean_upload(super(AgreementField, self).clean(file, initial)) for file in files]


class DispatchForm(StepForm):
    button = gettext_lazy("派给这位")
    handler = RowField(label=gettext_lazy("请谁来办"), empty=gettext_lazy("请选一位"))
    co_handler = RowField(label=gettext_lazy("谁来帮手"), required=False, empty=gettext_lazy("不用"))
    text = forms.CharField(label=gettext_lazy("给居民的话"), required=False, max_length=500, widget=text_area(2))
    note = forms.CharField(
        label=gettext_lazy("给办理人的话"),
        required=False,
        max_length=500,
        widget=text_area(2),
        help_text=gettext_lazy("居民看不到。"),
    )

    def prepare(self) -> None:
        people = possible_handlers(self.request.community_id, self.request.category)
        barred = {self.request.reporter_id, *sides.live_in(self.request)}
        people = [one for one in people if one.user_id not in barred]
        for name in ("handler", "co_handler"):
            field = self.fields[name]
            assert isinstance(field, RowField)
            field.offer(people, label=_where_from, group=lambda one: str(Role(one.role).label))

    def given(self) -> dict[str, Any]:
        given = super().given()
        helper = given.pop("co_handler")
        return {**given, "handler": given["handler"].user, "co_handlers": [helper.user] if helper else []}


class SignForm(StepForm):
    button = gettext_lazy("签收")
    calls_first = True
    first_contact_at = forms.DateTimeField(
        label=gettext_lazy("什么时候联系的居民"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("先打个电话，再签收。"),
        error_messages={"invalid": gettext_lazy("请写日期和时间，例如 2026-11-20 9:05。")},
    )
    appointment = forms.CharField(
        label=gettext_lazy("约好什么时候上门"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("写明几月几日几点，例如：11月20日 14:30 上门。"),
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


class UpdateForm(PhotoForm):
    """A remark, photos, or a note among those who work on it."""

    text = forms.CharField(label=gettext_lazy("想补充什么"), required=False, max_length=2000, widget=text_area(3))
    photos = PhotosField(help_text=gettext_lazy("最多 6 张。"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("text") and not cleaned.get("photos") and not self.errors:
            self.add_error("text", _("请写一句话，或者附一张照片。"))
        return cleaned


class WorkingUpdateForm(UpdateForm):
    """The same for those who work on it: they choose who reads it."""

    audience = forms.ChoiceField(
        label=gettext_lazy("写给谁看"),
        widget=forms.RadioSelect,
        choices=[("public", gettext_lazy("居民也看得到")), ("internal", gettext_lazy("只给办理的人看"))],
        initial="public",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("audience") == "internal" and cleaned.get("photos"):
            self.add_error("photos", _("照片居民也看得到；只给办理人看的，请只写字。"))
        return cleaned

    def given(self) -> dict[str, Any]:
        given = super().given()
        internal = given.pop("audience") == "internal"
        return {**given, "text": "", "note": given["text"]} if internal else given


class SidesUpdateForm(UpdateForm):
    """A word of those who work on a mediation; nothing is chosen for them, lest it goes to the wrong door."""

    audience = forms.ChoiceField(
        label=gettext_lazy("写给谁看"), widget=forms.RadioSelect, error_messages={"required": PICK}
    )
    field_order = ["audience"]

    def __init__(self, *args: Any, sides: Sequence[Party], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sides = {str(side.pk): side for side in sides}
        only = [(key, _("只给%(door)s") % {"door": side}) for key, side in self.sides.items()]
        both, internal = ("both", _("两家都看得到")), ("internal", _("只给办理的人看"))
        self.fields["audience"].choices = [*only, both, internal]  # type: ignore[attr-defined]
        self.fields["text"].label = _("写什么")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("audience") == "internal" and cleaned.get("photos"):
            self.add_error("photos", _("照片居民也看得到；只给办理人看的，请只写字。"))
        return cleaned

    def given(self) -> dict[str, Any]:
        given = super().given()
        audience = given.pop("audience")
        if audience == "internal":
            return {**given, "text": "", "note": given["text"]}
        return {**given, "party": self.sides.get(audience)}


class OtherForm(PortalForm):
    """Which is the other household of a mediation."""

    other = forms.CharField(
        label=gettext_lazy("另一家是哪一户"),
        max_length=60,
        help_text=gettext_lazy("写门牌，例如 225-3-2-601。受理以后，这一家才看得到有这件事。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_other(self) -> Household:
        rows = Household.objects.visible_to(self.user)
        return household_named(rows, self.cleaned_data["other"], missing=_("没有找到这一户，请核对门牌。"))


STEP_FORMS: dict[str, type[StepForm]] = {
    "accept": AcceptForm,
    "reject": RejectForm,
    "decline": DeclineForm,
    "dispatch": DispatchForm,
    "sign": SignForm,
    "hand_back": HandBackForm,
    "reply": ReplyForm,
    "resolve": ResolveForm,
    "conclude": ConcludeForm,
    "send_back": SendBackForm,
    "withdraw": WithdrawForm,
    "rate": RateForm,
}


def household_named(rows: HouseholdQuerySet, asked: str, *, missing: str) -> Household:
    """The one household of `rows` that lives behind this door or has this name; raises ValidationError otherwise."""
    found = list(rows.matching(asked.strip()).for_list()[: FEW_HOUSEHOLDS + 1])
    if not found:
        raise forms.ValidationError(missing)
    if len(found) > 1:
        doors = _("、").join(_door_and_head(one) for one in found[:FEW_HOUSEHOLDS])
        raise forms.ValidationError(_("不止一户符合，请写完整门牌：%(doors)s。"), params={"doors": doors})
    one: Household = found[0]
    return one


def _estate_of(building: Building) -> str:
    return building.estate.name


def _door_and_head(household: Household) -> str:
    return f"{household} {household.head or ''}".strip()


def _where_from(appointment: Any) -> str:
    place = appointment.grid or appointment.building
    name = words.person(appointment.user.name, appointment.role)
    return f"{name} · {place}" if place else name
