"""Forms of the register."""

from grids.forms.people import HouseholdForm, MemberForm, ResidentForm

__all__ = ["HouseholdForm", "MemberForm", "ResidentForm"]
