"""Every write about fees."""

from property.fees.actions.billing import draft_run, run_billing
from property.fees.actions.opening import bring_forward
from property.fees.actions.payments import draft_day, refund, take_payment, undo_payment
from property.fees.actions.reliefs import add_relief, add_vehicle, drop_relief, end_relief, end_vehicle
from property.fees.actions.schedules import add_schedule, change_rate, end_schedule

__all__ = [
    "add_relief",
    "add_schedule",
    "add_vehicle",
    "bring_forward",
    "change_rate",
    "draft_day",
    "draft_run",
    "drop_relief",
    "end_relief",
    "end_schedule",
    "end_vehicle",
    "refund",
    "run_billing",
    "take_payment",
    "undo_payment",
]
