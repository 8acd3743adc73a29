from stewards.models.hours import HoursEntry
from stewards.models.members import (
    Availability,
    AvailabilityException,
    BlockedPair,
    Skill,
    Steward,
    StewardPause,
    StewardSkill,
)

__all__ = [
    "Availability",
    "AvailabilityException",
    "BlockedPair",
    "HoursEntry",
    "Skill",
    "Steward",
    "StewardPause",
    "StewardSkill",
]
