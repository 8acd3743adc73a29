"""What neighbours need and units can give, in the same words, so that one finds the other."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Topic(models.TextChoices):
    CLEANING = "cleaning", _("环境清洁")
    PARKING = "parking", _("停车和秩序")
    REPAIR = "repair", _("公共设施修缮")
    CARE = "care", _("老人和残疾人关爱")
    BARBER = "barber", _("理发修脚")
    HEALTH = "health", _("健康和义诊")
    CHILDREN = "children", _("孩子和青少年")
    PHONES = "phones", _("手机和上网")
    LAW = "law", _("法律和政策")
    SAFETY = "safety", _("消防和安全")
    CULTURE = "culture", _("文化和体育")
    PLACE = "place", _("场地和物资")
    OTHER = "other", _("别的")
