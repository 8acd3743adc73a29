"""Everything that is written about hours."""

from stewards.hours.actions.book import correct, enter, reverse
from stewards.hours.actions.papers import ask_certificate, drop_certificate, grant, issue_certificate, reissue, revoke
from stewards.hours.actions.reports import confirm_report, decline_report, report_work, withdraw_report

__all__ = [
    "ask_certificate",
    "confirm_report",
    "correct",
    "decline_report",
    "drop_certificate",
    "enter",
    "grant",
    "issue_certificate",
    "reissue",
    "report_work",
    "reverse",
    "revoke",
    "withdraw_report",
]
