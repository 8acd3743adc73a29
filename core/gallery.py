"""Every component in every state on one page, in DEBUG only: to be looked at, and to be run through axe."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import charts, clock
from core.forms import PhotosField, PortalForm

NOW = datetime(2026, 11, 20, 1, 5, tzinfo=UTC)
TONES = ("good", "warn", "wait", "idle", "bad")


@dataclass(frozen=True)
class Door:
    label: str
    note: str
    tone: str
    url: str = "#"
    cared: bool = False


@dataclass(frozen=True)
class UnitOfDoors:
    label: str
    per: int
    doors: list[Door] = field(default_factory=list)


class SampleForm(PortalForm):
    """One field of every kind that the portal uses."""

    category = forms.ChoiceField(
        label=gettext_lazy("是哪方面的事"),
        choices=[
            ("", gettext_lazy("请选择")),
            ("water", gettext_lazy("水电暖维修")),
            ("clean", gettext_lazy("环境卫生")),
        ],
    )
    place = forms.ChoiceField(
        label=gettext_lazy("在哪里"),
        widget=forms.RadioSelect,
        choices=[
            ("home", gettext_lazy("在我家里")),
            ("stairs", gettext_lazy("在楼道")),
            ("yard", gettext_lazy("在院子里")),
        ],
    )
    text = forms.CharField(
        label=gettext_lazy("说说是什么事"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("像跟邻居说话一样就行，例如：厨房水管漏水，用盆接着。"),
    )
    times = forms.MultipleChoiceField(
        label=gettext_lazy("什么时候家里有人"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("am", gettext_lazy("上午")), ("pm", gettext_lazy("下午")), ("eve", gettext_lazy("晚上"))],
    )
    day = forms.DateField(
        label=gettext_lazy("最好哪天来"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    phone = forms.CharField(
        label=gettext_lazy("联系电话"),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        help_text=gettext_lazy("只有受理的人看得到。"),
    )
    photos = PhotosField(help_text=gettext_lazy("最多 6 张，拍摄地点会被去掉。"))
    agree = forms.BooleanField(label=gettext_lazy("可以把这件事告诉红管家"), required=False)


class SampleFilter(forms.Form):
    words = forms.CharField(label=gettext_lazy("包含的字"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("进展"),
        required=False,
        choices=[("", gettext_lazy("不限")), ("open", gettext_lazy("办理中")), ("closed", gettext_lazy("已办结"))],
    )


def _entries() -> list[SimpleNamespace]:
    """A request from its first word to what comes next."""
    photo = {"url": "/static/icons/icon-512.png", "thumbnail": "/static/icons/icon-192.png"}
    photos = [SimpleNamespace(caption="", **photo), SimpleNamespace(caption=_("洗菜池下面"), **photo)]
    rows: list[dict[str, Any]] = [
        {
            "title": _("您提交了诉求"),
            "at": NOW - timedelta(hours=37),
            "text": _("厨房洗菜池下面一直滴水，用盆接着。"),
            "photos": photos,
        },
        {
            "title": _("网格长周敏受理"),
            "at": NOW - timedelta(hours=24),
            "text": _("阿姨您好，先把水池下面的小阀门关上。"),
        },
        {"title": _("已派给红管家王师傅"), "at": NOW - timedelta(hours=23), "text": _("擅长水管维修，住在本院。")},
        {"title": _("王师傅约好今天下午上门"), "at": NOW, "who": _("王建国"), "state": "now"},
        {"title": _("修好后由网格长审核，再请您评价"), "state": "next"},
    ]
    blank = {"at": None, "text": "", "who": "", "state": "done", "photos": None}
    return [SimpleNamespace(**{**blank, **row}) for row in rows]


def _units() -> list[UnitOfDoors]:
    """Three stairs of one building in the middle of a campaign."""
    visited, due, empty = _("已访"), _("待访"), _("空置")
    pattern = [
        ("good", visited),
        ("good", visited),
        ("warn", due),
        ("idle", empty),
        ("wait", _("约好")),
        ("bad", _("拒访")),
    ]
    units = []
    for number in (1, 2, 3):
        doors = []
        for position, floor in enumerate((6, 5, 4, 3, 2, 1)):
            for side in (1, 2):
                tone, note = pattern[(position * side + number) % len(pattern)]
                doors.append(Door(f"{floor}0{side}", note, tone, cared=(position + number + side) % 5 == 0))
        units.append(UnitOfDoors(_("%(number)d 单元") % {"number": number}, 2, doors))
    return units


def _asks() -> list[SimpleNamespace]:
    rows = [
        (_("待受理诉求 2 件"), _("最早一件：厨房漏水"), _("受理"), NOW - timedelta(minutes=40), True),
        (_("问题未反馈 1 户"), _("2-402 屋顶渗水，已修，未告知"), _("反馈"), NOW - timedelta(days=3), False),
        (_("结对空缺 1 户"), _("1-301 党员结对人搬走"), _("安排"), None, False),
    ]
    names = ("title", "detail", "button", "since", "urgent")
    return [SimpleNamespace(url="#", **dict(zip(names, row, strict=True))) for row in rows]


def _chart() -> charts.Chart:
    """Income and expenditure over four quarters."""
    income = [Decimal("36500.00"), Decimal("35000.00"), Decimal("37000.00"), Decimal("39120.00")]
    spent = [Decimal("35500.00"), Decimal("31000.00"), Decimal("32000.00"), Decimal("34000.00")]
    series = [(_("收入"), income), (_("支出"), spent)]
    labels = ["25Q4", "26Q1", "26Q2", "26Q3"]
    return charts.bars(_("各季收入与支出"), _("最近四个季度的收入与支出"), labels, series, _("元"))


class Way(NamedTuple):
    """An entry of the navigation."""

    label: str
    icon: str
    active: bool
    url: str = "#"


def _nav() -> list[Way]:
    rows = [
        (_("首页"), "house", True),
        (_("我的诉求"), "chat-left-text", False),
        (_("账目公示"), "journal-text", False),
        (_("我家"), "people", False),
        (_("公告"), "megaphone", False),
    ]
    return [Way(*row) for row in rows]


def _context(request: HttpRequest) -> dict[str, Any]:
    return {
        "nav": _nav(),
        "unread": 3,
        "second_factor_due": "duties" in request.GET,
        "help_phone": "0511-8888 0000",
        "community_name": _("共治 · 朱方路社区"),
        "search_url": request.path,
        "tones": TONES,
        "asks": _asks(),
        "entries": _entries(),
        "units": _units(),
        "chart": _chart(),
        "vouchers": [
            (_("付-07 门卫工资"), NOW, _("已入账"), "good", Decimal("5200.00")),
            (_("付-08 更换路灯"), NOW - timedelta(days=2), _("等审核"), "wait", Decimal("1870.50")),
        ],
        "total": Decimal("7070.50"),
        "facts": [
            (_("编号"), "ZF225-2026-000123"),
            (_("地点"), _("3幢2单元501室"), "#"),
            (_("到期"), _("11月23日 周一")),
        ],
        "steps": [
            SimpleNamespace(label=_("输入信上的码"), state="done"),
            SimpleNamespace(label=_("手机和密码"), state="now"),
            SimpleNamespace(label=_("核对家庭信息"), state="next"),
        ],
        "stations": [
            SimpleNamespace(label=_("走访发现"), detail=_("10月12日"), url="#", state="done"),
            SimpleNamespace(label=_("诉求"), detail="ZF225-2026-000123", url="#", state="done"),
            SimpleNamespace(label=_("凭证"), detail=_("付-08"), url="#", state="now"),
            SimpleNamespace(label=_("公示"), detail=_("第四季度"), url="", state="next"),
        ],
        "consequences": [
            (43, _("张凭证不能再改动，只能另做更正")),
            (264, _("户居民会收到提醒")),
            (30, _("天公示期从今天算起")),
        ],
        "form": SampleForm(),
        "wrong": SampleForm(data={"text": "", "phone": "138", "place": "moon"}, auto_id="wrong_%s"),
        "filtered": SimpleNamespace(
            form=SampleFilter({"state": "open"}), count=2, active=True, reset_url="#", xlsx_url="#"
        ),
    }


@login_not_required
def gallery(request: HttpRequest) -> HttpResponse:
    """The page; `?messages=1` shows one message of each kind. 404 outside DEBUG."""
    if not settings.DEBUG:
        raise Http404
    if "messages" in request.GET:
        messages.success(request, _("记下了，编号 ZF225-2026-000123。"))
        messages.error(request, _("有人先办了一步，请看一看再决定。"))
    with clock.at(NOW + timedelta(hours=5)):
        return render(request, "core/gallery.html", _context(request))


gallery.access = "public"  # type: ignore[attr-defined]
