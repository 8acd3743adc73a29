"""Places: estate, grid, building, unit, dwelling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.rows import CommunityRow
from core.fields import EncryptedCharField
from core.terms import Term
from grids.querysets import (
    BuildingInGridQuerySet,
    BuildingQuerySet,
    DwellingQuerySet,
    EstateQuerySet,
    GridQuerySet,
    UnitQuerySet,
)

if TYPE_CHECKING:
    from community.models import Community


class Estate(CommunityRow):
    """An address compound 小区/院, such as 朱方路225号."""

    code = models.CharField(_("编号"), max_length=12, help_text=_("门牌数字，例如 225。"))
    name = models.CharField(_("名称"), max_length=60)
    address = models.CharField(_("地址"), max_length=120, blank=True)
    is_self_managed = models.BooleanField(_("居民自管"), default=False)

    objects = EstateQuerySet.as_manager()

    class Meta:
        verbose_name = _("小区")
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["community", "code"], name="estate_code_once")]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class GridSize:
    """What the number of a grid's households says: a word, its tone, and a sentence that warns."""

    word: str
    tone: str
    warning: str = ""


def size_of(kind: str, living: int, community: Community) -> GridSize:
    """A basic grid has from so many to so many households; which, the community sets. A special one is not counted."""
    low, high = community.grid_households_from, community.grid_households_to
    numbers = {"living": living, "low": low, "high": high}
    if kind == Grid.Kind.SPECIAL:
        return GridSize(gettext("专属网格不计户数"), "idle")
    if living < low:
        return GridSize(
            gettext("偏少"), "warn", gettext("只有 %(living)d 户，少于 %(low)d 户。可以把邻近的楼划进来。") % numbers
        )
    if living > high:
        return GridSize(
            gettext("偏多"),
            "warn",
            gettext("有 %(living)d 户，多于 %(high)d 户。可以把一些楼划给邻近的网格。") % numbers,
        )
    return GridSize(gettext("合适"), "good")


class Grid(CommunityRow):
    """A grid 网格; its code is the community's 12 digits and a 3-digit sequence."""

    class Kind(models.TextChoices):
        BASIC = "basic", _("基础网格")
        SPECIAL = "special", _("专属网格")

    code = models.CharField(
        _("编码"), max_length=15, validators=[RegexValidator(r"^\d{15}$", _("网格编码是 15 位数字。"))]
    )
    external_code = models.CharField(_("上级平台编码"), max_length=40, blank=True)
    name = models.CharField(_("名称"), max_length=40)
    kind = models.CharField(_("类型"), max_length=10, choices=Kind.choices, default=Kind.BASIC)
    work_group = EncryptedCharField(
        _("工作群机器人地址"),
        max_length=1000,
        blank=True,
        help_text=_("企业微信、钉钉、飞书群机器人给的地址，或 Apprise 地址。只往群里发编号和链接，不发居民信息。"),
    )

    objects = GridQuerySet.as_manager()

    class Meta:
        verbose_name = _("网格")
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["community", "code"], name="grid_code_once")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("grids:grid", args=[self.pk])

    @property
    def size(self) -> GridSize:
        """Whether the grid has as many households as the community wants; asked of a row with `living` counted."""
        living: int = self.living  # type: ignore[attr-defined]
        return size_of(self.kind, living, self.community)


class Building(CommunityRow):
    """A building 幢 of an estate, in a grid (none until somebody assigns it)."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="buildings", verbose_name=_("小区"))
    grid = models.ForeignKey(
        Grid, models.PROTECT, related_name="buildings", null=True, blank=True, verbose_name=_("网格")
    )
    number = models.CharField(_("幢号"), max_length=12)
    label = models.CharField(_("楼名"), max_length=40, help_text=_("例如 225号3幢。"))
    order = models.PositiveIntegerField(_("排序"), default=0)

    objects = BuildingQuerySet.as_manager()

    class Meta:
        verbose_name = _("楼幢")
        ordering = ["estate__code", "order", "number"]
        constraints = [models.UniqueConstraint(fields=["estate", "number"], name="building_number_once")]
        indexes = [models.Index(fields=["community", "grid"]), models.Index(fields=["community", "estate", "order"])]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("grids:building", args=[self.pk])


class BuildingInGrid(Term, CommunityRow):
    """Which grid a building belonged to, from when to when; `Building.grid` is the one that holds today."""

    building = models.ForeignKey(Building, models.PROTECT, related_name="grid_terms", verbose_name=_("楼幢"))
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="building_terms", verbose_name=_("网格"))

    objects = BuildingInGridQuerySet.as_manager()

    class Meta(Term.Meta):
        verbose_name = _("楼幢所属网格")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            *Term.Meta.constraints,
            models.UniqueConstraint(
                fields=["building"], condition=Q(ends_on__isnull=True), name="one_open_grid_a_building"
            ),
        ]
        indexes = [models.Index(fields=["community", "grid", "starts_on"])]

    def __str__(self) -> str:
        return f"{self.building} · {self.grid}"


class Unit(CommunityRow):
    """A stairwell 单元; its number may be "" where a building has one entrance."""

    building = models.ForeignKey(Building, models.PROTECT, related_name="units", verbose_name=_("楼幢"))
    number = models.CharField(_("单元号"), max_length=8, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("单元")
        ordering = ["building", "number"]
        constraints = [models.UniqueConstraint(fields=["building", "number"], name="unit_number_once")]

    def __str__(self) -> str:
        return f"{self.building.label}{self.number}单元" if self.number else self.building.label


class Dwelling(CommunityRow):
    """A dwelling 室. `label` is the full door as people write it, kept so that lists need no joins."""

    class AreaSource(models.TextChoices):
        DEED = "deed", _("产权证")
        SURVEY = "survey", _("测绘成果")
        ROSTER = "roster", _("花名册")
        DECLARED = "declared", _("业主自报")

    building = models.ForeignKey(Building, models.PROTECT, related_name="dwellings", verbose_name=_("楼幢"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="dwellings", verbose_name=_("单元"))
    room_no = models.CharField(_("室号"), max_length=12)
    label = models.CharField(_("门牌"), max_length=60)
    raw_address = models.CharField(_("原始地址"), max_length=120, blank=True)
    area = models.PositiveIntegerField(_("建筑面积（0.01 平方米）"), null=True, blank=True)
    area_source = models.CharField(_("面积来源"), max_length=10, choices=AreaSource.choices, blank=True)

    objects = DwellingQuerySet.as_manager()

    class Meta:
        verbose_name = _("房屋")
        ordering = ["building", "unit", "room_no"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "room_no"], name="dwelling_room_once"),
            models.CheckConstraint(condition=Q(area__isnull=True) | Q(area__gt=0), name="dwelling_area_positive"),
        ]
        indexes = [models.Index(fields=["community", "building"])]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("grids:dwelling", args=[self.pk])
