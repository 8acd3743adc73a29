from alliance.models.activities import Activity, ActivityPhoto, ActivitySlot, Feedback, SignUp
from alliance.models.advice import (
    AdviceAttendance,
    AdviceSession,
    Adviser,
    AdvisoryGroup,
    AgendaItem,
    MinutesRemark,
    Recommendation,
    RecommendationStep,
    Study,
)
from alliance.models.partners import Need, Partner, Pledge, Project, Resource

__all__ = [
    "Activity",
    "ActivityPhoto",
    "ActivitySlot",
    "AdviceAttendance",
    "AdviceSession",
    "Adviser",
    "AdvisoryGroup",
    "AgendaItem",
    "Feedback",
    "MinutesRemark",
    "Need",
    "Partner",
    "Pledge",
    "Project",
    "Recommendation",
    "RecommendationStep",
    "Resource",
    "SignUp",
    "Study",
]
