"""Every write of the home visits."""

from visits.actions.campaigns import close_campaign, open_campaign
from visits.actions.cards import answer_card, issue_card, open_card, print_new_card
from visits.actions.conflicts import settle_conflict
from visits.actions.devices import note_device, seen
from visits.actions.findings import fix_finding, give_feedback, hand_finding, raise_finding, request_for
from visits.actions.handover import hand_over
from visits.actions.late import decline_late, keep_late, take_in
from visits.actions.paper import PaperLine, record_paper_round
from visits.actions.photos import add_late_photo, add_photo
from visits.actions.visits import record_visit

__all__ = [
    "PaperLine",
    "add_late_photo",
    "add_photo",
    "answer_card",
    "close_campaign",
    "decline_late",
    "fix_finding",
    "give_feedback",
    "hand_finding",
    "hand_over",
    "issue_card",
    "keep_late",
    "note_device",
    "open_campaign",
    "open_card",
    "print_new_card",
    "raise_finding",
    "record_paper_round",
    "record_visit",
    "request_for",
    "seen",
    "settle_conflict",
    "take_in",
]
