from visits.models.campaign import DUE, REACHED, TARGET_STEPS, Campaign, Handover, Target
from visits.models.card import Card
from visits.models.device import Device
from visits.models.finding import DUE_DAYS, FINDING_STEPS, Feedback, Finding, Severity
from visits.models.late import LatePhoto, LateReport
from visits.models.paper import RoundSheet
from visits.models.supervision import Recheck, Sample, Talk
from visits.models.visit import TALKED, Conflict, Verification, Visit, VisitPhoto

__all__ = [
    "DUE",
    "DUE_DAYS",
    "FINDING_STEPS",
    "REACHED",
    "TALKED",
    "TARGET_STEPS",
    "Campaign",
    "Card",
    "Conflict",
    "Device",
    "Feedback",
    "Finding",
    "Handover",
    "LatePhoto",
    "LateReport",
    "Recheck",
    "RoundSheet",
    "Sample",
    "Severity",
    "Talk",
    "Target",
    "Verification",
    "Visit",
    "VisitPhoto",
]
