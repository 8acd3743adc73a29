"""The roles that an appointment gives, and the scope that each one is held for."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    RESIDENT = "resident", _("居民")
    BUILDING_STEWARD = "building_steward", _("楼栋管家")
    GRID_LEADER = "grid_leader", _("网格长")
    RED_STEWARD = "red_steward", _("红管家")
    PARTNER_CONTACT = "partner_contact", _("联盟联络员")
    ADVISER = "adviser", _("顾问")
    GATEKEEPER = "gatekeeper", _("门卫")
    COMMITTEE = "committee", _("自管会委员")
    AUDITOR = "auditor", _("审计人员")
    COMMUNITY_STAFF = "community_staff", _("社区工作者")
    SECRETARY = "secretary", _("社区书记")
    STREET_OBSERVER = "street_observer", _("街道督导")
    ADMINISTRATOR = "administrator", _("系统管理员")


class Office(models.TextChoices):
    CHAIR = "chair", _("主任")
    BOOKKEEPER = "bookkeeper", _("制单")
    REVIEWER = "reviewer", _("审核")
    CASHIER = "cashier", _("出纳")
    SUPERVISOR = "supervisor", _("监督")


# The foreign key of an appointment that a role is held for; the community alone where none is named.
SCOPE_OF_ROLE: dict[str, str] = {
    Role.RESIDENT: "household",
    Role.BUILDING_STEWARD: "building",
    Role.GRID_LEADER: "grid",
    Role.PARTNER_CONTACT: "partner",
    Role.GATEKEEPER: "estate",
    Role.COMMITTEE: "estate",
    Role.AUDITOR: "estate",
}

# Those who see other people's data; they need a second factor before they see any of it in plain.
STAFF_ROLES = frozenset(
    {
        Role.BUILDING_STEWARD,
        Role.GRID_LEADER,
        Role.GATEKEEPER,
        Role.COMMITTEE,
        Role.AUDITOR,
        Role.COMMUNITY_STAFF,
        Role.SECRETARY,
        Role.ADMINISTRATOR,
    }
)
