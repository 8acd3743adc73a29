from helpdesk.models.category import Category
from helpdesk.models.handling import Approval, Pause, Reminder, ReplyTemplate, RoutingRule
from helpdesk.models.outcome import RecurringSpot, Story, ThanksLetter
from helpdesk.models.reporting import Draft, Fixture, Informant
from helpdesk.models.request import Party, ServiceRequest
from helpdesk.models.systems import ApiKey, OutsideRequest
from helpdesk.models.update import Rating, Update, UpdatePhoto

__all__ = [
    "ApiKey",
    "Approval",
    "Category",
    "Draft",
    "Fixture",
    "Informant",
    "OutsideRequest",
    "Party",
    "Pause",
    "Rating",
    "RecurringSpot",
    "Reminder",
    "ReplyTemplate",
    "RoutingRule",
    "ServiceRequest",
    "Story",
    "ThanksLetter",
    "Update",
    "UpdatePhoto",
]
