from community.models.community import CalendarDay, Community, Sequence
from community.models.messages import Channel, Choice, Delivery
from community.models.papers import ActivationLetter, Attachment, Notice, Submission
from community.models.people import Appointment, User
from community.models.record import AuditEvent

__all__ = [
    "ActivationLetter",
    "Appointment",
    "Attachment",
    "AuditEvent",
    "CalendarDay",
    "Channel",
    "Choice",
    "Community",
    "Delivery",
    "Notice",
    "Sequence",
    "Submission",
    "User",
]
