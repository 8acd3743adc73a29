from visits.models.campaign import DUE, REACHED, TARGET_STEPS, Campaign, Target
from visits.models.finding import DUE_DAYS, FINDING_STEPS, Feedback, Finding, Severity
from visits.models.visit import TALKED, Conflict, Verification, Visit, VisitPhoto

__all__ = [
    "DUE",
    "DUE_DAYS",
    "FINDING_STEPS",
    "REACHED",
    "TALKED",
    "TARGET_STEPS",
    "Campaign",
    "Conflict",
    "Feedback",
    "Finding",
    "Severity",
    "Target",
    "Verification",
    "Visit",
    "VisitPhoto",
]
