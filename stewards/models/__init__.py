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

__all__ = [
    "Availability",
    "AvailabilityException",
    "BlockedPair",
    "Certificate",
    "HoursEntry",
    "Job",
    "JobOffer",
    "JobSteward",
    "PartsClaim",
    "SelfReport",
    "Skill",
    "Steward",
    "StewardPause",
    "StewardSkill",
    "TwoTogether",
]
