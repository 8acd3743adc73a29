"""Every write of the home visits."""

from visits.actions.campaigns import close_campaign, open_campaign
from visits.actions.cards import answer_card, issue_card, open_card, print_new_card
from visits.actions.conflicts import settle_conflict
from visits.actions.devices import note_device, seen
from visits.actions.findings import (
    fix_finding,
    give_feedback,
    hand_finding,
    mediation_for,
    raise_finding,
    request_for,
)
from visits.actions.handover import hand_over
from visits.actions.late import decline_late, keep_late, take_in
from visits.actions.paper import PaperLine, record_paper_round
from visits.actions.photos import add_late_photo, add_photo
from visits.actions.sheets import print_sheet, type_in_sheet
from visits.actions.special import add_target, add_targets
from visits.actions.supervision import draw_sample, odd_visits, record_recheck, record_talk, redraw
from visits.actions.visits import record_visit

__all__ = [
    "PaperLine",
    "add_late_photo",
    "add_photo",
    "add_target",
    "add_targets",
    "answer_card",
    "close_campaign",
    "decline_late",
    "draw_sample",
    "fix_finding",
    "give_feedback",
    "hand_finding",
    "hand_over",
    "issue_card",
    "keep_late",
    "mediation_for",
    "note_device",
    "odd_visits",
    "open_campaign",
    "open_card",
    "print_new_card",
    "print_sheet",
    "raise_finding",
    "record_paper_round",
    "record_recheck",
    "record_talk",
    "record_visit",
    "redraw",
    "request_for",
    "seen",
    "settle_conflict",
    "take_in",
    "type_in_sheet",
]
