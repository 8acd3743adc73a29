from visits.querysets.brought import (
    CardQuerySet,
    ConflictQuerySet,
    FeedbackQuerySet,
    FindingQuerySet,
    LatePhotoQuerySet,
    LateReportQuerySet,
    VerificationQuerySet,
    VisitPhotoQuerySet,
    VisitQuerySet,
    latest_visit,
)
from visits.querysets.rounds import (
    CampaignQuerySet,
    HandoverQuerySet,
    RoundSheetQuerySet,
    TargetQuerySet,
    campaign_shown,
)
from visits.querysets.supervision import DeviceQuerySet, RecheckQuerySet, SampleQuerySet, TalkQuerySet
from visits.querysets.within import households_to_visit, rows_within

__all__ = [
    "CampaignQuerySet",
    "CardQuerySet",
    "ConflictQuerySet",
    "DeviceQuerySet",
    "FeedbackQuerySet",
    "FindingQuerySet",
    "HandoverQuerySet",
    "LatePhotoQuerySet",
    "LateReportQuerySet",
    "RecheckQuerySet",
    "RoundSheetQuerySet",
    "SampleQuerySet",
    "TalkQuerySet",
    "TargetQuerySet",
    "VerificationQuerySet",
    "VisitPhotoQuerySet",
    "VisitQuerySet",
    "campaign_shown",
    "households_to_visit",
    "latest_visit",
    "rows_within",
]
