from stewards.models.attendance import Attendance, CheckInPoint, NoShow
from stewards.models.certificates import Certificate
from stewards.models.hours import HoursEntry
from stewards.models.jobs import Job, JobOffer, JobSteward, PartsClaim
from stewards.models.members import (
    Availability,
    AvailabilityException,
    BlockedPair,
    Skill,
    Steward,
    StewardPause,
    StewardSkill,
    TwoTogether,
)
from stewards.models.reports import SelfReport
from stewards.models.shifts import (
    Assignment,
    Roster,
    Shift,
    ShiftSlot,
    ShiftTemplate,
    ShiftWish,
    TemplateSlot,
)
from stewards.models.swaps import Swap, SwapAsk

__all__ = [
    "Assignment",
    "Attendance",
    "Availability",
    "AvailabilityException",
    "BlockedPair",
    "Certificate",
    "CheckInPoint",
    "HoursEntry",
    "Job",
    "JobOffer",
    "JobSteward",
    "NoShow",
    "PartsClaim",
    "Roster",
    "SelfReport",
    "Shift",
    "ShiftSlot",
    "ShiftTemplate",
    "ShiftWish",
    "Skill",
    "Steward",
    "StewardPause",
    "StewardSkill",
    "Swap",
    "SwapAsk",
    "TemplateSlot",
    "TwoTogether",
]
