"""What changes about the units and what is agreed with them."""

from alliance.partners.actions.lists import (
    change_need,
    change_resource,
    drop_need,
    log_need,
    offer_resource,
    withdraw_resource,
)
from alliance.partners.actions.pledges import make_pledge, step_pledge
from alliance.partners.actions.projects import propose, step_project
from alliance.partners.actions.units import add_partner, change_partner, leaving, let_go

__all__ = [
    "add_partner",
    "change_need",
    "change_partner",
    "change_resource",
    "drop_need",
    "leaving",
    "let_go",
    "log_need",
    "make_pledge",
    "offer_resource",
    "propose",
    "step_pledge",
    "step_project",
    "withdraw_resource",
]
