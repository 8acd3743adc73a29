"""Official code lists, as the forms of the community office use them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sex(models.TextChoices):
    """GB/T 2261.1"""

    UNKNOWN = "0", _("未知")
    MALE = "1", _("男")
    FEMALE = "2", _("女")
    UNSTATED = "9", _("未说明")


class Employment(models.TextChoices):
    """GB/T 2261.4, the codes for individuals' status"""

    CIVIL_SERVANT = "11", _("国家公务员")
    PROFESSIONAL = "13", _("专业技术人员")
    CLERK = "17", _("职员")
    MANAGER = "21", _("企业管理人员")
    WORKER = "24", _("工人")
    FARMER = "27", _("农民")
    STUDENT = "31", _("学生")
    SOLDIER = "37", _("现役军人")
    FREELANCE = "51", _("自由职业者")
    SELF_EMPLOYED = "54", _("个体经营者")
    UNEMPLOYED = "70", _("无业人员")
    RETIRED = "80", _("退（离）休人员")
    OTHER = "90", _("其他")


class Relation(models.TextChoices):
    """GB/T 4761-2008, the codes that a household of this portal uses"""

    SELF = "01", _("本人")
    HEAD = "02", _("户主")
    SPOUSE = "10", _("配偶")
    SON = "20", _("儿子")
    DAUGHTER = "30", _("女儿")
    GRANDCHILD = "40", _("孙子女或外孙子女")
    PARENT = "50", _("父母")
    FATHER = "51", _("父亲")
    MOTHER = "52", _("母亲")
    GRANDPARENT = "60", _("祖父母或外祖父母")
    SIBLING = "70", _("兄弟姐妹")
    OTHER_RELATIVE = "97", _("其他亲属")
    NON_RELATIVE = "99", _("非亲属")


class IdType(models.TextChoices):
    IDENTITY_CARD = "identity_card", _("居民身份证")
    PASSPORT = "passport", _("护照")
    TRAVEL_PERMIT = "travel_permit", _("港澳台通行证")
    OTHER = "other", _("其他证件")


class CareCategory(models.TextChoices):
    """关爱对象 categories; the community visits each at its own cadence."""

    MINIMUM_ALLOWANCE = "minimum_allowance", _("低保")
    NEAR_ALLOWANCE = "near_allowance", _("低保边缘")
    DESTITUTE = "destitute", _("特困")
    RIGID_EXPENSES = "rigid_expenses", _("刚性支出困难")
    DISABLED = "disabled", _("残疾")
    LIVING_ALONE = "living_alone", _("独居老人")
    EMPTY_NEST = "empty_nest", _("空巢老人")
    VERY_OLD = "very_old", _("高龄老人")
    INCAPACITATED = "incapacitated", _("失能")
    LEFT_BEHIND_CHILD = "left_behind_child", _("留守儿童")
    BEREAVED_FAMILY = "bereaved_family", _("计生特殊家庭")
    MIGRANT = "migrant", _("流动人口")
    ENTITLED = "entitled", _("优抚对象")
    OTHER = "other", _("其他关爱")


# Visited every month instead of every quarter (domain §3).
MONTHLY_CARE = frozenset({CareCategory.LIVING_ALONE, CareCategory.DISABLED, CareCategory.INCAPACITATED})


class Cadence(models.TextChoices):
    """How often somebody in care is visited."""

    MONTHLY = "monthly", _("每月")
    QUARTERLY = "quarterly", _("每季度")


def cadence_of(category: str, chosen: str = "") -> Cadence:
    """How often somebody of a category is visited: as chosen for this one, else as the category asks."""
    if chosen:
        return Cadence(chosen)
    return Cadence.MONTHLY if category in MONTHLY_CARE else Cadence.QUARTERLY


class DisabilityGrade(models.TextChoices):
    """GB/T 26341-2010, the four grades of a disability; the first is the heaviest."""

    FIRST = "1", _("一级")
    SECOND = "2", _("二级")
    THIRD = "3", _("三级")
    FOURTH = "4", _("四级")


# The levels of the categories that have any.
LEVELS: dict[str, type[models.TextChoices]] = {CareCategory.DISABLED: DisabilityGrade}


def level_label(category: str, level: str) -> str:
    """A level as people say it; one that a roster wrote in its own words stays as it is."""
    known = dict(LEVELS[category].choices) if category in LEVELS else {}
    return str(known.get(level, level))


class Arrival(models.TextChoices):
    """How somebody came to belong to a household."""

    REGISTERED = "registered", _("登记")
    MOVED_IN = "moved_in", _("迁入")
    MOVED_WITHIN = "moved_within", _("社区内搬家")
    BORN = "born", _("出生")
    SPLIT = "split", _("分户")
    JOINED = "joined", _("并户")


class Departure(models.TextChoices):
    """How somebody came to belong to it no longer."""

    MOVED_OUT = "moved_out", _("迁出")
    MOVED_WITHIN = "moved_within", _("社区内搬家")
    DIED = "died", _("去世")
    SPLIT = "split", _("分户")
    JOINED = "joined", _("并户")
    CORRECTED = "corrected", _("更正")
