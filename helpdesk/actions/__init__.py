from helpdesk.actions.categories import seed_categories
from helpdesk.actions.log import join, log_request
from helpdesk.actions.mediation import agree, name_other, open_mediation
from helpdesk.actions.steps import close_unrated, go_on_unanswered, step, too_late, why_not
from helpdesk.actions.systems import open_key, receive, revoke_key
from helpdesk.actions.updates import add_update, bring_photo

__all__ = [
    "add_update",
    "agree",
    "bring_photo",
    "close_unrated",
    "go_on_unanswered",
    "join",
    "log_request",
    "name_other",
    "open_key",
    "open_mediation",
    "receive",
    "revoke_key",
    "seed_categories",
    "step",
    "too_late",
    "why_not",
]
