"""Every write of the home visits."""

from visits.actions.campaigns import close_campaign, open_campaign
from visits.actions.conflicts import settle_conflict
from visits.actions.findings import fix_finding, give_feedback, raise_finding, request_for
from visits.actions.paper import PaperLine, record_paper_round
from visits.actions.visits import record_visit

__all__ = [
    "PaperLine",
    "close_campaign",
    "fix_finding",
    "give_feedback",
    "open_campaign",
    "raise_finding",
    "record_paper_round",
    "record_visit",
    "request_for",
    "settle_conflict",
]
