from helpdesk.actions.categories import seed_categories
from helpdesk.actions.log import log_request
from helpdesk.actions.mediation import agree, name_other, open_mediation
from helpdesk.actions.steps import RATING_DAYS, close_unrated, step, too_late, why_not
from helpdesk.actions.updates import add_update, bring_photo

__all__ = [
    "RATING_DAYS",
    "add_update",
    "agree",
    "bring_photo",
    "close_unrated",
    "log_request",
    "name_other",
    "open_mediation",
    "seed_categories",
    "step",
    "too_late",
    "why_not",
]
