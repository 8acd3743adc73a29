"""Pages of the categories: which there are, what each asks and promises."""

from __future__ import annotations

from typing import NamedTuple

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.access import Permission, PortalRequest, access
from community.once import once
from helpdesk import deadlines
from helpdesk.actions import settings as actions
from helpdesk.categories import Group
from helpdesk.forms.settings import CategoryForm
from helpdesk.models import Category, ServiceRequest
from helpdesk.states import OPEN
from helpdesk.views.setting_up import set_up

BACK = "helpdesk:categories"


class Line(NamedTuple):
    """A category as a line of its page."""

    row: Category
    sign: str
    finish: str
    marks: list[str]


@access(Permission.REQUEST_SETTINGS)
def categories(request: PortalRequest) -> HttpResponse:
    """All categories of one's offices, in their groups, with what each promises."""
    rows = Category.objects.visible_to(request.user).filter(community__in=request.user.scope.offices_communities)
    lines = [
        Line(
            row,
            deadlines.limit_words(row.sign_kind, row.sign_amount),
            deadlines.limit_words(row.finish_kind, row.finish_amount),
            _marks(row),
        )
        for row in rows
    ]
    groups = [(group.label, [line for line in lines if line.row.group == group]) for group in Group]
    return render(request, "helpdesk/categories.html", {"groups": groups})


def _marks(row: Category) -> list[str]:
    """What is special about a category, each in a few words."""
    said = {
        _("停用了"): not row.is_active,
        _("红管家可以办"): row.is_for_stewards,
        _("办完要有照片"): row.needs_photo,
        _("书记决定受理"): row.needs_secretary,
        _("保密"): row.is_confidential,
        _("从不给邻居看"): row.never_public and not row.is_confidential,
    }
    return [words for words, holds in said.items() if holds]


@access(Permission.REQUEST_SETTINGS)
@once
def category_add(request: PortalRequest) -> HttpResponseBase:
    return set_up(
        request,
        CategoryForm,
        None,
        do=actions.add_category,
        back=BACK,
        says=_("加好了，居民现在就能选到。"),
        words={"title": _("加一个类别"), "back": reverse(BACK), "back_label": _("诉求类别")},
    )


@access(Permission.REQUEST_SETTINGS)
@once
def category_edit(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Change a category; what runs already keeps its promise, and the page says how many that are."""
    offices = request.user.scope.offices_communities
    row = get_object_or_404(Category.objects.visible_to(request.user), pk=pk, community__in=offices)
    rows = ServiceRequest.objects.unscoped(reason="how many of a category of one's own office still run")
    running = rows.filter(community=row.community_id, category=row, state__in=OPEN).count()
    note = ngettext(
        "现在有 %d 件还在办的，期限和谁能看到都按提交时的，不跟着改。",
        "现在有 %d 件还在办的，期限和谁能看到都按提交时的，不跟着改。",
        running,
    )
    return set_up(
        request,
        CategoryForm,
        row,
        do=actions.change_category,
        back=BACK,
        says=_("改好了，从下一件起算。"),
        words={
            "title": row.label,
            "lead": note % running if running else "",
            "back": reverse(BACK),
            "back_label": _("诉求类别"),
        },
    )
