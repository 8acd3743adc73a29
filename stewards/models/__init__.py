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

__all__ = [
    "Assignment",
    "Availability",
    "AvailabilityException",
    "BlockedPair",
    "Certificate",
    "HoursEntry",
    "Job",
    "JobOffer",
    "JobSteward",
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
    "TemplateSlot",
    "TwoTogether",
]
