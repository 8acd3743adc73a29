"""Who signs in, and what each is appointed to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from community.access import Held, Scope
from community.querysets import AppointmentQuerySet
from community.roles import SCOPE_OF_ROLE, STAFF_ROLES, Office, Role
from community.rows import CommunityRow
from core import clock
from core.fields import MaskedCharField, mask_phone
from core.sql import as_uuid, rows
from core.terms import Term, holds

if TYPE_CHECKING:
    from core.workdays import WorkCalendar


def _scope_condition() -> Q:
    """Each role with exactly the foreign key of its scope set, all others null."""
    keys = ("grid", "building", "estate", "household", "partner")
    condition = Q()
    for role in Role.values:
        wanted = SCOPE_OF_ROLE.get(role)
        condition |= Q(role=role, **{f"{key}__isnull": key != wanted for key in keys})
    return condition


PHONE = RegexValidator(r"^1\d{10}$", _("手机号是 11 位数字，以 1 开头。"))


class UserManager(BaseUserManager["User"]):
    def create_user(self, phone: str, password: str | None = None, **fields: Any) -> User:
        """A new user who signs in by `phone` (11 digits)."""
        user = self.model(phone=phone, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Somebody who signs in, by phone number; all rights come from appointments."""

    phone = MaskedCharField(_("手机号"), max_length=11, unique=True, mask=mask_phone, validators=[PHONE])
    name = models.CharField(_("姓名"), max_length=40)
    is_active = models.BooleanField(_("可以登录"), default=True)
    created_at = models.DateTimeField(_("登记时间"), default=clock.now, editable=False)

    USERNAME_FIELD = "phone"
    objects = UserManager()

    class Meta:
        verbose_name = _("用户")

    def __str__(self) -> str:
        return self.name

    @cached_property
    def scope(self) -> Scope:
        """What the user holds today, read in one query."""
        today, mine = clock.today(), rows(_APPOINTMENTS, self.pk)
        # One has held a handful of roles: to pick them here costs less than to write the condition.
        return Scope(
            tuple(
                Held(role, office, community, grid, building, estate, as_uuid(household), partner)
                for starts_on, ends_on, role, office, community, grid, building, estate, household, partner in mine
                if holds(starts_on, ends_on, today)
            )
        )

    @cached_property
    def calendar(self) -> WorkCalendar:
        """The working days, read once for all that a page of this user counts by them."""
        from community.calendar import work_calendar

        return work_calendar()

    @property
    def role_label(self) -> str:
        """The role under which the user's acts are recorded, in the language of whoever reads it."""
        role = self.scope.weightiest
        return str(role.label) if role else ""


class Appointment(Term, CommunityRow):
    """A role held by a user, for a scope and a term."""

    user = models.ForeignKey(User, models.PROTECT, related_name="appointments", verbose_name=_("担任人"))
    role = models.CharField(_("角色"), max_length=20, choices=Role.choices)
    office = models.CharField(_("职务"), max_length=20, choices=Office.choices, blank=True)
    grid = models.ForeignKey("grids.Grid", models.PROTECT, null=True, blank=True, related_name="appointments")
    building = models.ForeignKey("grids.Building", models.PROTECT, null=True, blank=True, related_name="appointments")
    estate = models.ForeignKey("grids.Estate", models.PROTECT, null=True, blank=True, related_name="appointments")
    household = models.ForeignKey("grids.Household", models.PROTECT, null=True, blank=True, related_name="appointments")
    partner = models.ForeignKey("alliance.Partner", models.PROTECT, null=True, blank=True, related_name="appointments")
    resident = models.ForeignKey(
        "grids.Resident",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="appointments",
        help_text=_("居民账号对应登记册里的哪个人。"),
    )
    appointed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("任命人"))

    objects = AppointmentQuerySet.as_manager()

    class Meta(Term.Meta):
        verbose_name = _("任命")
        constraints = [
            *Term.Meta.constraints,
            models.CheckConstraint(condition=_scope_condition(), name="appointment_scope_fits_role"),
            models.CheckConstraint(
                condition=Q(role=Role.COMMITTEE) & ~Q(office="") | ~Q(role=Role.COMMITTEE) & Q(office=""),
                name="appointment_office_on_committee",
            ),
            models.UniqueConstraint(
                fields=["estate", "user"],
                condition=Q(role=Role.COMMITTEE, ends_on__isnull=True),
                name="one_office_a_person_and_estate",
            ),
            models.UniqueConstraint(
                fields=["estate", "office"],
                condition=Q(role=Role.COMMITTEE, ends_on__isnull=True)
                & Q(office__in=[Office.CHAIR, Office.BOOKKEEPER, Office.REVIEWER, Office.CASHIER]),
                name="one_person_an_office_and_estate",
            ),
            models.UniqueConstraint(
                fields=["grid"],
                condition=Q(role=Role.GRID_LEADER, ends_on__isnull=True),
                name="one_chief_leader_a_grid",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "starts_on"]),
            models.Index(fields=["community", "role", "starts_on"]),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"

    def get_absolute_url(self) -> str:
        return reverse("community:home")

    @property
    def scope_label(self) -> str:
        """The place that the role is held for, as a list shows it."""
        return str(self.grid or self.building or self.estate or self.household or self.partner or self.community)

    @property
    def needs_second_factor(self) -> bool:
        return self.role in STAFF_ROLES


# One's own appointments say what one may see: asked on every page.
_APPOINTMENTS = (
    "SELECT starts_on, ends_on, role, office, community_id, grid_id, building_id, estate_id, household_id, partner_id "  # noqa: S608
    f"FROM {Appointment._meta.db_table} WHERE user_id = %s ORDER BY id"
)
