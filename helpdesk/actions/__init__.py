from helpdesk.actions.categories import seed_categories
from helpdesk.actions.confiding import Asker, read_informant
from helpdesk.actions.drafts import drop_draft, keep_draft
from helpdesk.actions.fixtures import add_fixture, change_fixture, restore_fixture, retire_fixture
from helpdesk.actions.log import join, log_request
from helpdesk.actions.mediation import agree, name_other, open_mediation
from helpdesk.actions.steps import close_unrated, go_on_unanswered, step, too_late, why_not
from helpdesk.actions.systems import open_key, receive, revoke_key
from helpdesk.actions.updates import add_update, bring_photo

__all__ = [
    "Asker",
    "add_fixture",
    "add_update",
    "agree",
    "bring_photo",
    "change_fixture",
    "close_unrated",
    "drop_draft",
    "go_on_unanswered",
    "join",
    "keep_draft",
    "log_request",
    "name_other",
    "open_key",
    "open_mediation",
    "read_informant",
    "receive",
    "restore_fixture",
    "retire_fixture",
    "revoke_key",
    "seed_categories",
    "step",
    "too_late",
    "why_not",
]
