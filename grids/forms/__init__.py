"""Forms of the register."""

from grids.forms.find import FindForm
from grids.forms.people import HouseholdForm, MemberForm, ResidentForm

__all__ = ["FindForm", "HouseholdForm", "MemberForm", "ResidentForm"]
