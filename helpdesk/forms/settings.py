"""Forms of what the office sets up about requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.models import Community
from community.roles import Role
from core.forms import PortalForm
from grids.models import Building, Grid
from helpdesk.actions.settings import CATEGORY_FIELDS, REPLY_FIELDS, RULE_FIELDS, seen_of
from helpdesk.categories import Group, LimitKind
from helpdesk.forms import STEP_FORMS
from helpdesk.forms.fields import RowField, text_area, where_from
from helpdesk.models import Category, RoutingRule
from helpdesk.querysets import possible_handlers
from helpdesk.ready_words import INTO
from helpdesk.states import REQUESTS

if TYPE_CHECKING:
    from community.models import User

ICONS = [
    ("chat-left-text", gettext_lazy("写着字的纸")),
    ("exclamation-triangle-fill", gettext_lazy("当心")),
    ("fire", gettext_lazy("火")),
    ("droplet-half", gettext_lazy("水滴")),
    ("lightbulb", gettext_lazy("灯泡")),
    ("lamp", gettext_lazy("路灯")),
    ("tools", gettext_lazy("工具")),
    ("tv", gettext_lazy("电视")),
    ("house", gettext_lazy("房子")),
    ("building", gettext_lazy("楼房")),
    ("building-exclamation", gettext_lazy("楼房和叹号")),
    ("trash", gettext_lazy("垃圾桶")),
    ("tree", gettext_lazy("树")),
    ("car-front", gettext_lazy("汽车")),
    ("bicycle", gettext_lazy("自行车")),
    ("volume-up", gettext_lazy("喇叭")),
    ("people", gettext_lazy("一群人")),
    ("person-wheelchair", gettext_lazy("轮椅")),
    ("heart", gettext_lazy("心")),
    ("question-circle", gettext_lazy("问号")),
    ("shield-lock", gettext_lazy("盾和锁")),
    ("cash-coin", gettext_lazy("钱")),
]
ANY_STEP = ("", gettext_lazy("哪一步都可以用"))


class _SettingForm(PortalForm):
    """What was shown goes along; a new row asks for its community only where the office works for several."""

    expected = forms.CharField(widget=forms.HiddenInput, required=False)
    community = RowField(label=gettext_lazy("社区"), empty=gettext_lazy("请选择"))
    SEEN: tuple[str, ...] = ()
    # What is a row of the community, chosen by its key.
    KEYS: tuple[str, ...] = ()

    def __init__(self, *args: Any, user: User, row: Any = None, offices: list[Community], **kwargs: Any) -> None:
        shown = {name: getattr(row, name) for name in self.SEEN} if row else {}
        shown |= {name: str(getattr(row, f"{name}_id") or "") for name in self.KEYS} if row else {}
        initial = {**shown, "expected": seen_of(row, self.SEEN) if row else ""}
        super().__init__(*args, initial=initial, **kwargs)
        self.user, self.row = user, row
        self.of = row.community if row else offices[0] if len(offices) == 1 else None
        if self.of:
            self.drop("community")
        else:
            self._rows("community").offer(offices)
        self.prepare([self.of] if self.of else offices)

    def prepare(self, communities: list[Community]) -> None:
        """Offer the rows of these communities."""

    def _rows(self, name: str) -> RowField:
        field = self.fields[name]
        assert isinstance(field, RowField)
        return field

    def community_of(self) -> Community:
        """Where the row belongs, or will."""
        found = self.of or self.cleaned_data["community"]
        assert isinstance(found, Community)
        return found

    def given(self) -> dict[str, Any]:
        given = super().given()
        given.pop("community", None)
        if self.row is None:
            given.pop("expected")
        return given


class CategoryForm(_SettingForm):
    """What a category asks and promises."""

    SEEN = CATEGORY_FIELDS
    name = forms.CharField(label=gettext_lazy("名称"), max_length=40)
    hint = forms.CharField(
        label=gettext_lazy("举例"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("居民挑类别时看的，例如：漏水、堵了、跳闸。"),
    )
    group = forms.ChoiceField(label=gettext_lazy("放在哪一组"), choices=Group.choices)
    icon = forms.ChoiceField(label=gettext_lazy("图标"), choices=ICONS)
    banner = forms.CharField(
        label=gettext_lazy("先要告诉人的话"),
        required=False,
        max_length=300,
        widget=text_area(3),
        help_text=gettext_lazy("有危险的才写，例如先打哪个电话；写了就显示在最上面。"),
    )
    sign_amount = forms.IntegerField(label=gettext_lazy("多久以内联系居民"), min_value=1, max_value=999)
    sign_kind = forms.ChoiceField(label=gettext_lazy("联系期限怎么算"), choices=LimitKind.choices)
    finish_amount = forms.IntegerField(label=gettext_lazy("多久以内办结"), min_value=1, max_value=999)
    finish_kind = forms.ChoiceField(label=gettext_lazy("办结期限怎么算"), choices=LimitKind.choices)
    is_for_stewards = forms.BooleanField(
        label=gettext_lazy("红管家可以办"),
        required=False,
        help_text=gettext_lazy("派人时先列红管家。燃气、总管线和电梯从不派给志愿者。"),
    )
    needs_photo = forms.BooleanField(label=gettext_lazy("办完要有照片"), required=False)
    needs_secretary = forms.BooleanField(label=gettext_lazy("受理不受理由社区书记决定"), required=False)
    never_public = forms.BooleanField(label=gettext_lazy("从不给邻居看"), required=False)
    is_confidential = forms.BooleanField(
        label=gettext_lazy("保密"), required=False, help_text=gettext_lazy("只有社区书记看得到，提出人的名字另存。")
    )
    order = forms.IntegerField(
        label=gettext_lazy("排在第几"), min_value=0, max_value=999, required=False, help_text=gettext_lazy("小的在前。")
    )
    is_active = forms.BooleanField(label=gettext_lazy("在用"), required=False, initial=True)

    def prepare(self, communities: list[Community]) -> None:
        if self.row and self.row.icon not in dict(ICONS):
            self.fields["icon"].choices = [(self.row.icon, _("现在的图标")), *ICONS]  # type: ignore[attr-defined]
        if not {one.pk for one in communities} & self.user.scope.ids("community", Role.SECRETARY):
            self.drop("is_confidential")
        if self.row is None:
            self.drop("order")
            for name, kind, amount in (("sign", LimitKind.WORKING_HOURS, 4), ("finish", LimitKind.WORKING_DAYS, 7)):
                self.fields[f"{name}_kind"].initial, self.fields[f"{name}_amount"].initial = kind, amount
            self.fields["needs_photo"].initial = True
        elif self.row.is_mediation:
            self.drop("is_confidential", "never_public")

    def clean_order(self) -> int:
        order: int | None = self.cleaned_data["order"]
        return int(self.row.order) if order is None else order


class RuleForm(_SettingForm):
    """Whom to ask when; what is left empty fits everything."""

    SEEN = RULE_FIELDS
    KEYS = ("category", "grid", "building")
    handler = RowField(label=gettext_lazy("派给谁"), empty=gettext_lazy("请选一位"))
    category = RowField(label=gettext_lazy("哪一类"), required=False, empty=gettext_lazy("不论哪一类"))
    grid = RowField(label=gettext_lazy("哪个网格"), required=False, empty=gettext_lazy("不论哪里"))
    building = RowField(
        label=gettext_lazy("哪一幢楼"),
        required=False,
        empty=gettext_lazy("不论哪一幢"),
        help_text=gettext_lazy("选了楼，就不用再选网格。"),
    )
    hours = forms.ChoiceField(
        label=gettext_lazy("什么时候提的"), choices=RoutingRule.Hours.choices, initial=RoutingRule.Hours.ANY
    )
    is_active = forms.BooleanField(label=gettext_lazy("在用"), required=False, initial=True)

    def prepare(self, communities: list[Community]) -> None:
        here = [one.pk for one in communities]
        of_community = {"community__in": here}
        people = [one for pk in here for one in possible_handlers(pk)]
        self._rows("handler").offer(people, label=where_from, group=lambda one: str(Role(one.role).label))
        if self.row:
            held = next((str(one.pk) for one in people if one.user_id == self.row.handler_id), "")
            self.initial["handler"] = held
            if not held:
                field = self._rows("handler")
                field.required, field.empty = False, _("还是%(name)s（已经不在岗）") % {"name": self.row.handler.name}
        self._rows("category").offer(Category.objects.visible_to(self.user).filter(**of_community))
        self._rows("grid").offer(Grid.objects.visible_to(self.user).filter(**of_community))
        self._rows("building").offer(Building.objects.visible_to(self.user).filter(**of_community))

    def given(self) -> dict[str, Any]:
        given = super().given()
        nothing = {name: given[name] or None for name in self.KEYS}
        return {**given, **nothing, "handler": given["handler"].account() if given["handler"] else self.row.handler}


class ReadyWordsForm(_SettingForm):
    """Words kept ready for a step."""

    SEEN = REPLY_FIELDS
    KEYS = ("category",)
    title = forms.CharField(
        label=gettext_lazy("叫什么"), max_length=40, help_text=gettext_lazy("自己人挑的时候看的，例如：先关阀门。")
    )
    text = forms.CharField(
        label=gettext_lazy("内容"),
        max_length=500,
        widget=text_area(4),
        help_text=gettext_lazy("填进去以后还能改。不要写哪一位居民的名字和电话。"),
    )
    action = forms.ChoiceField(label=gettext_lazy("哪一步用"), required=False)
    category = RowField(label=gettext_lazy("哪一类用"), required=False, empty=gettext_lazy("不论哪一类"))
    is_active = forms.BooleanField(label=gettext_lazy("在用"), required=False, initial=True)

    def prepare(self, communities: list[Community]) -> None:
        self.fields["action"].choices = [ANY_STEP, *steps_with_words()]  # type: ignore[attr-defined]
        rows = Category.objects.visible_to(self.user).filter(community__in=[one.pk for one in communities])
        self._rows("category").offer(rows)

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {**given, "category": given["category"] or None}


def steps_with_words() -> list[tuple[str, str]]:
    """The steps whose form has a field that ready words go into, with the words on their buttons."""
    labels = {row.action: str(row.label) for row in REQUESTS}
    apart = {"rate", "withdraw"}
    return [
        (action, labels[action])
        for action, form in STEP_FORMS.items()
        if action not in apart and action in labels and any(name in form.base_fields for name in INTO)
    ]
