"""Forms of the register."""

from grids.forms.care import CareChangeForm, CareEndForm, CareForm, PairForm, PairingEndForm
from grids.forms.people import HouseholdForm, MemberForm, ResidentForm

__all__ = [
    "CareChangeForm",
    "CareEndForm",
    "CareForm",
    "HouseholdForm",
    "MemberForm",
    "PairForm",
    "PairingEndForm",
    "ResidentForm",
]
